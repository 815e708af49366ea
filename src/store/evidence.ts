// What the last good read of each member held, as one JSON text a member; beside it, who holds which booking.

import { chunks } from '../lib/chunks.ts';
import type { Transaction } from './database.ts';
import { evidenceFacts } from './schemas.ts';
import { ROWS_AT_ONCE, type Scope } from './scope.ts';
import type { Evidence, EvidenceStore } from './store.ts';

export function createEvidence({ sql, space, alone }: Scope): EvidenceStore {
  return {
    async all() {
      const rows = await sql.selectFrom('evidence').selectAll().where('space', '=', space).execute();
      return new Map(rows.map((row) => [row.membership_id, toEvidence(row)]));
    },
    async of(membershipId) {
      const row = await sql
        .selectFrom('evidence')
        .selectAll()
        .where('space', '=', space)
        .where('membership_id', '=', membershipId)
        .executeTakeFirst();
      return row && toEvidence(row);
    },
    async put(evidence) {
      const write = async (trx: Transaction) => {
        for (const some of chunks(evidence, ROWS_AT_ONCE)) await putSome(some, { space, within: trx });
      };
      // One member's rows are locked by the first of them, and nobody has to wait for anybody else's.
      if (evidence.length === 1) await sql.transaction().execute(write);
      else await alone('evidence', write);
    },
    async holdersOfBooking(bookingId) {
      const rows = await sql
        .selectFrom('evidence_bookings')
        .select('membership_id')
        .where('space', '=', space)
        .where('booking_id', '=', bookingId)
        .orderBy('membership_id')
        .execute();
      return rows.map((row) => row.membership_id);
    },
    async remove(membershipId) {
      await alone('evidence', async (trx) => {
        // In this order, as those who write them.
        await trx.deleteFrom('evidence').where('space', '=', space).where('membership_id', '=', membershipId).execute();
        await forgetBookings([membershipId], { space, within: trx });
      });
    },
  };
}

type Within = { space: string; within: Transaction };

async function putSome(evidence: readonly Evidence[], { space, within }: Within): Promise<void> {
  const before = await within
    .selectFrom('evidence')
    .select(['membership_id', 'facts'])
    .where('space', '=', space)
    .where(
      'membership_id',
      'in',
      evidence.map(({ membership }) => membership.id),
    )
    .execute();
  const known = new Map(before.map((row) => [row.membership_id, row.facts]));

  // By membership, so that the last one counts where a list has it twice.
  const rows = new Map(
    evidence.map((one) => [
      one.membership.id,
      { space, membership_id: one.membership.id, facts: toFacts(one), read_at: one.readAt, bookings: one.bookings },
    ]),
  );
  const changed = [...rows.values()].filter((row) => known.get(row.membership_id) !== row.facts);
  if (changed.length === 0) return;

  await within
    .insertInto('evidence')
    .values(changed.map(({ bookings, ...row }) => row))
    .onConflict((conflict) =>
      conflict
        .columns(['space', 'membership_id'])
        .doUpdateSet((eb) => ({ facts: eb.ref('excluded.facts'), read_at: eb.ref('excluded.read_at') })),
    )
    .execute();

  await forgetBookings(
    changed.map((row) => row.membership_id),
    { space, within },
  );
  const held = changed.flatMap(({ membership_id, bookings }) =>
    bookings.map(({ id }) => ({ space, booking_id: id, membership_id })),
  );
  for (const some of chunks(held, ROWS_AT_ONCE)) {
    await within
      .insertInto('evidence_bookings')
      .values(some)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function forgetBookings(membershipIds: readonly string[], { space, within }: Within): Promise<void> {
  await within
    .deleteFrom('evidence_bookings')
    .where('space', '=', space)
    .where('membership_id', 'in', membershipIds)
    .execute();
}

function toFacts({ membership, passes, checkIns, bookings }: Evidence): string {
  return JSON.stringify({ membership, passes, checkIns, bookings });
}

function toEvidence(row: { facts: string; read_at: number }): Evidence {
  return { ...evidenceFacts.parse(JSON.parse(row.facts)), readAt: row.read_at };
}
