// Shows what the brake holds, and decides about it for the operator.

import { CommandError } from '../lib/failure.ts';
import { isoTime } from '../lib/wording.ts';
import type { HoldLine } from '../store/store.ts';
import { decideHold } from '../sync/decide-holds.ts';
import type { Operator } from './answers.ts';
import { memberNames, membershipsNamed, nobodyKnown, showingHeld, zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';

const isLine = (line: HoldLine) => (other: { lockUserId: string; lockId: string }) =>
  line.lockUserId === other.lockUserId && line.lockId === other.lockId;

export function decidingHolds({ parts }: OperatorApp): Pick<Operator, 'holds' | 'heldLines' | 'decideHold'> {
  const { store } = parts;

  return {
    async holds() {
      const show = await showingHeld(store);
      const hold = await store.holds.open();
      const kept = (await store.holds.decided()).filter(({ decision }) => decision === 'rejected');
      return {
        zone: await zoneOf(store),
        hold: hold
          ? {
              id: hold.id,
              since: isoTime(Math.min(...hold.lines.map(({ heldAt }) => heldAt))),
              persons: new Set(hold.lines.map(({ lockUserId }) => lockUserId)).size,
              lines: hold.lines.map(show),
            }
          : null,
        kept: kept.map(show),
      };
    },

    async heldLines({ id, member }) {
      const shown = await store.holds.shownAs(id);
      const isMeant = await meaning(member);
      const lines = (shown ?? []).filter(isMeant);
      if (lines.length === 0) throw await nothingHeld(id, member, shown);
      return { zone: await zoneOf(store), lines: lines.map(await showingHeld(store)) };
    },

    async decideHold({ id, member, decision, lines }) {
      const isOfMember = await meaning(member);
      const isMeant = (line: HoldLine) => isOfMember(line) && (lines === undefined || lines.some(isLine(line)));
      const decided = await decideHold(id, decision, parts, isMeant);
      if (!decided.ok || decided.lines.length === 0) throw await nothingHeld(id, member, await store.holds.shownAs(id));
      const nameOf = await memberNames(store);
      return {
        zone: await zoneOf(store),
        decision,
        lines: decided.lines.map(await showingHeld(store)),
        open: decided.open.map(({ membershipId, why }) => ({ membershipId, member: nameOf(membershipId), why })),
      };
    },
  };

  /** Lines of a person, whichever of the memberships they are filed under. */
  async function meaning(member: string | null): Promise<(line: HoldLine) => boolean> {
    if (member === null) return () => true;
    const ids = await membershipsNamed(member, store);
    if (ids.length === 0) throw nobodyKnown(member);
    const links = await Promise.all(ids.map((id) => store.links.of(id)));
    const lockUsers = new Set(links.map((link) => link?.lockUserId));
    return (line) => ids.includes(line.membershipId) || lockUsers.has(line.lockUserId);
  }

  async function nothingHeld(
    id: string,
    member: string | null,
    shown: readonly HoldLine[] | undefined,
  ): Promise<CommandError> {
    const open = await store.holds.open();
    const advice = open ? `what waits now is hold ${open.id}: "relay holds" shows it` : 'nothing is held now';
    if (shown && shown.length > 0)
      return new CommandError({
        code: 'not_in_hold',
        what: member === null ? `those lines do not wait in hold ${id}` : `nothing of "${member}" waits in hold ${id}`,
        advice,
      });
    const what = shown
      ? `all of hold ${id} was decided already, or is not lost any more`
      : `no hold ${id} waits: there never was one, or all of it was decided already`;
    return new CommandError({ code: 'no_such_hold', what, advice });
  }
}
