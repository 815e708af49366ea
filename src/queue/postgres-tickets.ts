// The one file that knows pg-boss. It hands out the work: one ticket for each name and key that has something to do, which
// one process at a time can hold, and which is somebody else's soon after its holder has gone silent. What is to be done,
// and when, is in our own table of jobs (docs/decisions/store-and-queue.md says why): a ticket says only "look there".
import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { fromKysely, type JobInsert, PgBoss } from 'pg-boss';
import type { Instant } from '../access/model.ts';
import type { Log } from '../lib/log.ts';
import type { PostgresDatabase, Transaction } from '../store/database.ts';
import { jobNames } from './payloads.ts';
import type { JobName } from './queue.ts';

/** `attempt`: pg-boss counts how often it was handed out, so that an earlier holder is told from the present one. */
export type Ticket = { id: string; attempt: number; name: JobName; key: string };
export type Offer = { name: JobName; key: string; runAt: Instant };

export type Tickets = {
  /** One for each; where there is one that nobody holds, it is that one. In the order of names and keys. */
  offer(offers: readonly Offer[], within: Transaction): Promise<void>;
  /** The earlier due first. */
  take(name: JobName, limit: number, within: Transaction): Promise<Ticket[]>;
  /** Those that are still the holder's. They stay so until the transaction ends. */
  held(tickets: readonly Ticket[], within: Transaction): Promise<ReadonlySet<Ticket>>;
  giveBack(tickets: readonly Ticket[], within: Transaction): Promise<void>;
  drop(tickets: readonly Ticket[], within: Transaction): Promise<void>;
  /** In a query about jobs: is there such a ticket for the job's name and key? */
  exists(state: 'offered' | 'held'): RawBuilder<boolean>;
  /** Says that they are still worked on; at the latest every ten seconds. */
  beat(tickets: readonly Ticket[]): Promise<void>;
  /** Takes the tickets of those who have gone silent from them, and tidies up. */
  supervise(): Promise<void>;
  tellOthers(names: readonly JobName[]): Promise<void>;
  close(): Promise<void>;
};

/** The least that pg-boss takes. */
const SILENCE_SECONDS = 10;
const DAY_SECONDS = 86_400;

const LIVE = { offered: ['created', 'retry'], held: ['active'] } as const;

/** `heard`: another process has work for us; without names, since it may have called while nobody listened. */
export async function openTickets({
  database,
  space,
  log,
  heard,
}: {
  database: Pick<PostgresDatabase, 'pool' | 'schema'>;
  space: string;
  log: Pick<Log, 'warn'>;
  heard: (names?: readonly JobName[]) => void;
}): Promise<Tickets> {
  const { pool } = database;
  const schema = `${database.schema}_pgboss`;
  const boss = new PgBoss({
    ...(pool.options.connectionString !== undefined && { connectionString: pool.options.connectionString }),
    application_name: 'relay-queue',
    schema,
    max: 2,
    // Made along with ours, where it is said in words if that cannot be.
    createSchema: false,
    // Time and hours are ours; looking after lost tickets is done while we work.
    schedule: false,
    supervise: false,
    monitorIntervalSeconds: 2,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  // Unheard, they would end the process.
  boss.on('error', (error) => log.warn({ error }, 'the queue could not reach its database'));
  boss.on('warning', ({ message }) => log.warn({ about: message }, 'the queue is worried'));
  await boss.start();

  const queueOf = (name: JobName) => `${space}/${name}`;
  const nameOf = new Map(jobNames.map((name) => [queueOf(name), name]));
  const known = new Set((await boss.getQueues([...nameOf.keys()])).map(({ name }) => name));
  for (const queue of nameOf.keys()) {
    if (known.has(queue)) continue;
    await boss.createQueue(queue, {
      policy: 'stately',
      // A lost ticket is not a failed job: it is handed out again, for ever and at once.
      retryLimit: 1_000_000,
      retryDelay: 0,
      heartbeatSeconds: SILENCE_SECONDS,
      expireInSeconds: DAY_SECONDS,
      retentionSeconds: 365 * DAY_SECONDS,
      deleteAfterSeconds: 60,
    });
  }

  const channel = `relay_${createHash('sha256').update(`${schema} ${space}`).digest('hex').slice(0, 24)}`;
  const listener = await boss.getDb().listen?.(
    channel,
    (names) => heard(jobNames.filter((name) => names.split(' ').includes(name))),
    () => heard(),
  );

  const table = sql.id(schema, 'job');
  /** In the order of names: who takes several at once takes them in the same order as everybody else. */
  const byName = <T extends { name: JobName }>(some: readonly T[]) =>
    [...jobNames]
      .sort()
      .map((name) => ({ name, mine: some.filter((one) => one.name === name) }))
      .filter(({ mine }) => mine.length > 0);
  const attempts = (tickets: readonly Ticket[]) => tickets.map(({ id, attempt }) => ({ id, retryCount: attempt }));

  return {
    async offer(offers, within) {
      for (const { name, mine } of byName(offers)) {
        const jobs = mine
          .toSorted((one, other) => (one.key < other.key ? -1 : 1))
          .map(({ key, runAt }): JobInsert => ({ data: { key }, singletonKey: key, priority: urgency(runAt) }));
        await boss.insert(queueOf(name), jobs, { db: fromKysely(within) });
      }
    },
    async take(name, limit, within) {
      // When is decided by our own clock: what is not due has no ticket.
      const options = { batchSize: limit, ignoreStartAfter: true, db: fromKysely(within) };
      const jobs = await boss.fetch<{ key: string }>(queueOf(name), options);
      return jobs.map(({ id, retryCount, data }) => ({ id, attempt: retryCount, name, key: data.key }));
    },
    async held(tickets, within) {
      if (tickets.length === 0) return new Set();
      const ids = tickets.map(({ id }) => id);
      const { rows } = await sql<{ id: string; attempt: number }>`
        select id, retry_count as attempt from ${table}
        where id = any(${ids}::uuid[]) and state = 'active' order by id for update`.execute(within);
      const attemptOf = new Map(rows.map(({ id, attempt }) => [id, attempt]));
      return new Set(tickets.filter(({ id, attempt }) => attemptOf.get(id) === attempt));
    },
    async giveBack(tickets, within) {
      for (const { name, mine } of byName(tickets)) {
        await boss.fail(queueOf(name), attempts(mine), null, { db: fromKysely(within) });
      }
    },
    async drop(tickets, within) {
      for (const { name, mine } of byName(tickets)) {
        await boss.deleteJob(queueOf(name), attempts(mine), { db: fromKysely(within) });
      }
    },
    // As a set that is gathered once. Looked up for every job, it would depend on what the planner knows of a table that
    // has just grown by thousands, and once took seconds.
    exists: (state) => sql<boolean>`(${space} || '/' || jobs.name, jobs.key) in (
      select ticket.name, ticket.singleton_key from ${table} ticket
      where ticket.name = any(${[...nameOf.keys()]}::text[]) and ticket.singleton_key is not null
        and ticket.state in (${sql.join(LIVE[state].map((word) => sql.lit(word)))}))`,
    async beat(tickets) {
      for (const { name, mine } of byName(tickets)) await boss.touch(queueOf(name), attempts(mine));
    },
    supervise: () => boss.supervise(),
    async tellOthers(names) {
      await pool.query('select pg_notify($1, $2)', [channel, names.join(' ')]);
    },
    async close() {
      await listener?.close();
      await boss.stop({ graceful: false });
    },
  };
}

const MOST_URGENT = 2 ** 31 - 1;
const EPOCH_SECONDS = Date.UTC(2026, 0) / 1000;

/** The earlier due, the more urgent: pg-boss orders by this before it looks at the age of a ticket. */
function urgency(runAt: Instant): number {
  return Math.max(-MOST_URGENT, Math.min(MOST_URGENT, EPOCH_SECONDS - Math.floor(runAt / 1000)));
}
