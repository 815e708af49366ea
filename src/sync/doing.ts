// One person's plan on its way: what is handed along while it is applied, and how a step is written down when it is done.
import type { Instant } from '../access/model.ts';
import type { AuditEntry, Link } from '../store/store.ts';
import type { SyncParts } from './parts.ts';
import type { PersonPlan } from './person-plan.ts';
import type { Wording } from './sentences.ts';

/** One thing done or, in a preview, to be done; the sentence is the one that log, audit and command line print. */
export type ChangeLine = {
  action: 'register' | 'adopt' | 'update' | 'link' | 'unlink' | 'grant' | 'move' | 'remove' | 'clear' | 'delete';
  membershipId: string;
  lockUserId: string | null;
  lockId: string | null;
  sentence: string;
};

export type Applied = { lines: ChangeLine[]; problems: { membershipId: string; kind: string; sentence: string }[] };
export type Doing = {
  plan: PersonPlan;
  parts: SyncParts;
  now: Instant;
  cause: string;
  wording: Wording;
  /** The links that are stored, by membership. */
  links: ReadonlyMap<string, Link>;
  /** Filled while applying: windows that were moved, and so are not taken away; is anything given not in effect yet? */
  progress: { spent: Set<string>; isPending: boolean };
};

/** The membership that lines about the person are filed under. */
export function subjectOf({ person }: PersonPlan): string {
  return person.memberships[0]?.id ?? person.ended[0]?.id ?? '';
}

export async function record(
  applied: Applied,
  { store, log }: SyncParts,
  now: Instant,
  cause: string,
  line: ChangeLine,
): Promise<void> {
  applied.lines.push(line);
  log.info(
    { action: line.action, membership: line.membershipId, lockUser: line.lockUserId, lock: line.lockId, cause },
    line.sentence,
  );
  await store.audit.append([entryOf(line, now, cause)]);
}

export const entryOf = (
  { action, membershipId, lockUserId, lockId, sentence }: ChangeLine,
  at: Instant,
  cause: string,
): AuditEntry => ({
  at,
  action,
  sentence,
  cause,
  membershipId,
  lockUserId,
  lockId,
});
