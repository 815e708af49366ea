// The facts of one person, as last read; and looking at the person again, now.
import { planAt, standingOf } from '../access/membership.ts';
import { isLeft } from '../access/spans.ts';
import { isoTime } from '../lib/wording.ts';
import { reconcile } from '../sync/reconcile.ts';
import type { Operator } from './answers.ts';
import { membershipsNamed, nobodyKnown, showingEntries, zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';

const spanOf = ({ from, until }: { from: number; until: number }) => ({ from: isoTime(from), until: isoTime(until) });

export function knowingMembers({ parts }: OperatorApp): Pick<Operator, 'facts' | 'syncMember'> {
  const { store, clock } = parts;

  /** All memberships of the person, whichever was named. */
  async function personOf(text: string): Promise<string[]> {
    const named = await membershipsNamed(text, store);
    if (named.length === 0) throw nobodyKnown(text);
    const ids = new Set(named);
    for (const id of named) {
      const link = await store.links.of(id);
      for (const each of link ? await store.links.ofLockUser(link.lockUserId) : []) ids.add(each.membershipId);
    }
    return [...ids].toSorted();
  }

  return {
    async facts({ member }) {
      const ids = await personOf(member);
      const { calendar } = await parts.space();
      const now = clock.now();
      // Without a policy in force nothing is changed, and this is shown as most read it.
      const reading = await parts.policy().then(
        ({ policy }) => policy.cancellationDate,
        () => 'last day in' as const,
      );
      const resources = new Map((await store.settings.get('policy'))?.resources.map(({ id, name }) => [id, name]));
      const evidence = (await Promise.all(ids.map((id) => store.evidence.of(id)))).filter((each) => each !== undefined);
      const links = await Promise.all(ids.map((id) => store.links.of(id)));
      const link = links.find((each) => each !== undefined);
      return {
        zone: await zoneOf(store),
        memberships: evidence.map(({ membership, passes, checkIns, bookings, readAt }) => ({
          id: membership.id,
          name: membership.name,
          email: membership.email,
          plan: planAt(membership, calendar, now).name,
          limited: planAt(membership, calendar, now).limited,
          upcomingPlan: membership.upcomingPlan && {
            name: membership.upcomingPlan.name,
            from: membership.plan.changesOn,
          },
          startsOn: membership.startsOn,
          canceledTo: membership.canceledTo,
          standing: standingOf(membership, reading, calendar, now),
          passes: passes
            .filter((pass) => isLeft(pass, now))
            .map(({ name, expiresAt, membershipId }) => ({
              name,
              expiresAt: expiresAt === null ? null : isoTime(expiresAt),
              ofTeam: membershipId !== membership.id,
            })),
          checkIns: checkIns.filter(({ until }) => until > now).map(spanOf),
          bookings: bookings
            .filter(({ until, membershipId }) => until > now && membershipId === membership.id)
            .toSorted((one, other) => one.from - other.from)
            .map((booking) => ({
              ...spanOf(booking),
              id: booking.id,
              resource: resources.get(booking.resourceId) ?? null,
            })),
          readAt: isoTime(readAt),
        })),
        lockUser: link ? { id: link.lockUserId, origin: link.origin } : null,
      };
    },

    async syncMember({ member }) {
      const ids = await personOf(member);
      const since = clock.now();
      await store.audit.append(
        ids.map((membershipId) => ({
          at: since,
          action: 'sync',
          sentence: 'looked at again, since the operator asked for it',
          cause: 'operator',
          membershipId,
          lockUserId: null,
          lockId: null,
        })),
      );
      for (const id of ids) await reconcile(id, 'operator', parts);
      const lists = await Promise.all(ids.map((membershipId) => store.audit.list({ since, membershipId })));
      // Newest first: what stands above the line from before.
      const entries = lists.flatMap((list) =>
        list
          .slice(
            0,
            list.findIndex(({ action }) => action === 'sync'),
          )
          .toReversed(),
      );
      return { zone: await zoneOf(store), entries: entries.map(await showingEntries(store)) };
    },
  };
}
