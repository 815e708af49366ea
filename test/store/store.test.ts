// Every table of the store: what is put in comes out, and only that, for its own space.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Booking, CheckIn, Membership, Opening, TimePass } from '../../src/access/model.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { createSqliteQueue } from '../../src/queue/sqlite.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { AuditEntry, Delivery, Evidence, HoldLine, Link, Store } from '../../src/store/store.ts';
import { countCommits } from '../support/count-commits.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const clock = createVirtualClock(1_800_000_000_500);
const now = 1_800_000_000_000;
const hour = 3_600_000;

let database: Database;
let queue: Queue;
let store: Store;
/** The same database, another space: stays empty whatever happens. */
let elsewhere: Store;

async function openSpace(space: string): Promise<{ queue: Queue; store: Store }> {
  const opened = createSqliteQueue({ database, space, clock, random: () => 0.5 });
  return { queue: opened, store: await openStore({ database, space, clock, queue: opened }) };
}

beforeEach(async () => {
  database = await openDatabase({ dataDir: temporaryFolder() });
  onTestFinished(() => database.close());
  ({ queue, store } = await openSpace('north'));
  elsewhere = (await openSpace('south')).store;
});

const membership = (id: string): Membership => ({
  id,
  name: 'Ada Example',
  email: `${id}@example.com`,
  userId: null,
  teamId: 't1',
  confirmed: true,
  startsOn: '2026-01-01',
  canceledTo: null,
  plan: { name: 'Basic', offerId: 'p1', changesOn: '2026-12-01', limited: true, renewsPasses: ['month'] },
  upcomingPlan: { name: 'Full', offerId: null, changesOn: null, limited: false, renewsPasses: [] },
});
const pass = (id: string): TimePass => ({
  id,
  membershipId: 'm1',
  name: 'Day pass',
  createdAt: now,
  expiresAt: null,
  usedAt: null,
  spans: [
    { kind: 'hours', from: 480, to: 1200, weekdays: [1, 2] },
    { kind: 'duration', minutes: 60, weekdays: [] },
  ],
});
const booking = (id: string): Booking => ({ id, resourceId: 'r1', membershipId: 'm1', from: now, until: now + hour });
const checkIn = (id: string, from = now, until = now + hour): CheckIn => ({
  id,
  membershipId: 'm1',
  from,
  until,
  passId: null,
});
const evidence = (id: string, more: Partial<Evidence> = {}): Evidence => ({
  membership: membership(id),
  passes: [pass('pass1')],
  checkIns: [checkIn('c1')],
  bookings: [booking('b1')],
  readAt: now,
  ...more,
});
const opening = (id: string, more: Partial<Opening> = {}): Opening => ({
  id,
  lockUserId: 'u1',
  lockId: 'door',
  lockName: 'Front door',
  occurredAt: now,
  ...more,
});
const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  receivedAt: now,
  source: 'cobot',
  event: 'confirmed_membership',
  body: '{"url":"https://north.cobot.me/api/memberships/m1"}',
  understood: true,
  subject: 'm1',
  ...more,
});
const link = (membershipId: string, lockUserId: string, more: Partial<Link> = {}): Link => ({
  membershipId,
  lockUserId,
  origin: 'made',
  endedAt: null,
  ...more,
});
const line = (lockUserId: string, more: Partial<HoldLine> = {}): HoldLine => ({
  lockUserId,
  membershipId: `m-${lockUserId}`,
  lockId: 'door',
  reason: 'membership ended on 2026-11-22',
  restsOnAbsence: true,
  heldAt: now,
  ...more,
});

describe('the inbox', () => {
  it('keeps a delivery with its opening and its jobs', async () => {
    await store.inbox.accept({
      delivery: delivery('d1', { source: 'lock', event: 'open', subject: 'u1' }),
      opening: opening('o1'),
      jobs: [{ name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } }],
    });

    expect(await store.inbox.list()).toEqual([delivery('d1', { source: 'lock', event: 'open', subject: 'u1' })]);
    expect(await store.openings.unjudged('u1')).toEqual([
      { ...opening('o1'), receivedAt: now, outcome: null, note: null },
    ]);
    expect(await queue.list()).toMatchObject([{ name: 'check-in', key: 'u1', state: 'waiting' }]);
    expect(await elsewhere.inbox.list()).toEqual([]);
    expect(await elsewhere.openings.list()).toEqual([]);
  });

  it('stores an opening that was told twice once, and adds the jobs all the same', async () => {
    const jobs = [{ name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } }] as const;
    await store.inbox.accept({ delivery: delivery('d1'), opening: opening('o1'), jobs });
    const [first] = await queue.list();

    await store.inbox.accept({ delivery: delivery('d2'), opening: opening('o1', { occurredAt: now + 1000 }), jobs });
    await store.inbox.accept({ delivery: delivery('d3'), opening: opening('other id'), jobs });

    expect((await store.openings.list()).map(({ id }) => id)).toEqual(['o1']);
    expect(await store.inbox.list()).toHaveLength(3);
    expect((await queue.list())[0]?.sequence).toBeGreaterThan(first?.sequence ?? 0);
  });

  it('lists the newest first, those not understood alone, and so many', async () => {
    await store.inbox.accept({ delivery: delivery('d1'), jobs: [] });
    await store.inbox.accept({ delivery: delivery('d2', { receivedAt: now + 1000, understood: false }), jobs: [] });
    await store.inbox.accept({ delivery: delivery('d3', { receivedAt: now + 2000 }), jobs: [] });

    expect((await store.inbox.list()).map(({ id }) => id)).toEqual(['d3', 'd2', 'd1']);
    expect((await store.inbox.list({ understood: false })).map(({ id }) => id)).toEqual(['d2']);
    expect((await store.inbox.list({ understood: true, limit: 1 })).map(({ id }) => id)).toEqual(['d3']);
  });

  it('forgets what is older than asked', async () => {
    await store.inbox.accept({ delivery: delivery('old'), jobs: [] });
    await store.inbox.accept({ delivery: delivery('new', { receivedAt: now + 1000 }), jobs: [] });

    expect(await store.inbox.prune(now + 1000)).toBe(1);
    expect((await store.inbox.list()).map(({ id }) => id)).toEqual(['new']);
  });

  it('takes fifty deliveries that arrive together in one commit', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `d${index}`);

    const commits = await countCommits(database, () =>
      Promise.all(
        ids.map((id) =>
          store.inbox.accept({
            delivery: delivery(id),
            opening: opening(id, { lockUserId: id }),
            jobs: [{ name: 'check-in', key: id, payload: { lockUserId: id } }],
          }),
        ),
      ),
    );

    expect(commits).toBe(1);
    expect(new Set((await store.inbox.list()).map(({ id }) => id))).toEqual(new Set(ids));
    expect(await store.openings.waiting()).toHaveLength(50);
    expect(await queue.list()).toHaveLength(50);
  });

  it('takes more at once than one statement holds', async () => {
    const ids = Array.from({ length: 3000 }, (_, index) => `d${index}`);

    await Promise.all(ids.map((id) => store.inbox.accept({ delivery: delivery(id), jobs: [] })));

    expect(await store.inbox.list()).toHaveLength(3000);
  });

  it('refuses a bad delivery alone: its neighbours are stored, and of it nothing is', async () => {
    await store.inbox.accept({ delivery: delivery('taken'), jobs: [] });
    const entry = (id: string) =>
      store.inbox.accept({
        delivery: delivery(id),
        opening: opening(id, { lockUserId: id }),
        jobs: [{ name: 'check-in', key: id, payload: { lockUserId: id } }],
      });

    const results = await Promise.allSettled([entry('a'), entry('taken'), entry('b')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await store.inbox.list()).map(({ id }) => id).sort()).toEqual(['a', 'b', 'taken']);
    expect(await store.openings.waiting()).toEqual(['a', 'b']);
    expect((await queue.list()).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('sets the worker off by itself', async () => {
    const done = Promise.withResolvers<string>();
    const { handlersWith } = await import('../queue/jobs.ts');
    queue.work(
      handlersWith({
        async reconcile({ key }) {
          done.resolve(key);
          return 'done';
        },
      }),
      { concurrency: 1, order: ['reconcile'] },
    );

    await store.inbox.accept({
      delivery: delivery('d1'),
      jobs: [{ name: 'reconcile', key: 'm1', payload: { membershipId: 'm1', cause: 'd1' } }],
    });

    expect(await done.promise).toBe('m1');
    await queue.idle();
    await queue.stop(0);
  });
});

describe('links', () => {
  it('says which lock user a membership stands behind, and which memberships behind a lock user', async () => {
    await store.links.put([link('m1', 'u1'), link('m2', 'u1', { origin: 'adopted', endedAt: now }), link('m3', 'u2')]);

    expect(await store.links.all()).toHaveLength(3);
    expect(await store.links.of('m2')).toEqual(link('m2', 'u1', { origin: 'adopted', endedAt: now }));
    expect((await store.links.ofLockUser('u1')).map(({ membershipId }) => membershipId)).toEqual(['m1', 'm2']);
    expect(await store.links.of('m9')).toBeUndefined();
    expect(await elsewhere.links.all()).toEqual([]);
  });

  it('replaces by membership, ends, takes the end back, and removes by lock user', async () => {
    await store.links.put([link('m1', 'u1')]);

    await store.links.put([link('m1', 'u2', { origin: 'adopted' }), link('m2', 'u1')]);
    await store.links.setEnded('m1', now);
    const ended = await store.links.of('m1');
    await store.links.setEnded('m1', null);
    await store.links.removeLockUser('u1');

    expect(ended).toEqual(link('m1', 'u2', { origin: 'adopted', endedAt: now }));
    expect(await store.links.all()).toEqual([link('m1', 'u2', { origin: 'adopted' })]);
  });

  it('takes an empty list', async () => {
    await store.links.put([]);

    expect(await store.links.all()).toEqual([]);
  });
});

describe('tokens', () => {
  it('belong to one membership each', async () => {
    await store.tokens.put('u1', 'm1');
    await store.tokens.put('u1', 'm2');
    await store.tokens.put('u2', 'm3');
    await store.tokens.remove('u2');

    expect(await store.tokens.of('u1')).toBe('m2');
    expect(await store.tokens.of('u2')).toBeUndefined();
    expect(await elsewhere.tokens.all()).toEqual(new Map());
  });

  it('become what the list of Cobot says', async () => {
    await store.tokens.put('u1', 'm1');
    await store.tokens.put('u2', 'm2');
    const list = new Map([
      ['u2', 'm9'],
      ['u3', 'm3'],
    ]);

    await store.tokens.replaceAll(list);

    expect(await store.tokens.all()).toEqual(list);
    await store.tokens.replaceAll(new Map());
    expect(await store.tokens.all()).toEqual(new Map());
  });
});

describe('evidence', () => {
  it('comes back as it was read', async () => {
    await store.evidence.put([evidence('m1'), evidence('m2', { passes: [], checkIns: [], bookings: [] })]);

    expect(await store.evidence.of('m1')).toEqual(evidence('m1'));
    expect([...(await store.evidence.all()).keys()].sort()).toEqual(['m1', 'm2']);
    expect(await store.evidence.of('m9')).toBeUndefined();
    expect(await elsewhere.evidence.all()).toEqual(new Map());
  });

  it('is written anew only where something differs', async () => {
    await store.evidence.put([evidence('m1'), evidence('m2')]);

    await store.evidence.put([
      evidence('m1', { readAt: now + hour }),
      evidence('m2', { readAt: now + hour, bookings: [booking('b2')] }),
    ]);

    expect((await store.evidence.of('m1'))?.readAt).toBe(now);
    expect(await store.evidence.of('m2')).toEqual(evidence('m2', { readAt: now + hour, bookings: [booking('b2')] }));
  });

  it('tells who holds a booking, as of the last read', async () => {
    await store.evidence.put([evidence('m1'), evidence('m2'), evidence('m3', { bookings: [booking('b3')] })]);
    const before = await store.evidence.holdersOfBooking('b1');

    await store.evidence.put([evidence('m1', { bookings: [] })]);
    await store.evidence.remove('m3');

    expect(before).toEqual(['m1', 'm2']);
    expect(await store.evidence.holdersOfBooking('b1')).toEqual(['m2']);
    expect(await store.evidence.holdersOfBooking('b3')).toEqual([]);
    expect(await store.evidence.of('m3')).toBeUndefined();
  });

  it('refuses to pass on what is not evidence', async () => {
    await store.evidence.put([evidence('m1')]);
    await database.sql.updateTable('evidence').set({ facts: '{"membership":{}}' }).execute();

    await expect(store.evidence.of('m1')).rejects.toThrow();
  });
});

describe('check-ins', () => {
  it('are found by id and by the span that they overlap', async () => {
    await store.checkIns.put([checkIn('c1', now, now + hour), checkIn('c2', now + hour, now + 2 * hour)]);
    await store.checkIns.put([{ ...checkIn('c3'), membershipId: 'm2', passId: 'pass1' }]);
    const ids = async (from: number, until: number) =>
      (await store.checkIns.between('m1', from, until)).map(({ id }) => id);

    expect(await store.checkIns.of('c3')).toEqual({ ...checkIn('c3'), membershipId: 'm2', passId: 'pass1' });
    expect(await ids(now, now + 1)).toEqual(['c1']);
    expect(await ids(now + hour, now + hour + 1)).toEqual(['c2']);
    expect(await ids(now - hour, now)).toEqual([]);
    expect(await ids(now - hour, now + 9 * hour)).toEqual(['c1', 'c2']);
    expect(await elsewhere.checkIns.of('c1')).toBeUndefined();
  });

  it('are replaced by id, and forgotten once they are long over', async () => {
    await store.checkIns.put([checkIn('c1', now, now + 8 * hour), checkIn('c2')]);

    await store.checkIns.put([checkIn('c1', now, now + 2 * hour), checkIn('c1', now, now + 3 * hour)]);
    const pruned = await store.checkIns.prune(now + 2 * hour);

    expect(pruned).toBe(1);
    expect(await store.checkIns.of('c1')).toEqual(checkIn('c1', now, now + 3 * hour));
    expect(await store.checkIns.of('c2')).toBeUndefined();
  });
});

describe('attempts', () => {
  it('stand until they are finished', async () => {
    await store.attempts.start({ membershipId: 'm1', startedAt: now });
    await store.attempts.start({ membershipId: 'm1', startedAt: now + 1000 });
    const started = await store.attempts.of('m1');
    await store.attempts.finish('m1');

    expect(started).toEqual({ membershipId: 'm1', startedAt: now + 1000 });
    expect(await store.attempts.of('m1')).toBeUndefined();
    expect(await elsewhere.attempts.of('m1')).toBeUndefined();
  });
});

describe('openings', () => {
  it('are new once: by id, and by lock user, lock and time', async () => {
    await store.openings.add([opening('o1'), opening('o2', { lockUserId: 'u2', lockId: null, lockName: null })], now);

    const added = await store.openings.add(
      [
        opening('o1', { occurredAt: now + 1000 }),
        opening('o3'),
        opening('o4', { lockUserId: 'u2', lockId: null, lockName: null }),
        opening('o5', { lockId: 'back' }),
        opening('o5', { lockId: 'side' }),
        opening('o6', { occurredAt: now + 1000 }),
      ],
      now,
    );

    expect(added.map(({ id }) => id)).toEqual(['o5', 'o6']);
    expect((await store.openings.list()).map(({ id }) => id).sort()).toEqual(['o1', 'o2', 'o5', 'o6']);
    expect(await elsewhere.openings.list()).toEqual([]);
  });

  it('wait, oldest first, until they are judged', async () => {
    await store.openings.add([opening('o2', { occurredAt: now + 1000 }), opening('o1')], now);
    await store.openings.add([opening('o3', { lockUserId: 'u2' })], now);

    const before = (await store.openings.unjudged('u1')).map(({ id }) => id);
    await store.openings.judge('o1', 'checked in', 'until 18:00');
    await store.openings.judge('o3', 'not ours', null);

    expect(before).toEqual(['o1', 'o2']);
    expect(await store.openings.waiting()).toEqual(['u1']);
    expect((await store.openings.unjudged('u1')).map(({ id }) => id)).toEqual(['o2']);
    expect(await store.openings.list({ lockUserId: 'u1', limit: 5 })).toEqual([
      { ...opening('o2', { occurredAt: now + 1000 }), receivedAt: now, outcome: null, note: null },
      { ...opening('o1'), receivedAt: now, outcome: 'checked in', note: 'until 18:00' },
    ]);
    expect((await store.openings.list({ since: now + 1000 })).map(({ id }) => id)).toEqual(['o2']);
  });

  it('are forgotten when they are old and judged, never before they are judged', async () => {
    await store.openings.add([opening('o1'), opening('o2', { lockUserId: 'u2' })], now);
    await store.openings.judge('o1', 'past day', null);

    expect(await store.openings.prune(now + 1)).toBe(1);
    expect((await store.openings.list()).map(({ id }) => id)).toEqual(['o2']);
  });
});

describe('refusals', () => {
  it('count until they end, the last one for each membership', async () => {
    const refusal = { at: now, until: now + hour, words: 'No passes left.' };
    await store.refusals.put('m1', { at: now, until: now + 9 * hour, words: 'Closed.' });
    await store.refusals.put('m1', refusal);
    await store.refusals.put('m2', refusal);
    await store.refusals.clear('m2');

    expect(await store.refusals.of('m1', now)).toEqual(refusal);
    expect(await store.refusals.all(now)).toEqual(new Map([['m1', refusal]]));
    expect(await store.refusals.of('m1', now + hour)).toBeUndefined();
    expect(await store.refusals.all(now + hour)).toEqual(new Map());
    expect(await elsewhere.refusals.all(now)).toEqual(new Map());
  });
});

describe('holds', () => {
  it('take lines in under a new id, and leave those that are held as they are', async () => {
    const first = await store.holds.join([line('u1')], 'h1');
    const same = await store.holds.join([line('u1', { reason: 'another', heldAt: now + hour })], 'h2');
    const more = await store.holds.join([line('u1'), line('u2', { restsOnAbsence: false })], 'h3');

    expect(first).toEqual({ id: 'h1', lines: [line('u1')] });
    expect(same).toEqual(first);
    expect(more).toEqual({ id: 'h3', lines: [line('u1'), line('u2', { restsOnAbsence: false })] });
    expect(await store.holds.open()).toEqual(more);
    expect(await elsewhere.holds.open()).toBeUndefined();
  });

  it('keep their id while lines dissolve, and are over with the last', async () => {
    await store.holds.join([line('u1'), line('u2')], 'h1');

    await store.holds.dissolve([{ lockUserId: 'u1', lockId: 'door' }]);
    const left = await store.holds.open();
    await store.holds.dissolve([{ lockUserId: 'u2', lockId: 'door' }]);
    const over = await store.holds.open();
    const next = await store.holds.join([line('u3')], 'h2');

    expect(left).toEqual({ id: 'h1', lines: [line('u2')] });
    expect(over).toBeUndefined();
    expect(next).toEqual({ id: 'h2', lines: [line('u3')] });
  });
});

describe('the memory of the brake', () => {
  it('knows who had a loss since a moment', async () => {
    await store.losses.record(['u1', 'u2', 'u1'], now);
    await store.losses.record(['u2'], now + hour);

    expect(await store.losses.since(now)).toEqual(new Set(['u1', 'u2']));
    expect(await store.losses.since(now + hour)).toEqual(new Set(['u2']));
    expect(await store.losses.prune(now + 1)).toBe(1);
    expect(await store.losses.since(0)).toEqual(new Set(['u2']));
    expect(await elsewhere.losses.since(0)).toEqual(new Set());
  });

  it('knows who was seen with a grant of ours', async () => {
    await store.managed.seen(['u1', 'u2'], now);
    await store.managed.seen(['u2'], now + hour);
    await store.managed.seen(['u3'], now);
    await store.managed.remove('u3');

    expect(await store.managed.since(now)).toEqual(new Set(['u1', 'u2']));
    expect(await store.managed.since(now + hour)).toEqual(new Set(['u2']));
    expect(await store.managed.lastSeen('u2')).toBe(now + hour);
    expect(await store.managed.lastSeen('u3')).toBeUndefined();
    expect(await elsewhere.managed.since(0)).toEqual(new Set());
  });
});

describe('the second witness', () => {
  it('knows lock users and grants apart', async () => {
    await store.witness.add('user', ['1', '2', '2']);
    await store.witness.add('user', ['1']);
    await store.witness.add('grant', ['1']);
    await store.witness.remove('user', ['1']);

    expect(await store.witness.all('user')).toEqual(new Set(['2']));
    expect(await store.witness.has('grant', '1')).toBe(true);
    expect(await store.witness.has('user', '1')).toBe(false);
    expect(await elsewhere.witness.all('user')).toEqual(new Set());
  });

  it('takes thousands at once', async () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `g${index}`);

    await store.witness.add('grant', ids);
    await store.witness.remove('grant', ids.slice(1));

    expect(await store.witness.all('grant')).toEqual(new Set(['g0']));
  });
});

describe('problems', () => {
  it('keep since when they go on, and are gone when they are over', async () => {
    const noEmail = { kind: 'no email', sentence: 'Ada has no email' };
    const refused = { kind: 'refused', sentence: 'Cobot says no' };
    await store.problems.replace('m1', [noEmail], now);
    await store.problems.replace('', [refused], now + hour);

    await store.problems.replace('m1', [refused, noEmail], now + 2 * hour);
    const before = await store.problems.all();
    await store.problems.replace('m1', [refused], now + 3 * hour);

    expect(before).toEqual([
      { subject: 'm1', ...noEmail, since: now },
      { subject: '', ...refused, since: now + hour },
      { subject: 'm1', ...refused, since: now + 2 * hour },
    ]);
    expect(await store.problems.all()).toEqual([
      { subject: '', ...refused, since: now + hour },
      { subject: 'm1', ...refused, since: now + 2 * hour },
    ]);
    expect(await elsewhere.problems.all()).toEqual([]);
  });
});

describe('the audit trail', () => {
  const entry = (sentence: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
    at: now,
    action: 'grant added',
    sentence,
    cause: 'sweep',
    membershipId: 'm1',
    lockUserId: 'u1',
    lockId: 'door',
    ...more,
  });

  it('lists the newest first, also among those of one moment', async () => {
    await store.audit.append([entry('one'), entry('two')]);
    await store.audit.append([entry('three', { membershipId: null, lockUserId: null, lockId: null })]);
    await store.audit.append([]);

    expect(await store.audit.list()).toEqual([
      entry('three', { membershipId: null, lockUserId: null, lockId: null }),
      entry('two'),
      entry('one'),
    ]);
    expect(await elsewhere.audit.list()).toEqual([]);
  });

  it('can be asked by time, membership and lock, for so many', async () => {
    await store.audit.append([
      entry('old', { at: now - hour }),
      entry('other member', { membershipId: 'm2' }),
      entry('other lock', { lockId: 'back' }),
    ]);
    const sentences = async (filter: Parameters<Store['audit']['list']>[0]) =>
      (await store.audit.list(filter)).map(({ sentence }) => sentence);

    expect(await sentences({ since: now })).toEqual(['other lock', 'other member']);
    expect(await sentences({ membershipId: 'm1' })).toEqual(['other lock', 'old']);
    expect(await sentences({ lockId: 'door', limit: 1 })).toEqual(['other member']);
  });

  it('forgets what is older than asked', async () => {
    await store.audit.append([entry('old', { at: now - hour }), entry('new')]);

    expect(await store.audit.prune(now)).toBe(1);
    expect((await store.audit.list()).map(({ sentence }) => sentence)).toEqual(['new']);
  });
});

describe('settings', () => {
  it('come back as they were set', async () => {
    const policy = {
      text: 'version: 1',
      plans: [{ id: 'p1', name: 'Basic' }],
      resources: [],
      locks: [{ id: 'door', name: 'Front door' }],
      names: { 'front door': 'door' },
    };
    await store.settings.set('policy', policy);
    await store.settings.set('space', { id: 's1', subdomain: 'north', name: 'North', zone: 'Europe/Berlin' });
    await store.settings.set('locks', [{ id: 'door', name: 'Front door' }]);
    await store.settings.set('last-good-sweep', now);
    await store.settings.set('last-good-sweep', now + hour);

    expect(await store.settings.get('policy')).toEqual(policy);
    expect(await store.settings.get('space')).toMatchObject({ zone: 'Europe/Berlin' });
    expect(await store.settings.get('locks')).toEqual([{ id: 'door', name: 'Front door' }]);
    expect(await store.settings.get('last-good-sweep')).toBe(now + hour);
    expect(await store.settings.get('openings-read-until')).toBeUndefined();
    expect(await elsewhere.settings.get('policy')).toBeUndefined();
  });

  it('know when the store was made, in whole seconds, also after it is opened again', async () => {
    const before = await store.settings.get('made-at');
    await clock.advance(hour);
    const { store: again } = await openSpace('north');

    expect(before).toBeTypeOf('number');
    expect((before ?? 1) % 1000).toBe(0);
    expect(await again.settings.get('made-at')).toBe(before);
  });
});

describe('readiness', () => {
  it('is answered while the database is open, and throws once it is not', async () => {
    await expect(store.ping()).resolves.toBeUndefined();

    await database.close();

    await expect(store.ping()).rejects.toThrow();
  });
});
