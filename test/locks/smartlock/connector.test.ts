import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { RefusedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { smartLock, thrownBy, useWire } from './wire.ts';

const at = (text: string) => Date.parse(text);
const ada = { id: 'usr_1', email: 'Ada@example.com', name: 'Ada', external_id: 'relay:co-up:m1' };

describe('SmartLock, reading', () => {
  const wire = useWire();

  it('reads the locks, and ignores fields that it does not know', async () => {
    wire()
      .get('/locks')
      .reply(200, { locks: [{ id: 'l1', name: 'Front door', battery: 80 }], firmware: { a: 1 } });

    expect(await smartLock().locks()).toEqual([{ id: 'l1', name: 'Front door' }]);
  });

  it('takes a base URL with a path and a trailing slash', async () => {
    wire().get('/v1/locks').reply(200, { locks: [] });

    expect(await smartLock({ url: 'https://api.smartlock.test/v1/' }).locks()).toEqual([]);
  });

  it('reads users page after page', async () => {
    wire()
      .get('/users')
      .query({ limit: '200' })
      .reply(200, { users: [ada], next_cursor: 'c+1' });
    wire()
      .get('/users')
      .query({ limit: '200', cursor: 'c+1' })
      .reply(200, { users: [{ id: 'usr_2', email: 'b@example.com' }], next_cursor: 'c2' });
    wire().get('/users').query({ limit: '200', cursor: 'c2' }).reply(200, { users: [] });

    expect(await smartLock().users()).toEqual([
      { id: 'usr_1', email: 'Ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' },
      { id: 'usr_2', email: 'b@example.com', name: null, externalId: null },
    ]);
  });

  it('knows a user only once where pages shift while they are read', async () => {
    wire()
      .get('/users')
      .query({ limit: '200' })
      .reply(200, { users: [ada], next_cursor: 'c1' });
    wire()
      .get('/users')
      .query({ limit: '200', cursor: 'c1' })
      .reply(200, { users: [ada], next_cursor: '' });

    expect(await smartLock().users()).toHaveLength(1);
  });

  it('refuses a cursor that comes again', async () => {
    wire().get('/access').query({ limit: '200' }).reply(200, { access: [], next_cursor: 'c1' });
    wire().get('/access').query({ limit: '200', cursor: 'c1' }).reply(200, { access: [], next_cursor: 'c2' });
    wire().get('/access').query({ limit: '200', cursor: 'c2' }).reply(200, { access: [], next_cursor: 'c1' });

    expect(await thrownBy(smartLock().grants())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('fails as a whole where a later page fails', async () => {
    wire()
      .get('/users')
      .query({ limit: '200' })
      .reply(200, { users: [ada], next_cursor: 'c1' });
    wire()
      .get('/users')
      .query({ limit: '200', cursor: 'c1' })
      .reply(400, { error: { code: 'invalid', message: 'no' } });

    expect(await thrownBy(smartLock().users())).toBeInstanceOf(RefusedError);
  });

  it('finds a user by id, or not', async () => {
    wire().get('/users/usr_1').reply(200, ada);
    wire()
      .get('/users/usr%2F..%2F2')
      .reply(404, { error: { code: 'not_found', message: 'none' } });
    wire().get('/users/usr_3').reply(404, '<html>none</html>');

    expect((await smartLock().user('usr_1'))?.email).toBe('Ada@example.com');
    expect(await smartLock().user('usr/../2')).toBeUndefined();
    expect(await smartLock().user('usr_3')).toBeUndefined();
  });

  it('finds a user by email without case, with a plus in it, and nobody else', async () => {
    wire()
      .get(/^\/users\?email=ada%2Bdoors%40example\.com&limit=200$/)
      .reply(200, {
        users: [
          { ...ada, email: 'other@example.com' },
          { ...ada, id: 'usr_5', email: 'Ada+Doors@Example.com' },
        ],
      });
    wire()
      .get('/users')
      .query({ email: 'who@example.com', limit: '200' })
      .reply(200, { users: [ada] });

    expect((await smartLock().userByEmail('ada+doors@example.com'))?.id).toBe('usr_5');
    expect(await smartLock().userByEmail('who@example.com')).toBeUndefined();
  });

  it('reads grants with or without windows, fractions and offsets', async () => {
    const access = { user_id: 'usr_1', lock_id: 'l1' };
    wire()
      .get('/access')
      .query({ limit: '200' })
      .reply(200, {
        access: [
          { id: 'a1', ...access },
          { id: 'a2', ...access, from: null, until: null, note: null },
          { id: 'a3', ...access, from: '2026-11-30T09:00:00.750Z', until: '2026-11-30T12:30:00+02:00', note: 'hi' },
          { id: 'a4', ...access, from: '2026-11-30T09:00:00', until: '2026-11-30T09:00Z' },
        ],
      });

    const grants = await smartLock().grants();

    const nine = at('2026-11-30T09:00:00Z');
    expect(grants.map(({ from, until, note }) => [from, until, note])).toEqual([
      [null, null, null],
      [null, null, null],
      [nine, at('2026-11-30T10:30:00Z'), 'hi'],
      [nine, nine, null],
    ]);
    expect(grants[2]).toMatchObject({ id: 'a3', lockUserId: 'usr_1', lockId: 'l1' });
  });

  it('takes only the grants of the lock user that was asked for', async () => {
    wire()
      .get('/access')
      .query({ user_id: 'usr_1', limit: '200' })
      .reply(200, {
        access: [
          { id: 'a1', user_id: 'usr_1', lock_id: 'l1' },
          { id: 'a2', user_id: 'usr_2', lock_id: 'l1' },
        ],
      });

    expect((await smartLock().grants({ lockUserId: 'usr_1' })).map(({ id }) => id)).toEqual(['a1']);
  });

  const access = { id: 'a1', user_id: 'usr_1', lock_id: 'l1' };
  it.each([
    ['no list', {}],
    ['another list', { users: [] }],
    ['a list that is none', { access: { a1: access } }],
    ['a bare list', [access]],
    ['one item without a lock', { access: [access, { id: 'a2', user_id: 'usr_1' }] }],
    ['one item with an empty id', { access: [{ ...access, id: '' }] }],
    ['a time that is none', { access: [{ ...access, until: 'tomorrow' }] }],
    ['a day that does not exist', { access: [{ ...access, until: '2026-02-30T00:00:00Z' }] }],
    ['a time as a number', { access: [{ ...access, until: 1796032800 }] }],
    ['a cursor that is a number', { access: [access], next_cursor: 2 }],
    ['null', null],
  ])('never takes a body with %s for fewer grants', async (_what, body) => {
    wire()
      .get('/access')
      .query({ limit: '200' })
      .reply(200, JSON.stringify(body), { 'content-type': 'application/json' });

    const error = await thrownBy(smartLock().grants());

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(String(error)).not.toContain('usr_1');
  });

  it('reads openings since a moment, every page, oldest first', async () => {
    const event = (id: string, occurred_at: string) => ({
      id,
      type: 'lock.opened',
      occurred_at,
      user: { id: 'usr_1' },
    });
    wire()
      .get('/events')
      .query({ since: '2026-11-30T09:00:00Z', limit: '200' })
      .reply(200, { events: [event('e2', '2026-11-30T10:00:02Z')], next_cursor: 'c1' });
    wire()
      .get('/events')
      .query({ since: '2026-11-30T09:00:00Z', limit: '200', cursor: 'c1' })
      .reply(200, {
        events: [
          event('e1', '2026-11-30T10:00:01.5Z'),
          { ...event('e3', '2026-11-30T11:00:00Z'), lock: { id: 'l1', name: 'Lab' } },
        ],
        next_cursor: null,
      });

    const clock = { ...systemClock, now: () => at('2026-11-30T12:00:00Z') };
    expect(await smartLock({ clock }).openingsSince(at('2026-11-30T09:00:00Z'))).toEqual([
      { id: 'e1', lockUserId: 'usr_1', lockId: null, lockName: null, occurredAt: at('2026-11-30T10:00:01Z') },
      { id: 'e2', lockUserId: 'usr_1', lockId: null, lockName: null, occurredAt: at('2026-11-30T10:00:02Z') },
      { id: 'e3', lockUserId: 'usr_1', lockId: 'l1', lockName: 'Lab', occurredAt: at('2026-11-30T11:00:00Z') },
    ]);
  });

  it('does not guess when a listed opening was', async () => {
    wire()
      .get('/events')
      .query(true)
      .reply(200, { events: [{ id: 'e1', user: { id: 'usr_1' } }] });

    expect(await thrownBy(smartLock().openingsSince(0))).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('SmartLock, writing', () => {
  const wire = useWire();
  const newUser = { email: 'ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
  const newGrant = {
    lockUserId: 'usr_1',
    lockId: 'l1',
    from: at('2026-11-30T09:00:00Z'),
    until: null,
    note: 'relay:co-up m1 Front door',
  };

  it('registers a user', async () => {
    wire().post('/users', { email: 'ada@example.com', name: 'Ada', external_id: 'relay:co-up:m1' }).reply(201, ada);

    expect(await smartLock().createUser(newUser)).toEqual({
      created: { id: 'usr_1', email: 'Ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' },
    });
  });

  it.each([
    ['its id', { error: { code: 'email_taken', message: 'taken', existing_user_id: 'usr_9' } }, 'usr_9'],
    ['no id', { error: { code: 'email_taken', message: 'taken' } }, null],
    ['an id that is none', { error: { code: 'email_taken', message: 'taken', existing_user_id: 7 } }, null],
    ['words only', 'taken', null],
  ])('says who has the email already (409 with %s)', async (_what, body, takenBy) => {
    wire().post('/users').reply(409, body);

    expect(await smartLock().createUser(newUser)).toEqual({ takenBy });
  });

  it("hands on SmartLock's own words of a refusal", async () => {
    wire()
      .post('/users')
      .reply(422, { error: { code: 'invalid', message: 'email is malformed' } });
    wire()
      .post('/access')
      .reply(422, { error: { code: 'invalid', message: 'until must be after from' } });

    const user = await thrownBy(smartLock().createUser(newUser));
    const grant = await thrownBy(smartLock().addGrant(newGrant));

    expect(user).toBeInstanceOf(RefusedError);
    expect(user).toMatchObject({ status: 422, words: ['email is malformed'] });
    expect(grant).toMatchObject({ status: 422, words: ['until must be after from'] });
  });

  it('updates only what is given', async () => {
    wire().patch('/users/usr_1', { name: 'Countess' }).reply(200, ada);
    wire().patch('/users/usr_1', { email: 'b@example.com', external_id: 'x' }).reply(200, ada);
    const locks = smartLock();

    expect(await locks.updateUser('usr_1', { name: 'Countess' })).toBe('updated');
    expect(await locks.updateUser('usr_1', { email: 'b@example.com', externalId: 'x' })).toBe('updated');
  });

  it('tells a taken email and a user that is gone from an update', async () => {
    wire().patch('/users/usr_1').reply(409);
    wire().patch('/users/usr_1').reply(404);

    expect(await smartLock().updateUser('usr_1', { email: 'b@example.com' })).toBe('taken');
    expect(await smartLock().updateUser('usr_1', { email: 'b@example.com' })).toBe('gone');
  });

  it('grants, in whole seconds, with a null that stays null', async () => {
    wire()
      .post('/access', {
        user_id: 'usr_1',
        lock_id: 'l1',
        from: '2026-11-30T09:00:00Z',
        until: null,
        note: 'relay:co-up m1 Front door',
      })
      .reply(201, {
        id: 'a1',
        user_id: 'usr_1',
        lock_id: 'l1',
        from: '2026-11-30T09:00:00Z',
        note: 'relay:co-up m1 F',
      });

    expect(await smartLock().addGrant({ ...newGrant, from: (newGrant.from ?? 0) + 999 })).toEqual({
      id: 'a1',
      lockUserId: 'usr_1',
      lockId: 'l1',
      from: newGrant.from,
      until: null,
      note: 'relay:co-up m1 F',
    });
  });

  it('tells that the lock user or lock of a grant is gone', async () => {
    wire()
      .post('/access')
      .reply(404, { error: { code: 'not_found', message: 'none' } });

    expect(await smartLock().addGrant(newGrant)).toBe('gone');
  });

  it('takes back and deletes, and takes "already gone" for done', async () => {
    wire().delete('/access/a1').reply(204).delete('/access/a1').reply(404);
    wire().delete('/users/usr_1').reply(204).delete('/users/usr_1').reply(404);
    const locks = smartLock();

    await locks.removeGrant('a1');
    await locks.removeGrant('a1');
    await locks.deleteUser('usr_1');
    await locks.deleteUser('usr_1');
  });

  it('never lets an id become another address', async () => {
    wire().delete('/users/a%2F..%2Fusr_1%3Fx').reply(404);

    await smartLock().deleteUser('a/../usr_1?x');
    expect(await thrownBy(smartLock().removeGrant('..'))).toBeInstanceOf(RefusedError);
    expect(await thrownBy(smartLock().deleteUser(''))).toBeInstanceOf(RefusedError);
  });

  it('adjusts windows to whole seconds, and notes to what SmartLock keeps', () => {
    const adjust = (note: string) => smartLock().adjust({ from: 1999, until: null, note, lockId: 'l1' });

    expect(adjust('short')).toEqual({ from: 1000, until: null, note: 'short', lockId: 'l1' });
    expect(adjust('n'.repeat(250)).note).toBe('n'.repeat(200));
    expect(adjust(`${'n'.repeat(199)}🚪`).note).toBe('n'.repeat(199));
    expect(adjust(adjust(`${'n'.repeat(198)}🚪🚪`).note).note).toBe(`${'n'.repeat(198)}🚪`);
  });
});
