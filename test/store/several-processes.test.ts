// Two processes write to one store on PostgreSQL at the same time: what SQLite rules out by its one connection.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Opening } from '../../src/access/model.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { HoldLine, Store } from '../../src/store/store.ts';
import { databaseOfFile, noPostgres } from '../support/postgres.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { openSpace } from './open-spaces.ts';
import { checkIn, evidence, link, now } from './samples.ts';

const server = databaseOfFile();

async function openOne(url: string): Promise<{ database: Database; store: Store }> {
  const database = await openDatabase({ dataDir: '/nowhere', url });
  onTestFinished(() => database.close());
  const { store } = await openSpace('north', { database, clock: createVirtualClock(now) });
  return { database, store };
}

async function openTwo(): Promise<[Store, Store]> {
  const url = await server.url();
  const open = async () => (await openOne(url)).store;
  return [await open(), await open()];
}

/** Both at once, so many times. */
async function together(times: number, work: (which: 0 | 1, round: number) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < times; round += 1) await Promise.all([work(0, round), work(1, round)]);
}

const line = (lockUserId: string): HoldLine => ({
  lockUserId,
  membershipId: `m-${lockUserId}`,
  lockId: 'front',
  reason: 'membership ended',
  restsOnAbsence: false,
  heldAt: now,
  facts: '{}',
});

describe.skipIf(noPostgres)('two processes on one store', () => {
  it('lose no line of a hold, and give every name that it had another position', async () => {
    const stores = await openTwo();

    await together(20, (which, round) => stores[which].holds.join([line(`u${which}-${round}`)], `h${which}-${round}`));

    const hold = await stores[0].holds.open();
    expect(hold?.lines).toHaveLength(40);
    expect(await stores[1].holds.shownAs(hold?.id ?? '')).toHaveLength(40);
  });

  it('let one of two notes be the one of a grant', async () => {
    const stores = await openTwo();
    const note = { lockUserId: 'u1', lockId: 'front', from: null, until: null, note: 'relay:north m1', before: [] };
    await together(10, async (which, round) => {
      await stores[which].grantNotes.add({ ...note, id: `n${which}-${round}`, grantId: null, askedAt: now });
    });

    await together(10, (which, round) => stores[which].grantNotes.bind(`n${which}-${round}`, `g${round}`));

    const bound = (await stores[0].grantNotes.all()).map(({ grantId }) => grantId);
    expect(bound.toSorted()).toEqual(Array.from({ length: 10 }, (_, round) => `g${round}`).toSorted());
  });

  it('leave the problems of the one or of the other, never a mixture', async () => {
    const stores = await openTwo();
    const problemsOf = (which: number) => ['a', 'b', 'c'].map((kind) => ({ kind, sentence: `as ${which} sees it` }));

    for (let round = 0; round < 10; round += 1) {
      await Promise.all(([0, 1] as const).map((which) => stores[which].problems.replace('m1', problemsOf(which), now)));
      const sentences = new Set((await stores[0].problems.all()).map(({ sentence }) => sentence));
      expect(sentences.size).toBe(1);
    }
  });

  it('store an opening once that both are told of, in whatever order', async () => {
    const stores = await openTwo();
    const openings = (prefix: string): Opening[] =>
      Array.from({ length: 50 }, (_, index) => ({
        id: `${prefix}-${index}`,
        lockUserId: `u${index % 7}`,
        lockId: 'front',
        lockName: null,
        occurredAt: now + index * 1000,
      }));

    await together(5, (which) =>
      stores[which].openings.add(which === 0 ? openings('x') : openings('x').toReversed(), now),
    );

    expect(await stores[0].openings.list()).toHaveLength(50);
  });

  it('give every audit line a number of its own', async () => {
    const stores = await openTwo();
    const entry = { at: now, action: 'add', cause: 'test', membershipId: null, lockUserId: null, lockId: null };

    await together(20, (which, round) =>
      stores[which].audit.append([1, 2, 3].map((part) => ({ ...entry, sentence: `${which} ${round} ${part}` }))),
    );

    const sentences = (await stores[0].audit.list()).map(({ sentence }) => sentence);
    expect(new Set(sentences).size).toBe(120);
  });

  it('write what is one thing while the other writes many', async () => {
    const url = await server.url();
    const [busy, { store }] = [await openOne(url), await openOne(url)];
    const tables = ['links', 'witness', 'managed', 'losses', 'check_ins', 'evidence'];
    const written = Promise.withResolvers<void>();
    const busyAt = tables.map((name) => busy.database.alone({ space: 'north', name }, () => written.promise));

    await store.links.put([link('m1', 'u1')]);
    await store.witness.add('user', ['u1']);
    await store.managed.seen(['u1'], now);
    await store.losses.record(['u1'], now);
    await store.checkIns.put([checkIn('c1')]);
    await store.evidence.put([evidence('m1')]);
    written.resolve();
    await Promise.all(busyAt);

    expect(await store.links.of('m1')).toEqual(link('m1', 'u1'));
    expect([await store.witness.has('user', 'u1'), await store.managed.lastSeen('u1')]).toEqual([true, now]);
    expect([...(await store.losses.since(now))]).toEqual(['u1']);
    expect(await store.checkIns.of('c1')).toEqual(checkIn('c1'));
    expect(await store.evidence.of('m1')).toMatchObject({ membership: { id: 'm1' } });
  });

  it('agree about a member whom one forgets while the other reads', async () => {
    const [one, other] = await openTwo();

    for (let round = 0; round < 20; round += 1)
      await Promise.all([one.evidence.put([evidence('m1', { readAt: now + round })]), other.evidence.remove('m1')]);
    await one.evidence.remove('m1');

    expect(await other.evidence.of('m1')).toBeUndefined();
  });

  it('agree on when the store was made', async () => {
    const [one, other] = await openTwo();

    expect(await one.settings.get('made-at')).toBe(await other.settings.get('made-at'));
  });
});
