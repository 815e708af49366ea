// The audit trail: what was done, one sentence each, in the order in which it was done.
import type { Selectable } from 'kysely';
import { chunks } from '../lib/chunks.ts';
import { groupCommit } from '../lib/group-commit.ts';
import type { Database } from './database.ts';
import { ROWS_AT_ONCE } from './scope.ts';
import type { Audit, AuditEntry } from './store.ts';
import type { Tables } from './tables.ts';

export function createAudit({ database, space }: { database: Database; space: string }): Audit {
  const { sql } = database;
  const appendTogether = groupCommit<readonly AuditEntry[]>(async (groups) => {
    const entries = groups.flat();
    await sql.transaction().execute(async (trx) => {
      const last = await database.takeNumbers({ space, name: 'audit' }, entries.length, trx);
      const rows = entries.map((entry, index) => toRow(entry, { space, number: last - entries.length + 1 + index }));
      for (const some of chunks(rows, ROWS_AT_ONCE)) await trx.insertInto('audit').values(some).execute();
    });
  });

  return {
    async append(entries) {
      if (entries.length > 0) await appendTogether(entries);
    },
    async list({ since, membershipId, lockId, limit } = {}) {
      const rows = await sql
        .selectFrom('audit')
        .selectAll()
        .where('space', '=', space)
        .$if(since !== undefined, (query) => query.where('at', '>=', since ?? 0))
        .$if(membershipId !== undefined, (query) => query.where('membership_id', '=', membershipId ?? ''))
        .$if(lockId !== undefined, (query) => query.where('lock_id', '=', lockId ?? ''))
        .orderBy('number', 'desc')
        .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
        .execute();
      return rows.map(toEntry);
    },
    async forget(membershipId) {
      const { numUpdatedRows } = await sql
        .updateTable('audit')
        .set({ sentence: 'forgotten', cause: 'forgotten', membership_id: null, lock_user_id: null })
        .where('space', '=', space)
        .where('membership_id', '=', membershipId)
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
    async prune(before) {
      const { numDeletedRows } = await sql
        .deleteFrom('audit')
        .where('space', '=', space)
        .where('at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

function toRow(entry: AuditEntry, { space, number }: { space: string; number: number }): Tables['audit'] {
  return {
    space,
    number,
    at: entry.at,
    action: entry.action,
    sentence: entry.sentence,
    cause: entry.cause,
    membership_id: entry.membershipId,
    lock_user_id: entry.lockUserId,
    lock_id: entry.lockId,
  };
}

function toEntry(row: Selectable<Tables['audit']>): AuditEntry {
  return {
    at: row.at,
    action: row.action,
    sentence: row.sentence,
    cause: row.cause,
    membershipId: row.membership_id,
    lockUserId: row.lock_user_id,
    lockId: row.lock_id,
  };
}
