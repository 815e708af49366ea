// How things are at this moment: the sweeps, what waits, what is dead or held, who is in the space, what happened last.
// Reads the store alone, so that it can be asked every few seconds and while both other sides are down.

import { createCalendar } from '../access/calendar.ts';
import { standingOf } from '../access/membership.ts';
import type { CheckIn, Instant } from '../access/model.ts';
import { isoTime } from '../lib/wording.ts';
import type { JobRecord } from '../queue/queue.ts';
import type { Evidence, Store } from '../store/store.ts';
import type { Operator } from './answers.ts';
import { memberNames, showingEntries, zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';
import { whoseJob } from './whose-job.ts';

const LATEST = 15;
const DAY = 86_400_000;

export function seeingToday({ parts }: OperatorApp): Pick<Operator, 'today'> {
  const { store, queue, cobot, clock } = parts;
  return {
    async today() {
      const now = clock.now();
      const [zone, evidence, jobs] = [await zoneOf(store), await store.evidence.all(), await queue.list()];
      // Asked every few seconds: what was read of everybody is taken out of the database once.
      const once: Store = { ...store, evidence: { ...store.evidence, all: async () => evidence } };
      const [nameOf, show, whose] = [await memberNames(once), await showingEntries(once), await whoseJob(once)];
      const [problems, hold, sweptAt, budgets] = [
        await store.problems.all(),
        await store.holds.open(),
        await store.settings.get('last-good-sweep'),
        await cobot.budgets(),
      ];
      const due = jobs.filter((job) => isLate(job, now)).toSorted((one, other) => one.requestedAt - other.requestedAt);
      const [oldest] = due;
      const deliveries = await store.inbox.list({ limit: 200 });
      const lastFrom = (side: string) => deliveries.find(({ source }) => source === side)?.receivedAt;
      const heldAt = hold?.lines.map((line) => line.heldAt) ?? [];
      const calendar = createCalendar(zone);
      // A number for orientation: on the day of a cancellation it may be one off.
      const isMember = ({ membership }: Evidence) => standingOf(membership, 'last day in', calendar, now) === 'current';
      return {
        zone,
        at: isoTime(now),
        space: (await store.settings.get('space'))?.name ?? null,
        sweep: {
          lastGood: timeOrNull(sweptAt),
          running: jobs.some(({ name, state }) => name === 'sweep' && state === 'running'),
          failing: problems.find(({ subject, kind }) => subject === '' && kind === 'sweep')?.sentence ?? null,
        },
        waiting: {
          count: due.length,
          oldest: oldest ? { ...whose(oldest), name: oldest.name, since: isoTime(oldest.requestedAt) } : null,
        },
        dead: jobs.filter(({ state }) => state === 'dead').length,
        held: {
          lines: hold?.lines.length ?? 0,
          persons: new Set(hold?.lines.map(({ lockUserId }) => lockUserId)).size,
          since: heldAt.length === 0 ? null : isoTime(Math.min(...heldAt)),
        },
        budgets: budgets.toSorted((one, other) => one.left / one.perMinute - other.left / other.perMinute),
        lastFromCobot: timeOrNull(lastFrom('cobot')),
        lastFromLocks: timeOrNull(lastFrom('lock')),
        problems: problems.map(({ subject, kind, sentence, since }) => ({
          membershipId: subject || null,
          member: nameOf(subject),
          kind,
          sentence,
          since: isoTime(since),
        })),
        members: [...evidence.values()].filter(isMember).length,
        locks: (await store.settings.get('locks'))?.length ?? 0,
        inSpace: (await whoIsIn(evidence, store, now)).map(({ membershipId, from, until }) => ({
          membershipId,
          member: nameOf(membershipId),
          since: isoTime(from),
          until: isoTime(until),
        })),
        latest: (await store.audit.list({ limit: LATEST })).map(show),
      };
    },
  };
}

const timeOrNull = (at: Instant | undefined): string | null => (at === undefined ? null : isoTime(at));

/** Could have been done by now: what is planned for later is not late. */
const isLate = ({ state, runAt, lastError }: JobRecord, now: Instant): boolean =>
  state === 'waiting' && (runAt <= now || lastError !== null);

/** Whose check-in is current: as the last reads had it, and as openings since have made it. */
async function whoIsIn(evidence: ReadonlyMap<string, Evidence>, store: Store, now: Instant): Promise<CheckIn[]> {
  const found = new Map<string, CheckIn>();
  for (const checkIn of [...evidence.values()].flatMap(({ checkIns }) => checkIns)) {
    // A check-out that was told since ends it earlier.
    if (checkIn.until > now) found.set(checkIn.id, (await store.checkIns.of(checkIn.id)) ?? checkIn);
  }
  const openings = await store.openings.list({ since: now - DAY });
  for (const lockUserId of new Set(openings.map((opening) => opening.lockUserId)))
    for (const { membershipId } of await store.links.ofLockUser(lockUserId))
      for (const checkIn of await store.checkIns.between(membershipId, now, now + 1)) found.set(checkIn.id, checkIn);
  const current = [...found.values()].filter(({ from, until }) => from <= now && now < until);
  const longest = new Map(current.toSorted((a, b) => a.until - b.until).map((each) => [each.membershipId, each]));
  return [...longest.values()].toSorted((a, b) => a.from - b.from);
}
