// Everybody at every lock at one moment, by the rules and as of the last good read of each. Asks neither Cobot nor the
// lock system: a page with everybody on it must cost no call.
import { decide } from '../access/decide.ts';
import { explain } from '../access/explain.ts';
import { planAt, type Standing, standingOf } from '../access/membership.ts';
import type { Instant } from '../access/model.ts';
import { isoTime } from '../lib/wording.ts';
import type { Store } from '../store/store.ts';
import { allFactsOfEvidence } from '../sync/evidence-facts.ts';
import { overruledBy } from '../sync/why.ts';
import type { Answers, Operator } from './answers.ts';
import { momentAsked } from './moment-asked.ts';
import type { OperatorApp } from './parts.ts';
import { groupedEvidence } from './persons-known.ts';

type Waiting = Answers['people']['people'][number]['cells'][number]['waiting'];
/** Problems of members to whom nothing is given as long as they have it, as in sync/why.ts. */
const OVERRULING = ['no-email', 'email-taken', 'never-touch'];
/** What somebody is, of several memberships. */
const ORDER: readonly Standing[] = ['current', 'coming', 'pending', 'ended'];

export function showingPeople(app: OperatorApp): Pick<Operator, 'people'> {
  const { parts } = app;
  const { store, clock } = parts;
  return {
    async people({ at: asked }) {
      const { at: moment, answer } = await momentAsked(asked, app);
      const { policy, locks } = await parts.policy();
      const { calendar } = await parts.space();
      const now = clock.now();
      const at = moment ?? now;
      const factsOf = await allFactsOfEvidence(store, now);
      const problems = await store.problems.all();
      const problemsOf = Map.groupBy(problems, ({ subject }) => subject);
      const waiting = await waitingLines(store);
      const people: Answers['people']['people'] = [];
      for (const { lockUserId, evidence } of await groupedEvidence(store)) {
        const members = evidence.map(factsOf);
        const memberships = members.map(({ membership }) => membership);
        const ids = memberships.map(({ id }) => id);
        const email = memberships.map((each) => each.email).find((each) => each !== null) ?? null;
        const own = ids.flatMap((id) => problemsOf.get(id) ?? []);
        const overruled = overruledBy(email, policy) ?? own.find(({ kind }) => OVERRULING.includes(kind))?.sentence;
        const standings = memberships.map((each) => standingOf(each, policy.cancellationDate, calendar, at));
        const standing = ORDER.find((each) => standings.includes(each)) ?? 'ended';
        const answers = explain(decide(members, email, { policy, locks, calendar, now: at }), members, {
          policy,
          calendar,
          locks,
          at,
          current: null,
          waiting: (lockId) => waiting(lockUserId, lockId),
          overruled,
        });
        people.push({
          membershipIds: ids,
          name: [...new Set(memberships.map(({ name }) => name))].join(', '),
          email,
          plan: [...new Set(memberships.map((each) => planAt(each, calendar, at).name))].join(', '),
          standing,
          problems: own.map(({ sentence }) => sentence),
          cells: answers.map(({ lockId, opens, until, opensNext, waiting: waits, because }) => ({
            lockId,
            opens,
            until: timeOrNull(until),
            opensNext: timeOrNull(opensNext),
            waiting: waits,
            // The first ones say how each membership stands.
            reason: because.slice(members.length).join('; '),
          })),
        });
      }
      const known = new Set(people.flatMap(({ membershipIds }) => membershipIds));
      const others = problems.filter(({ subject }) => subject !== '' && !known.has(subject));
      for (const [id, found] of Map.groupBy(others, ({ subject }) => subject)) {
        const sentences = found.map(({ sentence }) => sentence);
        const nothing = { email: null, plan: '', standing: 'unknown' as const, cells: [] };
        people.push({ membershipIds: [id], name: '', problems: sentences, ...nothing });
      }
      return {
        ...answer,
        locks: locks.map(({ id, name }) => ({ lockId: id, lock: name })),
        // Without a name last.
        people: people.toSorted(
          (one, other) => Number(one.name === '') - Number(other.name === '') || one.name.localeCompare(other.name),
        ),
      };
    },
  };
}

const timeOrNull = (at: Instant | null): string | null => (at === null ? null : isoTime(at));

async function waitingLines({ holds }: Store): Promise<(lockUserId: string | null, lockId: string) => Waiting> {
  const key = (lockUserId: string, lockId: string) => JSON.stringify([lockUserId, lockId]);
  const lines = new Map<string, Waiting>();
  for (const line of await holds.decided())
    if (line.decision === 'rejected') lines.set(key(line.lockUserId, line.lockId), 'kept');
  for (const line of (await holds.open())?.lines ?? []) lines.set(key(line.lockUserId, line.lockId), 'held');
  return (lockUserId, lockId) => (lockUserId === null ? null : (lines.get(key(lockUserId, lockId)) ?? null));
}
