// Answers that show many things at once: today, everybody at every lock, one person's facts, a day at the doors, the
// rules in words, what came in. Plain JSON like the rest (answers.ts).
import { z } from 'zod';

/** ISO 8601, UTC. */
const time = z.string();
const zone = z.string();
const moment = { zone, at: time, note: z.string().nullable() };

/** Memberships and names of whom something is about; a name is null where none is known. */
const whom = { membershipId: z.string().nullable(), member: z.string().nullable() };

export const entryShape = z.object({
  at: time,
  action: z.string(),
  ...whom,
  lockUserId: z.string().nullable(),
  lockId: z.string().nullable(),
  lock: z.string().nullable(),
  sentence: z.string(),
  cause: z.string(),
});

const problem = z.object({ ...whom, kind: z.string(), sentence: z.string(), since: time });
const lockNamed = z.object({ lockId: z.string(), lock: z.string() });

const todayShape = z.object({
  zone,
  at: time,
  space: z.string().nullable(),
  /** null: none yet. `running`: one is at it now. */
  sweep: z.object({ lastGood: time.nullable(), running: z.boolean(), failing: z.string().nullable() }),
  waiting: z.object({ count: z.number(), oldest: z.object({ ...whom, name: z.string(), since: time }).nullable() }),
  dead: z.number(),
  held: z.object({ lines: z.number(), persons: z.number(), since: time.nullable() }),
  /** Calls to Cobot that could go out now, by endpoint; those with the least first. */
  budgets: z.array(z.object({ endpoint: z.string(), perMinute: z.number(), left: z.number() })),
  /** When something last came in from Cobot, and from the lock system. */
  lastFromCobot: time.nullable(),
  lastFromLocks: time.nullable(),
  problems: z.array(problem),
  members: z.number(),
  locks: z.number(),
  inSpace: z.array(z.object({ ...whom, since: time, until: time })),
  /** Newest first. */
  latest: z.array(entryShape),
});

const cell = z.object({
  lockId: z.string(),
  opens: z.boolean(),
  until: time.nullable(),
  opensNext: time.nullable(),
  waiting: z.enum(['held', 'kept']).nullable(),
  reason: z.string(),
});

/** Everybody at every lock, as of the last good read of each. */
const peopleShape = z.object({
  ...moment,
  locks: z.array(lockNamed),
  people: z.array(
    z.object({
      membershipIds: z.array(z.string()),
      name: z.string(),
      email: z.string().nullable(),
      plan: z.string(),
      /** 'unknown': there is a problem, and nothing could be kept of the member but that. Then there are no cells. */
      standing: z.enum(['pending', 'coming', 'current', 'ended', 'unknown']),
      problems: z.array(z.string()),
      cells: z.array(cell),
    }),
  ),
});

const span = z.object({ from: time, until: time });

/** What was last read of a member: the facts that decide. */
const factsShape = z.object({
  zone,
  memberships: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      email: z.string().nullable(),
      plan: z.string(),
      limited: z.boolean(),
      upcomingPlan: z.object({ name: z.string(), from: z.string().nullable() }).nullable(),
      startsOn: z.string().nullable(),
      canceledTo: z.string().nullable(),
      standing: z.enum(['pending', 'coming', 'current', 'ended']),
      passes: z.array(z.object({ name: z.string(), expiresAt: time.nullable(), ofTeam: z.boolean() })),
      checkIns: z.array(span),
      bookings: z.array(span.extend({ id: z.string(), resource: z.string().nullable() })),
      readAt: time,
    }),
  ),
  lockUser: z.object({ id: z.string(), origin: z.enum(['made', 'adopted']) }).nullable(),
});

const syncedShape = z.object({ zone, entries: z.array(entryShape) });

const openingsShape = z.object({
  zone,
  /** Newest first. */
  openings: z.array(
    z.object({
      at: time,
      ...whom,
      lockUserId: z.string(),
      lock: z.string().nullable(),
      outcome: z.string().nullable(),
      note: z.string().nullable(),
    }),
  ),
});

const dayShape = z.object({
  zone,
  /** "2026-11-30", with the moments at which it begins and ends. */
  date: z.string(),
  from: time,
  until: time,
  locks: z.array(
    lockNamed.extend({
      bars: z.array(
        span.extend({
          kind: z.enum(['plan', 'pass', 'check-in', 'booking']),
          rule: z.string(),
          /** Whose booking it is; null where it is the time of several. */
          member: z.string().nullable(),
          people: z.number(),
        }),
      ),
    }),
  ),
});

const mistake = z.object({ line: z.number(), column: z.number(), message: z.string() });

const policyShape = z.object({
  zone,
  path: z.string(),
  /** What the file holds now; null: it is not there. */
  text: z.string().nullable(),
  mistakes: z.array(mistake),
  /** Is the file that is there the one in force? */
  inForce: z.enum(['this', 'another', 'none']),
  /** null: nothing is in force yet, and `why` says what it waits for. */
  rules: z.array(z.object({ name: z.string(), words: z.string() })).nullable(),
  why: z.string().nullable(),
  /** Everything of it that is no rule. */
  besides: z.array(z.string()),
});

const deliveriesShape = z.object({
  zone,
  /** Newest first. */
  deliveries: z.array(
    z.object({
      id: z.string(),
      receivedAt: time,
      source: z.string(),
      event: z.string(),
      understood: z.boolean(),
      subject: z.string(),
      ...whom,
      /** What became of it, in order. */
      way: z.array(
        z.object({ state: z.enum(['done', 'waiting', 'dead']), sentence: z.string(), jobId: z.string().nullable() }),
      ),
    }),
  ),
});

const nothing = z.object({});
/** As somebody typed it: an email address or the id of a membership. */
const member = z.string();
const limit = z.int().min(1).max(1000);

export const overviews = {
  today: { input: nothing, answer: todayShape },
  people: { input: z.object({ at: z.string().nullable() }), answer: peopleShape },
  facts: { input: z.object({ member }), answer: factsShape },
  /** Looks at one person again, now. The answer: what was done. */
  syncMember: { input: z.object({ member }), answer: syncedShape },
  openings: {
    input: z.object({ member: member.nullable(), lock: z.string().nullable(), limit }),
    answer: openingsShape,
  },
  /** `date` null: today. */
  day: { input: z.object({ date: z.string().nullable() }), answer: dayShape },
  policy: { input: nothing, answer: policyShape },
  /** `search`: a part of a name, an address, an id or an event. */
  deliveries: { input: z.object({ search: z.string().nullable(), limit }), answer: deliveriesShape },
  /** What somebody is told of, and where what is told does not get through. */
  alerts: {
    input: nothing,
    answer: z.object({
      zone,
      channels: z.array(z.object({ name: z.string(), to: z.string() })),
      alerts: z.array(
        z.object({
          kind: z.string(),
          sentence: z.string(),
          since: time,
          /** null: not yet. */
          toldAt: time.nullable(),
          /** null: it is so now. */
          goneSince: time.nullable(),
        }),
      ),
      stuck: z.array(z.object({ channel: z.string(), messages: z.number(), why: z.string() })),
    }),
  },
  /** Sends a trial message through every channel. */
  testAlerts: {
    input: nothing,
    answer: z.object({
      tried: z.array(z.object({ channel: z.string(), to: z.string(), ok: z.boolean(), sentence: z.string() })),
    }),
  },
};
