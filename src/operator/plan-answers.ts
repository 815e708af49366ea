// Answers that hold a plan of changes: what is done, or would be, for whom and at which door, and what is held of it.
import { z } from 'zod';

const change = z.object({
  action: z.string(),
  membershipId: z.string(),
  member: z.string().nullable(),
  lockUserId: z.string().nullable(),
  lockId: z.string().nullable(),
  lock: z.string().nullable(),
  sentence: z.string(),
});
export type Change = z.infer<typeof change>;

export const heldLine = z.object({
  membershipId: z.string(),
  member: z.string().nullable(),
  lockUserId: z.string(),
  lockId: z.string(),
  lock: z.string().nullable(),
  reason: z.string(),
  /** Rests on something that a list of Cobot's lacks, and that was not asked for singly. */
  restsOnAbsence: z.boolean(),
});
export type HeldLine = z.infer<typeof heldLine>;

export const problem = z.object({
  /** null: of the space. */
  membershipId: z.string().nullable(),
  member: z.string().nullable(),
  kind: z.string(),
  sentence: z.string(),
});

export const syncAnswer = z.object({
  memberships: z.number(),
  /** Done or, in a dry run, to be done. */
  changes: z.array(change),
  held: z.array(heldLine),
  problems: z.array(problem),
  /** What could not be read: whoever depends on it keeps what they have, and is not in this plan. */
  unread: z.array(z.string()),
  /** Persons whose changes failed on the way and are tried again. */
  unfinished: z.number(),
});
export type SyncAnswer = z.infer<typeof syncAnswer>;

const doorEffect = z.object({
  effect: z.enum(['gains', 'loses', 'moves', 'held']),
  lockId: z.string(),
  lock: z.string(),
  /** Names, or the membership's id where there is none. */
  members: z.array(z.string()),
});
export type DoorEffect = z.infer<typeof doorEffect>;

/** What another policy would do. `held`: what it would add to what is held already. */
export const policyChanges = syncAnswer.extend({ doors: z.array(doorEffect), heldAlready: z.number() });
export type PolicyChanges = z.infer<typeof policyChanges>;
