// Works the jobs off: one round at a time writes down what ended, takes what is due, and starts it, in one commit. While
// nothing is due it touches nothing; it knows for each name when to look again. What a round does is its engine's own.
import type { Instant } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { afterFailure } from './after-failure.ts';
import { type JobEvent, toJobEvent } from './job-event.ts';
import type { Ending, JobRow } from './job-table.ts';
import { isJobName, jobNames, readJob } from './payloads.ts';
import type { Handlers, Job, JobName, Outcome } from './queue.ts';

export type WorkerParts = {
  /** Writes down what ended and takes up to `free` due jobs of `names`, the earlier names first: all of it or nothing. */
  round: (asked: Round) => Promise<Taken>;
  clock: Clock;
  random: () => number;
  onJob: (event: JobEvent) => void;
  log: Pick<Log, 'error'>;
  /** A round failed, and it is not known whether it was written. */
  doubt: () => void;
  /** After every round. */
  changed: () => void;
};

export type Round = { over: readonly Ending[]; free: number; names: readonly JobName[]; now: Instant };
export type Taken = {
  rows: JobRow[];
  /** When to look again, for each name that was looked at; one that is missing may have a due job already. */
  lookAt: ReadonlyMap<JobName, Instant>;
};

export type Worker = {
  /** There may be something new that is due, of these names. */
  nudge(names?: readonly JobName[]): void;
  /** It takes nothing more until something ends. */
  full(): boolean;
  /** Something runs, or a round is on its way. */
  busy(): boolean;
  /** Names of which nothing is looked at now, although it may be due. */
  resting(): readonly JobName[];
  /** The ids of what runs. */
  inHand(): ReadonlySet<string>;
  stop(graceMs: number): Promise<void>;
};

/** For jobs to end at their signal, and for the last commit. */
const LAST_CALL = 1_000;
/** After a round that the database refused. */
const SECOND_TRY = 1_000;

type Run = { row: JobRow; startedAt: Instant; abort: AbortController; over: boolean };
type Ended = { ending: Ending; took: number };

export function startWorker(
  parts: WorkerParts,
  handlers: Handlers,
  { concurrency, order }: { concurrency: number; order: readonly JobName[] },
): Worker {
  const { clock, log } = parts;
  const names = [...order, ...jobNames.filter((name) => !order.includes(name))];
  const running = new Map<string, Run>();
  const ended: Ended[] = [];
  /** When there may be a due job of the name; a name that is missing may have one now. */
  const lookAt = new Map<JobName, Instant>();
  const rests = new Map<JobName, { from: Instant; until: Instant }>();
  /** A clock that was put back ends a rest: it would last for as long as it was put back. */
  const restOf = (name: JobName): Instant => {
    const rest = rests.get(name);
    return rest && rest.from <= clock.now() ? rest.until : 0;
  };
  const dueAt = (name: JobName): Instant => Math.max(lookAt.get(name) ?? 0, restOf(name));
  let wanted = false;
  let inRound = false;
  let stopping = false;
  let cancelTimer: (() => void) | undefined;
  const afterRound = new Set<() => void>();

  function nudge(news: readonly JobName[] = names): void {
    for (const name of news) lookAt.delete(name);
    wantRound();
  }

  /** At the end of this turn of the event loop, so that whatever happens in it shares the round. */
  function wantRound(): void {
    if (wanted) return;
    wanted = true;
    if (!inRound) setImmediate(() => void nextRound());
  }

  async function nextRound(): Promise<void> {
    wanted = false;
    inRound = true;
    await playRound();
    inRound = false;
    if (wanted) setImmediate(() => void nextRound());
    for (const told of [...afterRound]) told();
    parts.changed();
  }

  async function playRound(): Promise<void> {
    const over = ended.splice(0);
    const now = clock.now();
    try {
      for (const row of await askRound(over, now)) start(row);
      tell(over);
      setTimer(now);
    } catch (error) {
      log.error({ error }, 'the database refused a round of jobs: trying again');
      ended.unshift(...over);
      lookAt.clear();
      parts.doubt();
      cancelTimer?.();
      cancelTimer = clock.after(SECOND_TRY, wantRound);
    }
  }

  /** Returns what was taken. */
  async function askRound(over: readonly Ended[], now: Instant): Promise<readonly JobRow[]> {
    const free = stopping ? 0 : concurrency - running.size + over.length;
    // Their keys are free again, and those that failed wait.
    for (const { ending } of over) if (isJobName(ending.row.name)) lookAt.delete(ending.row.name);
    const mayBeDue = free > 0 ? names.filter((name) => dueAt(name) <= now) : [];
    if (over.length === 0 && mayBeDue.length === 0) return [];

    // Before the round: what is added while it is on its way deletes its name again.
    for (const name of mayBeDue) lookAt.set(name, Number.POSITIVE_INFINITY);
    const taken = await parts.round({ over: over.map(({ ending }) => ending), free, names: mayBeDue, now });
    for (const name of mayBeDue) if (lookAt.has(name)) lookAt.set(name, taken.lookAt.get(name) ?? now);
    for (const { ending } of over) running.delete(ending.row.id);
    if (taken.rows.length < free) goOnWith(mayBeDue, now);
    return taken.rows;
  }

  /** A round gave less than was asked for, and may have left something that is due. */
  function goOnWith(looked: readonly JobName[], now: Instant): void {
    if (!stopping && looked.some((name) => dueAt(name) <= now)) wantRound();
  }

  function start(row: JobRow): void {
    const run: Run = { row, startedAt: clock.now(), abort: new AbortController(), over: false };
    running.set(row.id, run);
    // The service may have been stopped while the round was on its way.
    if (stopping) end(run, { row, outcome: 'handed back' });
    else void play(run);
  }

  async function play(run: Run): Promise<void> {
    const { row } = run;
    try {
      const job = readJob(row);
      const outcome = await call(handlers, job, run.abort.signal);
      if (outcome === 'done') return end(run, { row, outcome });
      if (outcome.rest !== undefined) rest(job.name, outcome.rest);
      end(run, { row, outcome: 'again', runAt: outcome.again });
    } catch (error) {
      if (run.abort.signal.aborted) return end(run, { row, outcome: 'handed back' });
      const { attempts, refusals } = row;
      const after = afterFailure(error, { attempts, refusals, now: clock.now(), random: parts.random });
      end(run, { row, outcome: 'failed', error, after });
    }
  }

  function rest(name: JobName, until: Instant): void {
    rests.set(name, { from: clock.now(), until });
    // What is due by then is not known.
    lookAt.delete(name);
  }

  function end(run: Run, ending: Ending): void {
    if (run.over) return;
    run.over = true;
    ended.push({ ending, took: clock.now() - run.startedAt });
    wantRound();
  }

  function tell(over: readonly Ended[]): void {
    for (const { ending, took } of over) {
      try {
        parts.onJob(toJobEvent(ending, took));
      } catch (error) {
        log.error({ error, job: ending.row.id }, 'what became of a job could not be told');
      }
    }
  }

  /** `since`: when the round began. What became due after that was not looked at, and is due at once. */
  function setTimer(since: Instant): void {
    cancelTimer?.();
    const next = Math.min(...names.map(dueAt).filter((at) => at > since));
    cancelTimer = !stopping && Number.isFinite(next) ? clock.after(next - clock.now(), wantRound) : undefined;
  }

  function busy(): boolean {
    return running.size > 0 || wanted || inRound;
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    await quiet(graceMs);
    for (const { abort } of running.values()) abort.abort(new Error('the service is stopping'));
    await quiet(LAST_CALL);
    for (const run of running.values()) end(run, { row: run.row, outcome: 'handed back' });
    await quiet(LAST_CALL);
    cancelTimer?.();
  }

  /** Resolves when nothing runs and everything is written down, at the latest after `ms`. */
  function quiet(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        afterRound.delete(look);
        resolve();
      };
      const look = () => {
        if (!busy()) finish();
      };
      const cancel = clock.after(ms, finish);
      afterRound.add(look);
      look();
    });
  }

  return {
    nudge,
    full: () => running.size - ended.length >= concurrency,
    busy,
    resting: () => names.filter((name) => restOf(name) > clock.now()),
    inHand: () => new Set(running.keys()),
    stop,
  };
}

function call<N extends JobName>(handlers: Handlers, job: Job<N>, signal: AbortSignal): Promise<Outcome> {
  return handlers[job.name](job, signal);
}
