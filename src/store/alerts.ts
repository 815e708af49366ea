// What was noticed and told, until it is over. Written in one transaction with the messages that tell it, so that a
// message goes out exactly where it is written down that it did.
import { z } from 'zod';
import type { Queue } from '../queue/queue.ts';
import type { Scope } from './scope.ts';
import type { Alerts } from './store.ts';

const kind = z.enum(['token', 'sweep', 'webhooks', 'hold', 'jobs', 'refused']);

export function createAlerts({ sql, space, alone, queue }: Scope & { queue: Pick<Queue, 'add' | 'nudge'> }): Alerts {
  return {
    async all() {
      const rows = await sql
        .selectFrom('alerts')
        .selectAll()
        .where('space', '=', space)
        .orderBy('since')
        .orderBy('key')
        .execute();
      return rows.map((row) => ({
        key: row.key,
        kind: kind.parse(row.kind),
        sentence: row.sentence,
        who: row.who,
        since: row.since,
        toldAt: row.told_at,
        goneSince: row.gone_since,
      }));
    },
    async replace(alerts, jobs) {
      await alone('alerts', async (trx) => {
        await trx.deleteFrom('alerts').where('space', '=', space).execute();
        for (const each of alerts)
          await trx
            .insertInto('alerts')
            .values({
              space,
              key: each.key,
              kind: each.kind,
              sentence: each.sentence,
              who: each.who,
              since: each.since,
              told_at: each.toldAt,
              gone_since: each.goneSince,
            })
            .execute();
        if (jobs.length > 0) await queue.add(jobs, trx);
      });
      queue.nudge();
    },
  };
}
