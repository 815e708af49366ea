// The questions and deeds of the command line and the page, with their answers: plain JSON, checked on both ends of the
// socket, since a command may be of another version than the service that it asks.
import { z } from 'zod';
import { entryShape, overviews } from './overviews.ts';
import { heldLine, policyChanges, problem, syncAnswer } from './plan-answers.ts';

/** ISO 8601, UTC. */
const time = z.string();

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

const heldSince = heldLine.extend({ since: time });

const lockAnswer = z.object({
  lockId: z.string(),
  lock: z.string(),
  opens: z.boolean(),
  because: z.array(z.string()),
  /** null: since ever, without end; only where it opens. */
  since: time.nullable(),
  until: time.nullable(),
  opensNext: time.nullable(),
  wouldOpen: z.array(z.string()),
  /** 'held': by the brake. 'kept': a person has rejected taking it away. */
  waiting: z.enum(['held', 'kept']).nullable(),
  /** null: nothing can be said, since it was not read or does not tell of that moment. */
  lockSystem: z.string().nullable(),
});
export type LockAnswer = z.infer<typeof lockAnswer>;

/** The moment that is asked about. `note`: where what is known of it ends. */
const moment = { zone, at: time, note: z.string().nullable() };
/** As somebody typed it: an email address or the id of a membership; a lock's name or id; a time. */
const member = z.string();
const lock = z.string();
const at = z.string().nullable();

const adoptable = z.object({
  membershipId: z.string(),
  member: z.string().nullable(),
  /** Has no current or coming membership: the brake decides about what is taken over. */
  isFormer: z.boolean(),
  lockUserId: z.string(),
  grantId: z.string(),
  lockId: z.string(),
  lock: z.string().nullable(),
  from: time.nullable(),
  until: time.nullable(),
});
export type Adoptable = z.infer<typeof adoptable>;

const shapes = {
  sync: { input: z.object({ dryRun: z.boolean() }), answer: syncAnswer },
  why: {
    input: z.object({ member, lock: lock.nullable(), at }),
    answer: z.object({
      ...moment,
      persons: z.array(
        z.object({
          names: z.array(z.string()),
          membershipIds: z.array(z.string()),
          lockUserId: z.string().nullable(),
          /** null: never. */
          cobotReadAt: time.nullable(),
          lockSystemRead: z.boolean(),
          problems: z.array(z.string()),
          refusedLately: z.array(z.string()),
          locks: z.array(lockAnswer),
        }),
      ),
    }),
  },
  who: {
    /** `quick`: in a large space by the rules alone. */
    input: z.object({ lock, at, quick: z.boolean().optional() }),
    answer: z.object({
      ...moment,
      lockId: z.string(),
      lock: z.string(),
      lockSystemRead: z.boolean(),
      lockSystemSkipped: z.boolean(),
      people: z.array(
        z.object({
          name: z.string(),
          membershipId: z.string().nullable(),
          lockUserId: z.string().nullable(),
          through: z.enum(['rules', 'others', 'left over']),
          because: z.string(),
          opens: z.boolean().nullable(),
          /** Can though no rule gives it, or cannot though one does. */
          wrong: z.boolean(),
        }),
      ),
    }),
  },
  holds: {
    input: nothing,
    answer: z.object({
      zone,
      hold: z.object({ id: z.string(), since: time, persons: z.number(), lines: z.array(heldSince) }).nullable(),
      /** What a rejection keeps until the person's facts change. */
      kept: z.array(heldSince),
    }),
  },
  /** The lines that an id stands for and that nobody has decided about; `member` null: of everybody. */
  heldLines: {
    input: z.object({ id: z.string(), member: member.nullable() }),
    answer: z.object({ zone, lines: z.array(heldSince) }),
  },
  decideHold: {
    /** `lines`: only these; else all that the id stands for. */
    input: z.object({
      id: z.string(),
      member: member.nullable(),
      decision: z.enum(['approved', 'rejected']),
      lines: z.array(z.object({ lockUserId: z.string(), lockId: z.string() })).optional(),
    }),
    answer: z.object({
      zone,
      decision: z.string(),
      lines: z.array(heldSince),
      /** Approved, and not applied yet. */
      open: z.array(z.object({ membershipId: z.string(), member: z.string().nullable(), why: z.string() })),
    }),
  },
  checkPolicy: {
    /** `text` null: there is no file. `changes`: also what would change if it were in force. */
    input: z.object({ text: z.string().nullable(), changes: z.boolean() }),
    answer: z.object({
      mistakes: z.array(z.object({ line: z.number(), column: z.number(), message: z.string() })),
      warnings: z.array(z.string()),
      inForce: z.enum(['this', 'another', 'none']),
      changes: policyChanges.nullable(),
    }),
  },
  audit: {
    input: z.object({
      since: z.string().nullable(),
      member: member.nullable(),
      lock: lock.nullable(),
      limit: z.int().min(1).max(100_000),
    }),
    answer: z.object({
      zone,
      /** Oldest first; the newest of those asked for, if there are more than the limit. */
      entries: z.array(entryShape),
    }),
  },
  forget: {
    /** `dryRun`: only whom it would be. */
    input: z.object({ member, dryRun: z.boolean() }),
    answer: z.object({
      members: z.array(z.object({ membershipId: z.string(), member: z.string().nullable() })),
      forgotten: z.object({ entries: z.number(), deliveries: z.number() }).nullable(),
    }),
  },
  adopt: {
    /** `email` null: of everybody. `grantIds` null: only show; else those of them that are still there. */
    input: z.object({ email: z.string().nullable(), grantIds: z.array(z.string()).nullable() }),
    answer: z.object({
      zone,
      grants: z.array(adoptable),
      done: z
        .object({
          taken: z.number(),
          failed: z.array(z.object({ membershipId: z.string(), member: z.string().nullable(), why: z.string() })),
        })
        .nullable(),
    }),
  },
  codes: {
    input: z.object({ member }),
    answer: z.object({
      persons: z.array(
        z.object({
          membershipId: z.string(),
          member: z.string().nullable(),
          codes: z.array(z.object({ lockId: z.string(), lock: z.string().nullable(), code: z.string() })),
        }),
      ),
    }),
  },
  /** One line for each thing that was looked at. `ok` null: not good, and nothing to mend in a hurry. `advice`: the mend. */
  checkUp: {
    input: nothing,
    answer: z.object({
      lines: z.array(
        z.object({
          what: z.string(),
          ok: z.boolean().nullable(),
          sentence: z.string(),
          advice: z.string().nullable(),
        }),
      ),
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
  ...overviews,
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

/** Throws what lib/failure.ts can tell. */
export type Operator = { [N in OperationName]: (input: Inputs[N], onProgress?: Progress) => Promise<Answers[N]> };
