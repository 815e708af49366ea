// Whether this process may act. It says every second that it lives; who has been silent for ten is taken for
// dead by all others, and gives itself up well before. Its clock must be one that goes on while the process is frozen.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../lib/clock.ts';
import { TransientError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Permit } from '../lib/together.ts';
import type { Ask } from './shared-ask.ts';

/** Milliseconds; between the last two, what a process had sent until then has arrived or been given up. */
export type Silence = {
  beatEvery: number;
  /** Silent for so long, a process acts no more. */
  givesUpAfter: number;
  /** And its work goes to others. */
  takenOverAfter: number;
};

const SILENCE: Silence = { beatEvery: 1000, givesUpAfter: 6000, takenOverAfter: 10_000 };
const FORGOTTEN_AFTER = 3_600_000;

/** From joining until it may have been taken for dead. Work that began in one never goes on in the next. */
export type Term = Permit & { id: string };

export type Lease = {
  takenOverAfter: number;
  /** The present one, or that of the work which asks. Throws where it is over. */
  term(): Term;
  within<T>(term: Term, work: () => Promise<T>): Promise<T>;
  others(): Promise<number>;
  leave(): Promise<void>;
};

type Parts = {
  ask: Ask;
  space: string;
  clock: Clock;
  /** Milliseconds that go on through a change of the clock and while the process is frozen. */
  steady: () => number;
  newId: () => string;
  log: Pick<Log, 'warn' | 'info'>;
  /** Only tests make it shorter. */
  silence?: Silence;
};

/** Throws where the database does not answer. */
export async function joinOthers({ ask, space, clock, steady, newId, log, silence = SILENCE }: Parts): Promise<Lease> {
  const working = new AsyncLocalStorage<Term>();
  let present: { term: Term; sureUntil: number; end: AbortController } | undefined;
  let isLeaving = false;
  let isBeating = false;
  let cancel: () => void = () => undefined;

  async function join(): Promise<void> {
    const sentAt = steady();
    const id = newId();
    await ask('insert into shared_processes (id, space) values ($1, $2)', [id, space]);
    const end = new AbortController();
    const insist = () => {
      giveUpIfSilent();
      if (end.signal.aborted) throw givenUp();
    };
    present = { term: { id, insist, signal: end.signal }, sureUntil: sentAt + silence.givesUpAfter, end };
  }

  function giveUpIfSilent(): void {
    if (present && steady() >= present.sureUntil) giveUp();
  }

  function giveUp(): void {
    const over = present;
    present = undefined;
    if (!over) return;
    over.end.abort(givenUp());
    log.warn(
      { process: over.term.id },
      'the database has not heard of this process for too long: its work is given up',
    );
  }

  async function beat(): Promise<void> {
    giveUpIfSilent();
    const mine = present;
    if (!mine) {
      await join();
      log.info({}, 'this process is at work again');
      return;
    }
    const sentAt = steady();
    const { rowCount } = await ask('update shared_processes set seen_at = clock_timestamp() where id = $1', [
      mine.term.id,
    ]);
    if (present !== mine) return;
    if (rowCount === 0) giveUp();
    else mine.sureUntil = sentAt + silence.givesUpAfter;
  }

  function beatSoon(): void {
    cancel = clock.after(silence.beatEvery, () => {
      if (isLeaving) return;
      beatSoon();
      giveUpIfSilent();
      // One that hangs must not keep the next back for ever, nor be followed by a crowd.
      if (isBeating) return;
      isBeating = true;
      beat()
        .catch(() => undefined)
        .finally(() => {
          isBeating = false;
        });
    });
  }

  await join();
  await ask(`delete from shared_processes where seen_at < clock_timestamp() - $1 * interval '1 ms'`, [FORGOTTEN_AFTER]);
  await ask(
    `delete from shared_locks where taken_at < clock_timestamp() - $1 * interval '1 ms'
     and holder not in (select id from shared_processes)`,
    [FORGOTTEN_AFTER],
  );
  beatSoon();

  return {
    takenOverAfter: silence.takenOverAfter,
    term() {
      const asked = working.getStore() ?? present?.term;
      if (!asked) throw givenUp();
      asked.insist();
      return asked;
    },
    within: (term, work) => working.run(term, work),
    async others() {
      const { rows } = await ask<{ count: number }>(
        `select count(*)::int as count from shared_processes
         where space = $1 and id <> $2 and seen_at > clock_timestamp() - $3 * interval '1 ms'`,
        [space, present?.term.id ?? '', silence.takenOverAfter],
      );
      return rows[0]?.count ?? 0;
    },
    async leave() {
      isLeaving = true;
      cancel();
      const over = present;
      present = undefined;
      if (!over) return;
      over.end.abort(givenUp());
      await ask('delete from shared_processes where id = $1', [over.term.id]);
    },
  };
}

function givenUp(): TransientError {
  return new TransientError('The relay has given this work up: another process may be at it', {
    code: 'relay_given_up',
    where: 'before the call',
    advice: 'the relay goes on by itself as soon as its database answers',
    effect: 'none',
  });
}
