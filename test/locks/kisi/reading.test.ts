import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { RefusedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf } from '../../support/nock-guard.ts';
import { assignment, group, groupLock, kisi, OF_DOORS, range, user, useWire } from './wire.ts';

const at = (text: string) => Date.parse(text);
const firstOf = (count: number, query: object = {}) => ({ ...query, limit: String(count), offset: '0' });
const list = (from: number, count: number) => Array.from({ length: count }, (_, index) => user(from + index));

describe('Kisi, reading groups', () => {
  const wire = useWire();
  const front = { id: 31, name: 'Front door' };
  const lab = { id: 32, name: 'Lab' };

  it('gives each group with the doors behind it, and ignores fields that it does not know', async () => {
    wire()
      .get('/groups')
      .query(firstOf(250))
      .reply(200, [group(21, 'Members', { battery: 80 }), group(22, 'Members', { place_id: null })], range('0-249/2'));
    wire()
      .get('/group_locks')
      .query(firstOf(250, { group_id: '21' }))
      .reply(200, [groupLock(1, 21, front), groupLock(2, 21, lab)], range('0-249/2'));
    wire()
      .get('/group_locks')
      .query(firstOf(250, { group_id: '22' }))
      .reply(200, [], range('*/0'));

    expect(await kisi().locks()).toEqual([
      {
        id: '21',
        name: 'Members',
        doors: [
          { id: '31', name: 'Front door' },
          { id: '32', name: 'Lab' },
        ],
      },
      { id: '22', name: 'Members', doors: [] },
    ]);
  });

  it('gives the groups of one place alone, and the doors of one group alone, whatever comes', async () => {
    wire()
      .get('/groups')
      .query(firstOf(250, { place_id: '7' }))
      .reply(200, [group(21, 'Members'), group(22, 'Other', { place_id: 8 }), group(23, 'All', { place_id: null })]);
    wire()
      .get('/group_locks')
      .query(firstOf(250, { group_id: '21' }))
      .reply(200, [groupLock(1, 21, front), groupLock(2, 22, lab)]);

    expect(await kisi({ placeId: '7' }).locks()).toEqual([
      { id: '21', name: 'Members', doors: [{ id: '31', name: 'Front door' }] },
    ]);
  });

  it('keeps the doors of a group for a quarter of an hour, and its name not at all', async () => {
    let now = at('2026-11-30T10:00:00Z');
    const locks = kisi({ clock: { ...systemClock, now: () => now } });
    const answer = (name: string) =>
      wire()
        .get('/groups')
        .query(true)
        .reply(200, [group(21, name)]);
    const doors = (door: typeof front) =>
      wire()
        .get('/group_locks')
        .query(true)
        .reply(200, [groupLock(1, 21, door)]);
    answer('Old');
    doors(front);
    await locks.locks();

    now += 15 * 60_000 - 1;
    answer('New');
    const soon = await locks.locks();
    now += 1;
    answer('New');
    doors(lab);
    const later = await locks.locks();

    expect(soon).toEqual([{ id: '21', name: 'New', doors: [{ id: '31', name: 'Front door' }] }]);
    expect(later).toEqual([{ id: '21', name: 'New', doors: [{ id: '32', name: 'Lab' }] }]);
  });

  it('fails where the doors of one group cannot be read, and does not keep that', async () => {
    wire()
      .get('/groups')
      .query(true)
      .twice()
      .reply(200, [group(21, 'Members')]);
    wire().get('/group_locks').query(true).reply(403, { error: 'no', code: 'x' });
    wire()
      .get('/group_locks')
      .query(true)
      .reply(200, [{ ...groupLock(1, 21, front), lock: null }]);
    const locks = kisi();

    expect(await failureOf(locks.locks())).toMatchObject({ name: 'UnauthorizedError' });
    expect(await failureOf(locks.locks())).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('Kisi, reading users', () => {
  const wire = useWire();

  it('takes a base URL with a path and a trailing slash', async () => {
    wire().get('/v1/users').query(firstOf(100)).reply(200, []);

    expect(await kisi({ url: 'https://api.kisi.test/v1/' }).users()).toEqual([]);
  });

  it('reads them with the mark, page after page, as long as the total says', async () => {
    const marked = user(101, { metadata: { cobot_access_relay: 'relay:co-up:m1', payroll: 7 } });
    wire().get('/users').query(firstOf(100)).reply(200, list(1, 100), range('0-99/103'));
    wire()
      .get('/users')
      .query({ limit: '100', offset: '100' })
      .reply(
        200,
        [marked, user(102, { metadata: null, name: null }), user(103, { metadata: { cobot_access_relay: 5 } })],
        range('100-199/103'),
      );

    const users = await kisi().users();

    expect(users).toHaveLength(103);
    expect(users.slice(100)).toEqual([
      { id: '101', email: 'user-101@example.com', name: 'User 101', externalId: 'relay:co-up:m1' },
      { id: '102', email: 'user-102@example.com', name: null, externalId: null },
      { id: '103', email: 'user-103@example.com', name: 'User 103', externalId: null },
    ]);
  });

  it('goes on where Kisi hands out less than was asked for', async () => {
    wire().get('/users').query(firstOf(100)).reply(200, list(1, 50), range('0-99/60'));
    wire().get('/users').query({ limit: '100', offset: '50' }).reply(200, list(51, 10), range('50-149/60'));

    expect(await kisi().users()).toHaveLength(60);
  });

  it('goes on without a total, until a page is too short to be anything but the last', async () => {
    wire().get('/users').query(firstOf(100)).reply(200, list(1, 50));
    wire().get('/users').query({ limit: '100', offset: '50' }).reply(200, list(51, 50));
    wire().get('/users').query({ limit: '100', offset: '100' }).reply(200, list(101, 9));

    expect(await kisi().users()).toHaveLength(109);
  });

  it('asks once more after a page of ten, which may be all that Kisi hands out at once', async () => {
    wire().get('/users').query(firstOf(100)).reply(200, list(1, 10));
    wire().get('/users').query({ limit: '100', offset: '10' }).reply(200, []);

    expect(await kisi().users()).toHaveLength(10);
  });

  it('knows a user only once where pages shift while they are read', async () => {
    wire().get('/users').query(firstOf(100)).reply(200, list(1, 100));
    wire().get('/users').query({ limit: '100', offset: '100' }).reply(200, list(100, 2));

    expect(await kisi().users()).toHaveLength(101);
  });

  it.each([
    ['fewer than it counts', list(1, 100), '0-99/102', list(101, 1), '100-199/102'],
    ['more than it counts', list(1, 100), '0-99/99', undefined, ''],
    ['one twice, and so another not at all', list(1, 100), '0-99/102', list(100, 2), '100-199/102'],
    ['one that went while it was read', list(1, 100), '0-99/102', list(102, 1), '100-199/101'],
  ])('fails, to be read again, where Kisi gives %s', async (_what, first, firstRange, second, secondRange) => {
    wire().get('/users').query(firstOf(100)).reply(200, first, range(firstRange));
    if (second) {
      wire().get('/users').query({ limit: '100', offset: '100' }).reply(200, second, range(secondRange));
      if (second.length === 1 && secondRange.endsWith('102'))
        wire().get('/users').query({ limit: '100', offset: '101' }).reply(200, [], range('101-200/102'));
    }

    expect(await failureOf(kisi().users())).toMatchObject({ name: 'TransientError', code: 'kisi_list_shifted' });
  });

  it.each(['*/0', undefined])('takes an empty list for one, with the range %j', async (text) => {
    wire()
      .get('/users')
      .query(true)
      .reply(200, [], text === undefined ? {} : range(text));

    expect(await kisi().users()).toEqual([]);
  });

  it('never asks for an offset that Kisi does not take, and never gives a shortened list', async () => {
    let offset = 0;
    wire()
      .get('/users')
      .query((query) => {
        offset = Number(query['offset']);
        return true;
      })
      .times(5)
      // More than was asked for, so that it does not take two hundred pages.
      .reply(200, () => list(offset + 1, 5000), range('0-99/30000'));

    const error = await failureOf(kisi().users());

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'kisi_list_too_long' });
    expect(offset).toBe(20_000);
  });

  it('fails as a whole where a later page fails', async () => {
    wire().get('/users').query(firstOf(100)).reply(200, list(1, 100), range('0-99/101'));
    wire().get('/users').query({ limit: '100', offset: '100' }).reply(400, { error: 'no', code: 'x' });

    expect(await failureOf(kisi().users())).toBeInstanceOf(RefusedError);
  });

  it('finds a user by id, or not', async () => {
    wire().get('/users/11').reply(200, user(11));
    wire().get('/users/1%2F..%2F2').reply(404, { error: 'none', code: 'x' });
    wire().get('/users/13').reply(404, '<html>none</html>');

    expect((await kisi().user('11'))?.email).toBe('user-11@example.com');
    expect(await kisi().user('1/../2')).toBeUndefined();
    expect(await kisi().user('13')).toBeUndefined();
  });

  it('finds a user by email without case, with a plus in it, and nobody else', async () => {
    wire()
      .get(/^\/users\?email=ada%2Bdoors%40example\.com&limit=100&offset=0$/)
      .reply(200, [user(14, { email: 'other@example.com' }), user(15, { email: 'Ada+Doors@Example.com' })]);
    wire()
      .get('/users')
      .query(firstOf(100, { email: 'who@example.com' }))
      .reply(200, [user(11)]);

    expect((await kisi().userByEmail('ada+doors@example.com'))?.id).toBe('15');
    expect(await kisi().userByEmail('who@example.com')).toBeUndefined();
  });

  it('asks for an email in lower case too, where Kisi may look for it as it is written', async () => {
    const ask = (email: string) => wire().get('/users').query(firstOf(100, { email }));
    ask('Ada@Example.com').reply(200, []);
    ask('ada@example.com').reply(200, [user(11, { email: 'ada@example.com' })]);
    ask('Bob@Example.com').reply(200, [user(12, { email: 'bob@example.com' })]);

    expect((await kisi().userByEmail('Ada@Example.com'))?.id).toBe('11');
    expect((await kisi().userByEmail('Bob@Example.com'))?.id).toBe('12');
  });
});

describe('Kisi, reading grants', () => {
  const wire = useWire();

  it('reads windows with fractions and offsets, and no notes', async () => {
    wire()
      .get('/role_assignments')
      .query(firstOf(250, OF_DOORS))
      .reply(200, [
        assignment(1, 11, 21),
        assignment(2, 11, 21, { valid_from: '2026-11-30T09:00:00.750Z', valid_until: '2026-11-30T12:30:00+02:00' }),
      ]);

    expect(await kisi().grants()).toEqual([
      { id: '1', lockUserId: '11', lockId: '21', from: null, until: null, note: null },
      {
        id: '2',
        lockUserId: '11',
        lockId: '21',
        from: at('2026-11-30T09:00:00Z'),
        until: at('2026-11-30T10:30:00Z'),
        note: null,
      },
    ]);
  });

  it('leaves out what is not the access of one user to one group', async () => {
    wire()
      .get('/role_assignments')
      .query(true)
      .reply(200, [
        assignment(1, 11, 21, { role_id: 'group_administrator' }),
        assignment(2, 11, 7, { role_id: 'place_administrator', applies_to_type: 'Place' }),
        assignment(3, 11, 1, { role_id: 'organization_owner', applies_to_type: 'Organization' }),
        assignment(4, 51, 21, { assignee_type: 'Team' }),
        assignment(5, 61, 21, { assignee_type: 'Guest' }),
        assignment(6, 61, 21, { assignee_type: null, assignee_id: null }),
        assignment(7, 12, 21),
        assignment(8, 12, 7, { applies_to_type: 'Place' }),
      ]);

    expect((await kisi().grants()).map(({ id }) => id)).toEqual(['7']);
  });

  it('takes only the grants of the lock user that was asked for', async () => {
    wire()
      .get('/role_assignments')
      .query(firstOf(250, { ...OF_DOORS, assignee_id: '11' }))
      .reply(200, [assignment(1, 11, 21), assignment(2, 12, 21)]);

    expect((await kisi().grants({ lockUserId: '11' })).map(({ id }) => id)).toEqual(['1']);
  });

  it('reads 450 grants in pages that name no total', async () => {
    const many = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => assignment(from + index, 11, 21));
    const page = (offset: number) =>
      wire()
        .get('/role_assignments')
        .query({ ...OF_DOORS, limit: '250', offset: String(offset) });
    page(0).reply(200, many(1, 250));
    page(250).reply(200, many(251, 200));
    page(450).reply(200, []);

    expect(await kisi().grants()).toHaveLength(450);
  });

  const good = assignment(1, 11, 21);
  it.each([
    ['no list', {}],
    ['a list in an object', { role_assignments: [good] }],
    ['null', null],
    ['one item without a user', [good, { ...good, id: 2, assignee_id: undefined }]],
    ['one item without a group', [good, { ...good, id: 2, applies_to_id: null }]],
    ['one item that does not say whose it is', [good, { ...good, id: 2, assignee_type: undefined }]],
    ['one item that does not say on what', [good, { ...good, id: 2, applies_to_type: undefined }]],
    ['one item without a role', [good, { ...good, id: 2, role_id: undefined }]],
    ['one item with an empty id', [{ ...good, id: '' }]],
    ['an id that is half a number', [{ ...good, id: 1.5 }]],
    ['a time that is none', [{ ...good, valid_until: 'tomorrow' }]],
    ['a day that does not exist', [{ ...good, valid_until: '2026-02-30T00:00:00Z' }]],
    ['a time without an offset', [{ ...good, valid_until: '2026-02-20T00:00:00' }]],
    ['a time as a number', [{ ...good, valid_until: 1796032800 }]],
  ])('never takes a body with %s for fewer grants', async (_what, body) => {
    wire()
      .get('/role_assignments')
      .query(true)
      .reply(200, JSON.stringify(body), { 'content-type': 'application/json' });

    const error = await failureOf(kisi().grants());

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(String(error)).not.toContain('example.com');
  });
});
