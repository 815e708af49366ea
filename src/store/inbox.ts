// Webhooks as they came. A webhook may be answered once accept() resolves: delivery, opening and jobs are on the disk
// then, in one commit with everything that arrived at the same time.
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import { groupCommit } from '../lib/group-commit.ts';
import { createRowInserts } from '../lib/row-inserts.ts';
import type { Queue } from '../queue/queue.ts';
import { insertOpenings } from './openings.ts';
import type { Scope } from './scope.ts';
import type { Delivery, Inbox } from './store.ts';
import type { Tables } from './tables.ts';

export function createInbox({ sql, space, durable, queue }: Scope & { queue: Pick<Queue, 'add' | 'nudge'> }): Inbox {
  const insertDeliveries = createRowInserts((trx: Kysely<Tables>, rows: readonly Tables['deliveries'][]) =>
    trx.insertInto('deliveries').values(rows),
  );
  const accept = groupCommit<Parameters<Inbox['accept']>[0]>(async (entries) => {
    await durable(async (trx) => {
      await insertDeliveries(
        trx,
        entries.map(({ delivery }) => toRow(delivery, space)),
      );

      const openings = entries.flatMap(({ opening, delivery }) =>
        opening ? [{ opening, receivedAt: delivery.receivedAt }] : [],
      );
      await insertOpenings(openings, { sql: trx, space });

      await queue.add(
        entries.flatMap(({ jobs }) => jobs),
        trx,
      );
    });
    queue.nudge();
  });

  return {
    accept,
    async list({ understood, limit } = {}) {
      const rows = await sql
        .selectFrom('deliveries')
        .selectAll()
        .where('space', '=', space)
        .$if(understood !== undefined, (query) => query.where('understood', '=', understood ? 1 : 0))
        .orderBy('received_at', 'desc')
        .orderBy('id', 'desc')
        .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
        .execute();
      return rows.map(toDelivery);
    },
    async forget(id) {
      const { numUpdatedRows } = await sql
        .updateTable('deliveries')
        .set({ body: '', subject: 'forgotten' })
        .where('space', '=', space)
        .where((where) => where.or([where('subject', '=', id), where('body', 'like', `%${id}%`)]))
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
    async prune(before) {
      const { numDeletedRows } = await sql
        .deleteFrom('deliveries')
        .where('space', '=', space)
        .where('received_at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

function toRow(delivery: Delivery, space: string): Tables['deliveries'] {
  return {
    space,
    id: delivery.id,
    received_at: delivery.receivedAt,
    source: delivery.source,
    event: delivery.event,
    body: delivery.body,
    understood: delivery.understood ? 1 : 0,
    subject: delivery.subject,
  };
}

const source = z.enum(['cobot', 'lock']);

function toDelivery(row: Selectable<Tables['deliveries']>): Delivery {
  return {
    id: row.id,
    receivedAt: row.received_at,
    source: source.parse(row.source),
    event: row.event,
    body: row.body,
    understood: row.understood === 1,
    subject: row.subject,
  };
}
