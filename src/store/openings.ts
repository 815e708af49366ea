// Who opened what, and what came of it. Two tellings of one opening (webhook and event list) are stored once.
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { Instant, Opening } from '../access/model.ts';
import { chunks } from '../lib/chunks.ts';
import { ROWS_AT_ONCE, type Scope } from './scope.ts';
import type { OpeningOutcome, Openings, StoredOpening } from './store.ts';
import type { Tables } from './tables.ts';

export function createOpenings({ sql, space, alone }: Scope): Openings {
  const select = () => sql.selectFrom('openings').selectAll().where('space', '=', space);

  return {
    add: (openings, receivedAt) =>
      alone('openings', (trx) =>
        insertOpenings(
          openings.map((opening) => ({ opening, receivedAt })),
          { sql: trx, space },
        ),
      ),
    async unjudged(lockUserId) {
      const rows = await select()
        .where('lock_user_id', '=', lockUserId)
        .where('outcome', 'is', null)
        .orderBy('occurred_at')
        .orderBy('id')
        .execute();
      return rows.map(toOpening);
    },
    async attribute(credential, lockUserId) {
      await alone('openings', async (trx) => {
        const mine = await trx
          .deleteFrom('openings')
          .where('space', '=', space)
          .where('lock_user_id', '=', credential)
          .where('outcome', 'is', null)
          .returningAll()
          .execute();
        for (const row of mine) {
          await trx
            .insertInto('openings')
            .values({ ...row, lock_user_id: lockUserId })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      });
    },
    async waiting() {
      const rows = await sql
        .selectFrom('openings')
        .select('lock_user_id')
        .distinct()
        .where('space', '=', space)
        .where('outcome', 'is', null)
        .orderBy('lock_user_id')
        .execute();
      return rows.map((row) => row.lock_user_id);
    },
    async judge(id, outcome, note) {
      await sql
        .updateTable('openings')
        .set({ outcome, note })
        .where('space', '=', space)
        .where('id', '=', id)
        .execute();
    },
    async list({ lockUserId, since, limit } = {}) {
      const rows = await select()
        .$if(lockUserId !== undefined, (query) => query.where('lock_user_id', '=', lockUserId ?? ''))
        .$if(since !== undefined, (query) => query.where('occurred_at', '>=', since ?? 0))
        .orderBy('occurred_at', 'desc')
        .orderBy('id', 'desc')
        .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
        .execute();
      return rows.map(toOpening);
    },
    async prune(before) {
      const { numDeletedRows } = await sql
        .deleteFrom('openings')
        .where('space', '=', space)
        .where('received_at', '<', before)
        .where('outcome', 'is not', null)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

/** Returns those that were not stored yet. */
export async function insertOpenings(
  received: readonly { opening: Opening; receivedAt: Instant }[],
  { sql, space }: { sql: Kysely<Tables>; space: string },
): Promise<Opening[]> {
  const added = new Set<string>();
  // In one order, whoever tells of them: two who store the same at once never wait for each other.
  const ordered = received
    .map(({ opening, receivedAt }) => toRow(opening, { receivedAt, space }))
    .sort((one, other) => one.occurred_at - other.occurred_at || compare(orderOf(one), orderOf(other)));
  for (const some of chunks(ordered, ROWS_AT_ONCE)) {
    const rows = await sql
      .insertInto('openings')
      .values(some)
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    for (const { id } of rows) added.add(id);
  }
  // Deleted once returned: an id that came twice in one list is new only once.
  return received.map(({ opening }) => opening).filter(({ id }) => added.delete(id));
}

const orderOf = ({ lock_user_id, lock_identity, id }: Tables['openings']) =>
  [lock_user_id, lock_identity, id].join(' ');

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Somebody who is refused, and gets in at the second try within the same second, did both. */
function identityOf({ lockId, lockName, refused }: Opening): string {
  return `${refused === undefined ? '' : 'refused '}${lockId ?? lockName ?? ''}`;
}

function toRow(opening: Opening, { receivedAt, space }: { receivedAt: Instant; space: string }): Tables['openings'] {
  return {
    space,
    id: opening.id,
    lock_user_id: opening.lockUserId,
    lock_id: opening.lockId,
    lock_name: opening.lockName,
    lock_identity: identityOf(opening),
    occurred_at: opening.occurredAt,
    received_at: receivedAt,
    outcome: null,
    note: null,
    refused: opening.refused ?? null,
  };
}

const outcome: z.ZodType<OpeningOutcome | null> = z
  .enum([
    'checked in',
    'checked in already',
    'not charged',
    'past day',
    'not ours',
    'refused',
    'refused at the door',
    'given up',
  ])
  .nullable();

function toOpening(row: Selectable<Tables['openings']>): StoredOpening {
  return {
    id: row.id,
    lockUserId: row.lock_user_id,
    lockId: row.lock_id,
    lockName: row.lock_name,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    outcome: outcome.parse(row.outcome),
    note: row.note,
    ...(row.refused === null ? {} : { refused: row.refused }),
  };
}
