// A burst of reconciles becomes one sweep as soon as that is cheaper: Cobot's calls are the scarce good, and a sweep
// costs the same however many members there are.
import type { Instant } from '../access/model.ts';
import { factsNeeded } from '../access/policy.ts';
import type { Job, Outcome } from '../queue/queue.ts';
import type { SyncParts } from './parts.ts';

/** Cobot's limits as documented; where a space has more, everything below is so much more. */
const USUAL_CALLS_PER_MINUTE = 60;
/** Cobot calls that a sweep costs at most. */
const SWEEP_CALLS = 6;
/** So many calls spent on single reconciles within RECENTLY are a burst too: it may be worked off as it comes in. */
const MANY_CALLS = 18;
const RECENTLY = 5000;
/** What comes so soon after another waits until it is there for A_MOMENT: it may be the second of hundreds. */
const SOON_AFTER = 20;
const A_MOMENT = 150;
/** Single reads of memberships that are kept for what only they can tell. */
const SINGLES_KEPT_BACK = 10;
/** Of the six reads a minute of the membership list, so many are left to others than sweeps of bursts. */
const LISTS_KEPT_BACK = 2;
const SWEEPS_APART = 15_000;
/** What is due later than any that waits for a burst's sweep is no part of one: it is looked at again, or tried again. */
const SOON = 20_000;
/** The sweep waits so long for the rest of the burst. */
const GATHER = 1000;
/** Everybody in a burst asks; the waiting ones are not counted anew for each. */
const BURST_LASTS = 250;
/** A sweep whose process died is begun anew by another; should it not be, nobody waits for it longer. */
const LONGEST_SWEEP = 10 * 60_000;

export type Burst = {
  /** What becomes of this job because a sweep does its work, or has done it; null: do it now. */
  instead(job: Job<'reconcile'>): Promise<Outcome | null>;
  /** A sweep begins that takes everything added up to `sequence`. */
  sweepBegins(sequence: number): Promise<void>;
  /** `done`: the memberships that it has done; none where it failed. */
  sweepEnds(done: ReadonlySet<string>): Promise<void>;
};

export function createBurst({
  cobot,
  queue,
  policy,
  clock,
  together,
  callsPerMinute,
}: Pick<SyncParts, 'cobot' | 'queue' | 'policy' | 'clock' | 'together' | 'callsPerMinute'>): Burst {
  const plenty = Math.max(1, callsPerMinute / USUAL_CALLS_PER_MINUTE);
  /** Of whichever process swept last. */
  const notes = {
    upTo: together.note('swept up to'),
    from: together.note('sweep began'),
    end: together.note('sweep ended'),
  };
  /** Reconciles up to here were there when the last sweep began: what is left of them has a reason of its own. */
  let sweptUpTo = 0;
  let sweptFrom = Number.NEGATIVE_INFINITY;
  let isSweeping = false;
  /** By the last sweep, where it was this process's: of what was asked for up to then. */
  let doneBySweep: ReadonlySet<string> = new Set();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let begun: Instant[] = [];
  let burstUntil = Number.NEGATIVE_INFINITY;

  /** Calls that Cobot allows now; an endpoint that was not called yet is not limited. */
  async function left(endpoint: string): Promise<number> {
    const budgets = await cobot.budgets();
    return budgets.find((each) => each.endpoint === endpoint)?.left ?? Number.POSITIVE_INFINITY;
  }

  async function lookAround(now: Instant): Promise<void> {
    if (now < lookedAt + BURST_LASTS) return;
    lookedAt = now;
    const [upTo, from, end] = await Promise.all([notes.upTo.read(), notes.from.read(), notes.end.read()]);
    if (upTo !== sweptUpTo) doneBySweep = new Set();
    sweptUpTo = upTo ?? 0;
    sweptFrom = from ?? Number.NEGATIVE_INFINITY;
    isSweeping = sweptFrom > (end ?? Number.NEGATIVE_INFINITY) && sweptFrom > now - LONGEST_SWEEP;
  }

  async function isCheaper(now: Instant): Promise<boolean> {
    if (now < burstUntil) return true;
    begun = begun.filter((at) => at > now - RECENTLY);
    const fresh = await queue.waiting({
      name: 'reconcile',
      after: sweptUpTo,
      dueBefore: now + SOON,
      most: Math.ceil(MANY_CALLS * plenty) + 1,
    });
    const callsEach = factsNeeded((await policy()).policy).bookings ? 2 : 1;
    // Also for one alone: those that wait for the budget would keep check-ins from their turn.
    const isShort = (await left('GET /api/memberships/:id')) <= SINGLES_KEPT_BACK * plenty;
    const [few, many] = [SWEEP_CALLS * plenty, MANY_CALLS * plenty];
    return fresh * callsEach > few || (begun.length + fresh) * callsEach > many || isShort;
  }

  return {
    async instead(job) {
      const now = clock.now();
      await lookAround(now);
      // The sweep is at it, and takes it out when it is through.
      if (isSweeping && job.sequence <= sweptUpTo) return { again: now + GATHER, rest: now + GATHER };
      const isLeftOver = job.sequence <= sweptUpTo;
      // The sweep could not take it out, since it was looked at just then.
      if (isLeftOver && doneBySweep.has(job.payload.membershipId)) return 'done';
      if (isLeftOver || !(await isCheaper(now))) {
        const others = begun.filter((at) => at > now - SOON_AFTER).length;
        const heard = job.requestedAt + A_MOMENT;
        // Beyond a moment the clock was put back, and nobody waits for that.
        const isSoon = now < heard && heard <= now + A_MOMENT;
        if (!isLeftOver && others >= plenty && isSoon) return { again: heard };
        begun.push(now);
        return null;
      }
      burstUntil = now + BURST_LASTS;
      const mayListNow = (await left('GET /api/memberships')) > LISTS_KEPT_BACK * plenty;
      const runAt = Math.max(now + GATHER, mayListNow ? 0 : sweptFrom + SWEEPS_APART);
      const payload = { cause: `burst, ${job.payload.cause}`, burst: true as const };
      await queue.add([{ name: 'sweep', key: 'space', payload, runAt }]);
      return { again: runAt + GATHER, rest: Math.min(runAt, now + GATHER) + GATHER };
    },
    async sweepBegins(sequence) {
      sweptUpTo = sequence;
      sweptFrom = clock.now();
      isSweeping = true;
      doneBySweep = new Set();
      burstUntil = Number.NEGATIVE_INFINITY;
      lookedAt = sweptFrom;
      // In this order: what another process sees in between makes it wait, and not do all of it singly.
      await notes.from.write(sweptFrom);
      await notes.upTo.write(sequence);
    },
    async sweepEnds(done) {
      isSweeping = false;
      doneBySweep = done;
      // As late as it began at least: they are compared.
      await notes.end.write(Math.max(clock.now(), sweptFrom));
    },
  };
}
