// Losses that wait for a person. There is one hold at most; it takes a new id whenever a line joins, and its former ids
// stay, each standing for the lines that it was shown with.
import type { Kysely, Selectable } from 'kysely';
import { chunks } from '../lib/chunks.ts';
import { ROWS_AT_ONCE, type Scope } from './scope.ts';
import type { Hold, HoldLine, Holds } from './store.ts';
import type { Tables } from './tables.ts';

export function createHolds({ sql, space, alone }: Scope): Holds {
  return {
    open: () => alone('hold_lines', (trx) => readHold(trx, space)),

    async isEmpty() {
      const line = await sql.selectFrom('hold_lines').select('lock_id').where('space', '=', space).limit(1).execute();
      return line.length === 0;
    },

    async join(lines, newId) {
      return await alone('hold_lines', async (trx) => {
        const before = await readName(trx, space);
        const position = (before?.position ?? 0) + 1;
        let joined = 0;
        for (const some of chunks(lines, ROWS_AT_ONCE)) {
          const rows = await trx
            .insertInto('hold_lines')
            .values(some.map((line) => toRow(line, { space, position })))
            .onConflict((conflict) => conflict.columns(['space', 'lock_user_id', 'lock_id']).doNothing())
            .returning('lock_id')
            .execute();
          joined += rows.length;
        }
        if (joined > 0) await trx.insertInto('holds').values({ space, id: newId, position }).execute();
        return (await readHold(trx, space)) ?? { id: newId, lines: [] };
      });
    },

    async shownAs(id) {
      const name = await sql
        .selectFrom('holds')
        .selectAll()
        .where('space', '=', space)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!name) return undefined;
      return (await readLines(sql, space))
        .filter(isWaiting)
        .filter(({ position }) => position <= name.position)
        .map(toLine);
    },

    async decided() {
      return (await readLines(sql, space)).flatMap((row) =>
        row.decision === 'approved' || row.decision === 'rejected' ? [{ ...toLine(row), decision: row.decision }] : [],
      );
    },

    async decide(lines, decision) {
      return await alone(
        'hold_lines',
        async (trx) => {
          const taken: HoldLine[] = [];
          for (const { lockUserId, lockId } of lines) {
            const row = await trx
              .updateTable('hold_lines')
              .set({ decision })
              .where('space', '=', space)
              .where('lock_user_id', '=', lockUserId)
              .where('lock_id', '=', lockId)
              .where('decision', 'is', null)
              .returningAll()
              .executeTakeFirst();
            if (row) taken.push(toLine(row));
          }
          await forgetNames(trx, space);
          return taken;
        },
        { isDurable: true },
      );
    },

    async lookedAt(lines, notKnown) {
      await alone('hold_lines', async (trx) => {
        for (const { lockUserId, lockId, facts } of lines) {
          await trx
            .updateTable('hold_lines')
            .set({ facts })
            .where('space', '=', space)
            .where('lock_user_id', '=', lockUserId)
            .where('lock_id', '=', lockId)
            .where((line) => line.or([line('decision', 'is', null), line('facts', '=', notKnown)]))
            .execute();
        }
      });
    },

    async dissolve(lines) {
      await alone('hold_lines', async (trx) => {
        for (const { lockUserId, lockId } of lines) {
          await trx
            .deleteFrom('hold_lines')
            .where('space', '=', space)
            .where('lock_user_id', '=', lockUserId)
            .where('lock_id', '=', lockId)
            .execute();
        }
        await forgetNames(trx, space);
      });
    },
  };
}

/** The names go with the last line that waits, so that the next hold begins afresh. */
async function forgetNames(sql: Kysely<Tables>, space: string): Promise<void> {
  if (!(await readHold(sql, space))) await sql.deleteFrom('holds').where('space', '=', space).execute();
}

const isWaiting = (row: Selectable<Tables['hold_lines']>): boolean => row.decision === null;

async function readName(sql: Kysely<Tables>, space: string): Promise<Selectable<Tables['holds']> | undefined> {
  return await sql
    .selectFrom('holds')
    .selectAll()
    .where('space', '=', space)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function readHold(sql: Kysely<Tables>, space: string): Promise<Hold | undefined> {
  const name = await readName(sql, space);
  if (!name) return undefined;
  const rows = (await readLines(sql, space)).filter(isWaiting);
  return rows.length > 0 ? { id: name.id, lines: rows.map(toLine) } : undefined;
}

async function readLines(sql: Kysely<Tables>, space: string): Promise<Selectable<Tables['hold_lines']>[]> {
  return await sql
    .selectFrom('hold_lines')
    .selectAll()
    .where('space', '=', space)
    .orderBy('held_at')
    .orderBy('position')
    .orderBy('lock_user_id')
    .orderBy('lock_id')
    .execute();
}

function toRow(line: HoldLine, { space, position }: { space: string; position: number }): Tables['hold_lines'] {
  return {
    space,
    lock_user_id: line.lockUserId,
    lock_id: line.lockId,
    membership_id: line.membershipId,
    reason: line.reason,
    rests_on_absence: line.restsOnAbsence ? 1 : 0,
    held_at: line.heldAt,
    position,
    facts: line.facts,
    decision: null,
  };
}

function toLine(row: Selectable<Tables['hold_lines']>): HoldLine {
  return {
    lockUserId: row.lock_user_id,
    membershipId: row.membership_id,
    lockId: row.lock_id,
    reason: row.reason,
    restsOnAbsence: row.rests_on_absence === 1,
    heldAt: row.held_at,
    facts: row.facts,
  };
}
