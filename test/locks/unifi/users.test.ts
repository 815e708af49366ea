import { describe, expect, it } from 'vitest';
import { RefusedError, TransientError, UnauthorizedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf, guardTheNetwork } from '../../support/nock-guard.ts';
import { ada, bob, dialects, no, ok, own, unifi, users, wire } from './wire.ts';

const newUser = { email: 'ada@example.com', name: 'Ada L.', externalId: 'relay:co-up:m1' };
const read = { id: 'u1', email: 'Ada@example.com', name: 'Ada L.', externalId: 'relay:co-up:m1' };
const page = (page_num: string) => ({ page_num, page_size: '100' });

guardTheNetwork();

describe('users of UniFi Access, reading', () => {
  it('are read with either email field, and with none', async () => {
    users(ada, { ...bob, email: 'bob@example.com' }, { id: 'u3', status: 'PENDING', phone: null });

    expect(await unifi().users()).toEqual([
      read,
      { id: 'u2', email: 'bob@example.com', name: 'Bob B.', externalId: null },
      { id: 'u3', email: '', name: null, externalId: null },
    ]);
  });

  it('are read page after page, each once where pages shift', async () => {
    wire()
      .get('/users')
      .query(page('1'))
      .reply(200, ok([ada], 2));
    wire()
      .get('/users')
      .query(page('2'))
      .reply(200, ok([ada, bob], 2));

    expect((await unifi().users()).map(({ id }) => id)).toEqual(['u1', 'u2']);
  });

  it('are read once more where the list changes meanwhile', async () => {
    wire()
      .get('/users')
      .query(page('1'))
      .reply(200, ok([ada], 2))
      .get('/users')
      .query(page('2'))
      .reply(200, ok([], 2));
    users(ada);

    expect(await unifi().users()).toHaveLength(1);
  });

  it('are an error where fewer are listed than are counted, however often it is read', async () => {
    wire()
      .get('/users')
      .query(page('1'))
      .times(3)
      .reply(200, ok([ada], 2));
    wire().get('/users').query(page('2')).times(3).reply(200, ok([], 2));

    expect(await failureOf(unifi().users())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('are an error where more are listed than are counted', async () => {
    wire()
      .get('/users')
      .query(page('1'))
      .times(3)
      .reply(200, ok([ada, bob], 1));

    expect(await failureOf(unifi().users())).toBeInstanceOf(UnexpectedShapeError);
  });

  it.each([
    ['no count', { code: 'SUCCESS', data: [ada] }],
    ['a count that is none', { code: 'SUCCESS', data: [ada], pagination: { total: 'one' } }],
    ['null instead of a list', { code: 'SUCCESS', data: null, pagination: { total: 0 } }],
    ['no data', { code: 'SUCCESS', pagination: { total: 0 } }],
    ['one user without an id', { code: 'SUCCESS', data: [ada, { first_name: 'X' }], pagination: { total: 2 } }],
    ['no code', { data: [], pagination: { total: 0 } }],
    ['a number for a code, and no name beside it', { code: 0, data: [], pagination: { total: 0 } }],
    ['a bare list', [ada]],
  ])('are never fewer for a body with %s', async (_what, body) => {
    wire().get('/users').query(true).reply(200, JSON.stringify(body), { 'content-type': 'application/json' });

    const error = await failureOf(unifi().users());

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(String(error)).not.toContain('example.com');
  });

  it.each(dialects)('are found by id, or not (code as a %s)', async (dialect) => {
    wire()
      .get('/users/u1')
      .reply(200, ok(ada, undefined, dialect));
    wire()
      .get('/users/u%2F..%2F2')
      .reply(200, no('CODE_USER_ACCOUNT_NOT_EXIST', '', dialect))
      .get('/users/u3')
      .reply(404, no('CODE_NOT_EXISTS', '', dialect));

    expect(await unifi().user('u1')).toEqual(read);
    expect(await unifi().user('u/../2')).toBeUndefined();
    expect(await unifi().user('u3')).toBeUndefined();
  });

  it('are not gone for a 404 that is not the console speaking', async () => {
    wire().get('/users/u1').reply(404, '<html>no such page</html>');

    expect(await failureOf(unifi().user('u1'))).toBeInstanceOf(RefusedError);
  });

  it('are found by email without case, the one who is active first, and never by an empty one', async () => {
    const old = { ...ada, id: 'u0', status: 'DEACTIVATED' };
    users(bob, old, ada);
    users(bob, old);
    users(bob);
    users(bob);

    expect((await unifi().userByEmail('ADA@EXAMPLE.com'))?.id).toBe('u1');
    expect((await unifi().userByEmail('ada@example.com'))?.id).toBe('u0');
    expect(await unifi().userByEmail('ada@example.com')).toBeUndefined();
    expect(await unifi().userByEmail('')).toBeUndefined();
  });
});

describe('users of UniFi Access, making', () => {
  const body = {
    first_name: 'Ada',
    last_name: 'L.',
    user_email: 'ada@example.com',
    employee_number: 'relay:co-up:m1',
  };

  it.each(dialects)('are made with email, name and mark, and read back (code as a %s)', async (dialect) => {
    users(bob);
    wire()
      .post('/users', body)
      .reply(200, ok({ id: 'u1', first_name: 'Ada' }, undefined, dialect));
    wire()
      .get('/users/u1')
      .reply(200, ok(ada, undefined, dialect));

    expect(await unifi().createUser(newUser)).toEqual({ created: read });
  });

  it('come back by the name that they were given, where it is one word', async () => {
    users();
    wire()
      .post('/users', { ...body, last_name: '-' })
      .reply(200, ok({ id: 'u1' }));
    wire()
      .get('/users/u1')
      .reply(200, ok({ ...ada, last_name: '-', full_name: 'Ada -' }));

    expect(await unifi().createUser({ ...newUser, name: 'Ada' })).toMatchObject({ created: { name: 'Ada' } });
  });

  it('are not made where somebody has the email, in any case', async () => {
    users({ ...ada, employee_number: 'payroll-7' });

    expect(await unifi().createUser(newUser)).toEqual({ takenBy: 'u1' });
  });

  it('are not made again after an answer that never came, even where the console keeps no email', async () => {
    users(bob);
    wire()
      .post('/users')
      .replyWithError(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
    users(bob, { ...ada, user_email: '' });
    const locks = unifi();

    const error = await failureOf(locks.createUser(newUser));
    const again = await locks.createUser(newUser);

    expect(error).toMatchObject({ name: 'TransientError', effect: 'unknown' });
    expect(again).toEqual({ created: { ...read, email: '' } });
  });

  it('are told as they are kept, without the email that an old console drops', async () => {
    users();
    wire()
      .post('/users')
      .reply(200, ok({ id: 'u1' }));
    wire()
      .get('/users/u1')
      .reply(200, ok({ ...ada, user_email: '' }));

    expect(await unifi().createUser(newUser)).toEqual({ created: { ...read, email: '' } });
  });

  it('are made one after the other, so that two tries at once make one', async () => {
    const made: object[] = [];
    wire()
      .get('/users')
      .query(true)
      .twice()
      .reply(200, () => ok(made, made.length));
    wire()
      .post('/users')
      .reply(200, () => {
        made.push(ada);
        return ok({ id: 'u1' });
      });
    wire().get('/users/u1').reply(200, ok(ada));
    const locks = unifi();

    const both = await Promise.all([locks.createUser(newUser), locks.createUser(newUser)]);

    expect(both).toEqual([{ created: read }, { created: read }]);
  });

  it.each(dialects)('are taken where the console says so, by whom it lists then or by nobody (%s)', async (dialect) => {
    const refusal = no('CODE_USER_EMAIL_ERROR', 'email in use', dialect);
    users();
    wire().post('/users').reply(200, refusal);
    users({ ...ada, employee_number: '' });
    users();
    wire().post('/users').reply(200, refusal);
    users();

    expect(await unifi().createUser(newUser)).toEqual({ takenBy: 'u1' });
    expect(await unifi().createUser(newUser)).toEqual({ takenBy: null });
  });
});

describe('users of UniFi Access, changing', () => {
  it('are changed in what is given alone, with both names', async () => {
    wire().put('/users/u1', { first_name: 'Countess', last_name: '-' }).reply(200, ok('success'));
    wire().put('/users/u1', { employee_number: 'relay:co-up:m2' }).reply(200, ok(null));

    expect(await unifi().updateUser('u1', { name: 'Countess' })).toBe('updated');
    expect(await unifi().updateUser('u1', { externalId: 'relay:co-up:m2' })).toBe('updated');
  });

  it('get another email first and alone, and the rest once it was kept', async () => {
    users(ada);
    wire().put('/users/u1', { user_email: 'b@example.com' }).reply(200, ok({}));
    wire()
      .get('/users/u1')
      .reply(200, ok({ ...ada, user_email: 'B@example.com' }));
    wire().put('/users/u1', { employee_number: 'x' }).reply(200, ok());

    expect(await unifi().updateUser('u1', { email: 'b@example.com', externalId: 'x' })).toBe('updated');
  });

  it('keep everything where the console does not keep the email', async () => {
    users({ ...ada, user_email: '' });
    wire().put('/users/u1', { user_email: 'b@example.com' }).reply(200, ok());
    wire()
      .get('/users/u1')
      .reply(200, ok({ ...ada, user_email: '' }));

    expect(await unifi().updateUser('u1', { email: 'b@example.com', name: 'X' })).toBe('fixed');
  });

  it('keep everything where another has the email, whether the console looks at that or not', async () => {
    users(ada, { ...bob, user_email: 'B@example.com' });
    users(ada);
    wire().put('/users/u1').reply(200, no('CODE_USER_EMAIL_ERROR'));

    expect(await unifi().updateUser('u1', { email: 'b@example.com', name: 'X' })).toBe('taken');
    expect(await unifi().updateUser('u1', { email: 'b@example.com', name: 'X' })).toBe('taken');
  });

  it('are gone where the console has no such user', async () => {
    users(bob);
    wire().put('/users/u1').twice().reply(200, no('CODE_USER_WORKER_NOT_EXISTS'));

    expect(await unifi().updateUser('u1', { email: 'b@example.com' })).toBe('gone');
    expect(await unifi().updateUser('u1', { name: 'X' })).toBe('gone');
  });

  it('lose their policies, are deactivated and then deleted, and being gone already is done', async () => {
    own('u1', 'p1', 'p2');
    wire().put('/users/u1/access_policies', { access_policy_ids: [] }).reply(200, ok());
    own('u2');
    wire().get('/users/u3/access_policies').query(true).reply(200, no('CODE_RESOURCE_NOT_FOUND'));
    wire().put('/users/u1', { status: 'DEACTIVATED' }).reply(200, ok()).delete('/users/u1').reply(200, ok());
    wire().put('/users/u2').reply(200, ok()).delete('/users/u2').reply(200, no('CODE_NOT_EXISTS'));
    wire().put('/users/u3').reply(200, no('CODE_RESOURCE_NOT_FOUND'));
    const locks = unifi();

    await locks.deleteUser('u1');
    await locks.deleteUser('u2');
    await locks.deleteUser('u3');
  });

  it.each([
    ['refuses', 200, no('CODE_PARAMS_INVALID')],
    ['does not allow it', 200, no('CODE_OPERATION_FORBIDDEN')],
    ['knows no such address', 404, 'page not found'],
  ])('stay deactivated where a console, asked to delete, %s', async (_what, status, body) => {
    own('u1');
    wire().put('/users/u1', { status: 'DEACTIVATED' }).reply(200, ok());
    wire().delete('/users/u1').reply(status, body);

    await unifi().deleteUser('u1');
  });

  it('are not deleted for sure where the answer to it is a failure, or deactivating was refused', async () => {
    for (const id of ['u1', 'u2', 'u3']) own(id);
    wire().put('/users/u1').reply(200, ok()).delete('/users/u1').reply(200, no('CODE_SYSTEM_ERROR'));
    wire().put('/users/u2').reply(200, no('CODE_PARAMS_INVALID'));
    wire().put('/users/u3').reply(200, ok()).delete('/users/u3').reply(200, no('CODE_ACCESS_TOKEN_INVALID'));

    expect(await failureOf(unifi().deleteUser('u1'))).toBeInstanceOf(TransientError);
    expect(await failureOf(unifi().deleteUser('u2'))).toBeInstanceOf(RefusedError);
    expect(await failureOf(unifi().deleteUser('u3'))).toBeInstanceOf(UnauthorizedError);
  });

  it('never let an id become another address', async () => {
    wire().get('/users/a%2F..%2Fu1%3Fx/access_policies').query(true).reply(200, no('CODE_NOT_EXISTS'));
    wire().put('/users/a%2F..%2Fu1%3Fx').reply(200, no('CODE_NOT_EXISTS'));

    await unifi().deleteUser('a/../u1?x');
    expect(await failureOf(unifi().deleteUser('..'))).toBeInstanceOf(RefusedError);
    expect(await failureOf(unifi().deleteUser(''))).toBeInstanceOf(RefusedError);
  });
});
