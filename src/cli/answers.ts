// The questions and deeds of the command line that need the store, with their answers: plain JSON, checked on both ends
// of the socket, since a command may be of another version than the service that it asks.
import { z } from 'zod';

/** ISO 8601, UTC. */
const time = z.string();

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

const heldLine = z.object({
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

const problem = z.object({
  /** null: of the space. */
  membershipId: z.string().nullable(),
  member: z.string().nullable(),
  kind: z.string(),
  sentence: z.string(),
});

const job = z.object({
  id: z.string(),
  name: z.string(),
  key: z.string(),
  /** The member that it is about, where that is known. */
  member: z.string().nullable(),
  state: z.string(),
  attempt: z.number(),
  requestedAt: time,
  runAt: time,
  lastError: z.string().nullable(),
});

const delivery = z.object({
  id: z.string(),
  receivedAt: time,
  source: z.string(),
  event: z.string(),
  understood: z.boolean(),
  subject: z.string(),
  /** Only where it was not understood: to find out why. */
  body: z.string().nullable(),
});

const nothing = z.object({});
/** IANA name of the space's zone: times are shown in it. */
const zone = z.string();

const syncAnswer = z.object({
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

const shapes = {
  sync: { input: z.object({ dryRun: z.boolean() }), answer: syncAnswer },
  holds: {
    input: nothing,
    answer: z.object({
      zone,
      hold: z
        .object({
          id: z.string(),
          since: time,
          persons: z.number(),
          lines: z.array(heldLine.extend({ since: time })),
        })
        .nullable(),
    }),
  },
  jobs: { input: nothing, answer: z.object({ zone, jobs: z.array(job) }) },
  /** `id` null: all that are dead. */
  redrive: { input: z.object({ id: z.string().nullable() }), answer: z.object({ redriven: z.number() }) },
  problems: { input: nothing, answer: z.object({ zone, problems: z.array(problem.extend({ since: time })) }) },
  webhooks: {
    input: z.object({ notUnderstood: z.boolean(), limit: z.int().min(1).max(1000) }),
    answer: z.object({ zone, webhooks: z.array(delivery) }),
  },
};

type Shapes = typeof shapes;
export type OperationName = keyof Shapes;
export type Inputs = { [N in OperationName]: z.infer<Shapes[N]['input']> };
export type Answers = { [N in OperationName]: z.infer<Shapes[N]['answer']> };
export type Progress = (words: string) => void;

export const operations: {
  [N in OperationName]: { input: z.ZodType<Inputs[N]>; answer: z.ZodType<Answers[N]> };
} = shapes;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** Throws what failure.ts can tell. */
export type Operator = { [N in OperationName]: (input: Inputs[N], onProgress?: Progress) => Promise<Answers[N]> };
