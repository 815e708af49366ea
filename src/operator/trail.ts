// Reads the audit trail, and erases a person's traces.

import { CommandError } from '../lib/failure.ts';
import { findTraces, forget } from '../sync/forget.ts';
import { findLock } from '../sync/why.ts';
import type { Operator } from './answers.ts';
import { sinceOf } from './moments.ts';
import { lockNamed, memberMeant, membershipsNamed, nobodyKnown, showingEntries, zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';

export function readingTrail({ parts }: OperatorApp): Pick<Operator, 'audit' | 'forget'> {
  const { store, clock } = parts;

  /** Also who is known to the trail alone. */
  async function membersMeant(text: string): Promise<string[]> {
    const ids = await membershipsNamed(text, store);
    if (ids.length > 0) return ids;
    if ((await store.audit.list({ membershipId: text, limit: 1 })).length === 0) throw nobodyKnown(text);
    return [text];
  }

  /** Also one that is gone by now. */
  async function lockMeant(text: string): Promise<string> {
    const locks = (await store.settings.get('locks')) ?? [];
    const isInTrail = async () => (await store.audit.list({ lockId: text, limit: 1 })).length > 0;
    if (!findLock(locks, text) && (await isInTrail())) return text;
    return lockNamed(text, locks).id;
  }

  return {
    async audit({ since, member, lock, limit }) {
      const zone = await zoneOf(store);
      const filter = {
        limit,
        ...(since === null ? {} : { since: sinceOf(since, zone, clock.now()) }),
        ...(lock === null ? {} : { lockId: await lockMeant(lock) }),
      };
      const filters =
        member === null
          ? [filter]
          : (await membersMeant(await memberMeant(member, store))).map((membershipId) => ({ ...filter, membershipId }));
      const lists = await Promise.all(filters.map((each) => store.audit.list(each)));
      const entries = lists.flatMap((list) => list.toReversed()).toSorted((one, other) => one.at - other.at);
      return { zone, entries: entries.slice(-limit).map(await showingEntries(store)) };
    },

    async forget({ member, dryRun }) {
      const found = await findTraces(member, parts);
      if (!found.ok) {
        if (found.why === 'nobody known by it') throw nobodyKnown(member);
        throw new CommandError({
          code: 'still_a_member',
          what: `"${member}" has a membership that is current or coming, so nothing is forgotten`,
          advice: 'once the membership has ended on Cobot and a sweep has seen it, run the command again',
        });
      }
      const members = found.traces.map(({ membershipId, name }) => ({ membershipId, member: name }));
      if (dryRun) return { members, forgotten: null };
      const { entries, deliveries } = await forget(found.traces, parts);
      return { members, forgotten: { entries, deliveries } };
    },
  };
}
