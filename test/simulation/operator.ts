// The person who decides about what is held: about all of it, about one person, or about one line of it. Knows what was
// asked for, so that the relay's list can be held against it.
import type { HoldDecision } from '../../src/store/store.ts';
import { decideHold } from '../../src/sync/decide-holds.ts';
import type { Deed } from './happening.ts';
import type { Machine } from './machine.ts';
import type { Trace } from './trace.ts';

export type Operator = ReturnType<typeof createOperator>;
export type Decides = Extract<Deed, { kind: 'operator approves' | 'operator rejects' }>;

export const lineKey = (lockUserId: string, lockId: string): string => `${lockUserId}|${lockId}`;

export function createOperator(given: { machine: Machine; trace: Trace; happened(what: string): void }) {
  const { machine, trace, happened } = given;
  /** A process that dies may have stored it, or not: both may be found, and asked for again otherwise. */
  const asked = new Map<string, Set<HoldDecision>>();

  return {
    wasAsked: (key: string, decision: string): boolean => [...(asked.get(key) ?? [])].some((each) => each === decision),
    /** There is no such line any more: what comes under its name later is another one. */
    forgetOthers(lines: ReadonlySet<string>): void {
      for (const key of asked.keys()) if (!lines.has(key)) asked.delete(key);
    },
    /** false: nothing is held, or nobody is there to ask. */
    decide({ kind, which, of }: Decides): boolean {
      const { app } = machine;
      // An earlier id stands for the lines that it was shown with.
      const holds = machine.disk.rows('select id, position from holds order by position desc');
      const hold = holds[which % Math.min(2, holds.length)];
      if (!app || !hold) return false;
      const shown = machine.disk
        .rows(
          'select lock_user_id, lock_id, membership_id, position from hold_lines where decision is null order by lock_user_id, lock_id',
        )
        .filter(({ position }) => Number(position) <= Number(hold['position']))
        .map((row) => ({
          lockUserId: String(row['lock_user_id']),
          lockId: String(row['lock_id']),
          membershipId: String(row['membership_id']),
        }));
      const one = shown[which % shown.length];
      if (!one) return false;
      const isMeant = (line: typeof one) =>
        of === 'all' ||
        (of === 'a person'
          ? line.lockUserId === one.lockUserId
          : lineKey(line.lockUserId, line.lockId) === lineKey(one.lockUserId, one.lockId));
      const decision = kind === 'operator approves' ? 'approved' : 'rejected';
      for (const line of shown.filter(isMeant)) {
        const key = lineKey(line.lockUserId, line.lockId);
        asked.set(key, (asked.get(key) ?? new Set<HoldDecision>()).add(decision));
      }
      happened(`${of} of a hold is ${decision}`);
      decideHold(String(hold['id']), decision, app.parts, isMeant).catch((error: unknown) =>
        trace.line(`   deciding failed: ${error}`),
      );
      return true;
    },
  };
}
