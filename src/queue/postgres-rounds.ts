// What one process does with the jobs on PostgreSQL while others do the same: ending, taking, offering, and taking over
// from the lost. Always tickets first and rows of jobs after them, both in the order of names and keys, so that nobody
// waits for somebody who waits for them; who takes a ticket waits for no other ticket.
import { type Kysely, sql as raw, type SelectQueryBuilder } from 'kysely';
import type { Instant } from '../access/model.ts';
import type { PostgresDatabase, Transaction } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';
import { createJobTable, type Ending, type JobRow } from './job-table.ts';
import { isJobName, jobNames } from './payloads.ts';
import type { Offer, Ticket, Tickets } from './postgres-tickets.ts';
import type { JobName } from './queue.ts';
import type { Round, Taken } from './worker.ts';

export type Rounds = {
  round(asked: Round): Promise<Taken>;
  /** The tickets of what runs here. */
  inHand(): Ticket[];
  /** Gives every due job a ticket that has none, of those that became due after `since`. */
  offerDue(since: Instant, now: Instant): Promise<void>;
  /** Of which a job is due that waits. */
  dueNames(now: Instant): Promise<JobName[]>;
  /** Jobs whose holder has lost their ticket wait again. Returns how many. */
  recover(): Promise<number>;
};

export function createRounds({
  database,
  space,
  tickets,
}: {
  database: Pick<PostgresDatabase, 'sql' | 'takeNumbers'>;
  space: string;
  tickets: Tickets;
}): Rounds {
  const { sql } = database;
  const table = createJobTable({ database, space });
  /** By the id of the job's row. */
  const holding = new Map<string, Ticket>();
  /** The next moment at which a job becomes due that waits for its time: its ticket is made then. */
  let offerAt = Number.NEGATIVE_INFINITY;
  let offeredUntil = Number.NEGATIVE_INFINITY;

  const jobsOf = (within: Kysely<Tables>) => within.selectFrom('jobs').selectAll('jobs').where('space', '=', space);

  async function round({ over, free, names, now }: Round): Promise<Taken> {
    const done = await sql.transaction().execute(async (trx) => {
      const ours = over.flatMap((ending) => {
        const ticket = holding.get(ending.row.id);
        return ticket ? [{ ending, ticket }] : [];
      });
      const held = await tickets.held(
        ours.map(({ ticket }) => ticket),
        trx,
      );
      // Who has lost the ticket has lost the job: somebody else has it, or will.
      const ended = ours.filter(({ ticket }) => held.has(ticket)).sort(inOrder);
      await passOn(ended, now, trx);
      if (now >= offerAt) await tickets.offer(await notOffered(offeredUntil, now, trx), trx);
      const taken = await takeTickets(names, free, trx);

      await writeDown(ended, trx);
      const { rows, surplus } = await claim(taken, now, trx);
      await tickets.drop(surplus, trx);
      return { rows, nextAt: await nextTimes(now, trx), full: rows.length + surplus.length >= free };
    });

    for (const { row } of over) holding.delete(row.id);
    for (const { row, ticket } of done.rows) holding.set(row.id, ticket);
    offeredUntil = Math.max(offeredUntil, now);
    offerAt = Math.min(Number.POSITIVE_INFINITY, ...done.nextAt.values());
    const later = (name: JobName) => (done.full ? now : (done.nextAt.get(name) ?? Number.POSITIVE_INFINITY));
    return { rows: done.rows.map(({ row }) => row), lookAt: new Map(names.map((name) => [name, later(name)])) };
  }

  /** A ticket whose key has more to do at once is given to the next one; else it has done its work. */
  async function passOn(ended: readonly { ending: Ending; ticket: Ticket }[], now: Instant, trx: Transaction) {
    if (ended.length === 0) return;
    const repeats = await jobsOf(trx)
      .where('state', '=', 'waiting')
      .where('run_at', '<=', now)
      .where(isAmong(ended.map(({ ticket }) => ticket)))
      .execute();
    const due = new Set(repeats.map(idOf));
    const goesOn = ({ ending, ticket }: { ending: Ending; ticket: Ticket }) =>
      due.has(idOf(ticket)) || ending.outcome === 'handed back' || (ending.outcome === 'again' && ending.runAt <= now);
    const of = (some: typeof ended) => some.map(({ ticket }) => ticket);
    await tickets.giveBack(of(ended.filter(goesOn)), trx);
    await tickets.drop(of(ended.filter((one) => !goesOn(one))), trx);
  }

  /** What is done, by one statement, since most is. */
  async function writeDown(ended: readonly { ending: Ending; ticket: Ticket }[], trx: Transaction): Promise<void> {
    const done = ended.filter(({ ending }) => ending.outcome === 'done');
    if (done.length > 0) {
      await trx
        .deleteFrom('jobs')
        .where('space', '=', space)
        .where('state', 'in', ['running', 'dead'])
        .where(isAmong(done.map(({ ticket }) => ticket)))
        .execute();
    }
    for (const { ending } of ended) if (ending.outcome !== 'done') await table.end(ending, trx);
  }

  async function takeTickets(names: readonly JobName[], free: number, trx: Transaction): Promise<Ticket[]> {
    const taken: Ticket[] = [];
    for (const name of names) {
      if (taken.length >= free) break;
      taken.push(...(await tickets.take(name, free - taken.length, trx)));
    }
    return taken;
  }

  /** Of whom we hold the ticket, and who still waits and is due, runs from now on. */
  async function claim(taken: readonly Ticket[], now: Instant, trx: Transaction) {
    if (taken.length === 0) return { rows: [], surplus: [] };
    const read = () => locked(jobsOf(trx).where('state', 'in', ['waiting', 'running']).where(isAmong(taken))).execute();
    let found = await read();
    // Whoever runs it has lost the ticket that we hold now.
    const lost = found.filter(({ state }) => state === 'running');
    for (const row of lost) await table.wait(row, {}, trx);
    if (lost.length > 0) found = await read();

    const due = new Map(found.filter(({ run_at }) => run_at <= now).map((row) => [idOf(row), row]));
    const rows = taken.flatMap((ticket) => {
      const row = due.get(idOf(ticket));
      return row ? [{ row: { ...row, state: 'running', attempts: row.attempts + 1 }, ticket }] : [];
    });
    if (rows.length > 0) {
      await trx
        .updateTable('jobs')
        .set((eb) => ({ state: 'running', attempts: eb('attempts', '+', 1) }))
        .where('space', '=', space)
        .where(
          'id',
          'in',
          rows.map(({ row }) => row.id),
        )
        .execute();
    }
    return { rows: earlierFirst(rows), surplus: taken.filter((ticket) => !due.has(idOf(ticket))) };
  }

  /** For each name, when the next one becomes due that is not yet. */
  async function nextTimes(now: Instant, within: Kysely<Tables>): Promise<Map<JobName, Instant>> {
    const { rows } = await raw<{ name: string; run_at: number }>`
      select known.name, next.run_at from unnest(${jobNames}::text[]) known(name)
      cross join lateral (select run_at from ${raw.table('jobs')} where space = ${space} and state = 'waiting'
        and name = known.name and run_at > ${now} order by run_at limit 1) next`.execute(within);
    return new Map(rows.flatMap(({ name, run_at }) => (isJobName(name) ? [[name, run_at]] : [])));
  }

  async function notOffered(since: Instant, now: Instant, within: Kysely<Tables>): Promise<Offer[]> {
    const due = await jobsOf(within)
      .where('state', '=', 'waiting')
      .where('run_at', '>', since)
      .where('run_at', '<=', now)
      .where(({ not }) => not(tickets.exists('offered')))
      .execute();
    return due.flatMap(toOffer);
  }

  return {
    round,
    inHand: () => [...holding.values()],
    async offerDue(since, now) {
      const due = await notOffered(since, now, sql);
      if (due.length > 0) await sql.transaction().execute((trx) => tickets.offer(due, trx));
    },
    async dueNames(now) {
      const { rows } = await raw<{ name: string }>`
        select known.name from unnest(${jobNames}::text[]) known(name) where exists (select from ${raw.table('jobs')}
          where space = ${space} and state = 'waiting' and name = known.name and run_at <= ${now})`.execute(sql);
      return rows.map(({ name }) => name).filter(isJobName);
    },
    async recover() {
      const lost = (within: Kysely<Tables>) =>
        jobsOf(within)
          .where('state', '=', 'running')
          .where(({ not }) => not(tickets.exists('held')));
      const suspects = (await lost(sql).execute()).flatMap(toOffer);
      if (suspects.length === 0) return 0;
      return await sql.transaction().execute(async (trx) => {
        // Locked first, and then looked at again: somebody may just have taken it, ticket and all.
        await locked(jobsOf(trx).where(isAmong(suspects))).execute();
        const rows = await lost(trx).where(isAmong(suspects)).execute();
        for (const row of rows) await table.wait(row, {}, trx);
        return rows.length;
      });
    },
  };
}

/** In the order in which everybody locks them. */
function locked<Q extends SelectQueryBuilder<Tables, 'jobs', JobRow>>(query: Q) {
  return query.orderBy(raw`name collate "C"`).orderBy(raw`key collate "C"`).forUpdate();
}

const idOf = ({ name, key }: { name: string; key: string }) => JSON.stringify([name, key]);

function isAmong(some: readonly { name: JobName; key: string }[]) {
  const names = some.map(({ name }) => name);
  const keys = some.map(({ key }) => key);
  return raw<boolean>`(name, key) in (select * from unnest(${names}::text[], ${keys}::text[]))`;
}

function toOffer({ name, key, run_at }: JobRow): Offer[] {
  return isJobName(name) ? [{ name, key, runAt: run_at }] : [];
}

function inOrder({ ticket: one }: { ticket: Ticket }, { ticket: other }: { ticket: Ticket }): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.key < other.key ? -1 : 1;
}

/** Within each name; the names come in their own order already. */
function earlierFirst(rows: readonly { row: JobRow; ticket: Ticket }[]): { row: JobRow; ticket: Ticket }[] {
  const order = [...new Set(rows.map(({ row }) => row.name))];
  return rows.toSorted(
    ({ row: one }, { row: other }) =>
      order.indexOf(one.name) - order.indexOf(other.name) || one.run_at - other.run_at || one.sequence - other.sequence,
  );
}
