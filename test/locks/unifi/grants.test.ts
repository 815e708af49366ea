import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RefusedError, TransientError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf, guardTheNetwork } from '../../support/nock-guard.ts';
import { ada, bob, dialects, no, ok, own, unifi, wire } from './wire.ts';

const grant = (lockUserId: string, lockId: string) => ({
  id: `${lockUserId}:${lockId}`,
  lockUserId,
  lockId,
  from: null,
  until: null,
  note: null,
});
const wanted = (lockUserId: string, lockId: string) => ({
  lockUserId,
  lockId,
  from: 0,
  until: null,
  note: 'relay:co-up m1 r',
});
const put = (userId: string, ...access_policy_ids: string[]) =>
  wire().put(`/users/${userId}/access_policies`, { access_policy_ids });
const user = (record: typeof ada) => wire().get(`/users/${record.id}`).reply(200, ok(record));
const expanded = (...all: object[]) =>
  wire()
    .get('/users')
    .query({ 'expand[]': 'access_policy', page_num: '1', page_size: '100' })
    .reply(200, ok(all, all.length));

const written = z.object({ access_policy_ids: z.array(z.string()) });

guardTheNetwork();

describe('grants of UniFi Access, reading', () => {
  it("are the policies in one user's own set", async () => {
    own('u1', 'p1', 'p2', 'p1');

    expect(await unifi().grants({ lockUserId: 'u1' })).toEqual([grant('u1', 'p1'), grant('u1', 'p2')]);
  });

  it('of a user who is not there are none', async () => {
    wire().get('/users/u1/access_policies').query(true).reply(200, no('CODE_USER_ACCOUNT_NOT_EXIST'));

    expect(await unifi().grants({ lockUserId: 'u1' })).toEqual([]);
  });

  it('come in pages where the answer counts more than it holds', async () => {
    const path = '/users/u1/access_policies';
    const query = { only_user_policies: 'true' };
    wire()
      .get(path)
      .query(query)
      .reply(200, ok([{ id: 'p1' }], 2));
    wire()
      .get(path)
      .query({ ...query, page_num: '1', page_size: '100' })
      .reply(200, ok([{ id: 'p1' }], 2))
      .get(path)
      .query({ ...query, page_num: '2', page_size: '100' })
      .reply(200, ok([{ id: 'p2' }], 2));

    expect(await unifi().grants({ lockUserId: 'u1' })).toHaveLength(2);
  });

  it('of all never hold what comes by a user group, though the list of users mixes it in', async () => {
    expanded(
      { ...ada, access_policies: [{ id: 'p1' }, { id: 'of-group' }] },
      { ...bob, access_policies: [{ id: 'of-group' }] },
    );
    own('u1', 'p1');
    own('u2');

    expect(await unifi().grants()).toEqual([grant('u1', 'p1')]);
  });

  it('of all are the same where the list of users does not mix it in', async () => {
    expanded({ ...ada, access_policies: [{ id: 'p1' }] }, { ...bob, access_policies: [] });
    own('u1', 'p1');

    expect(await unifi().grants()).toEqual([grant('u1', 'p1')]);
  });

  it.each([
    ['says so by ids alone', { access_policy_ids: ['p1'] }],
    ['does not say', {}],
    ['says null', { access_policies: null }],
  ])('of all are asked for singly where the list of users %s', async (_what, more) => {
    expanded({ ...ada, ...more });
    own('u1', 'p1');

    expect(await unifi().grants()).toEqual([grant('u1', 'p1')]);
  });

  it('of all fail as a whole where one set cannot be read', async () => {
    expanded({ ...ada, access_policies: [{ id: 'p1' }] }, { ...bob, access_policies: [{ id: 'p1' }] });
    own('u1', 'p1');
    wire()
      .get('/users/u2/access_policies')
      .query(true)
      .reply(200, ok([{ name: 'no id' }]));

    expect(await failureOf(unifi().grants())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('have ids that come back whole, whatever the ids in them are', async () => {
    wire()
      .get('/users/a%3Ab/access_policies')
      .query(true)
      .reply(200, ok([{ id: 'p:1%' }]));
    const [found] = await unifi().grants({ lockUserId: 'a:b' });
    wire()
      .get('/users/a%3Ab/access_policies')
      .query(true)
      .reply(200, ok([{ id: 'p:1%' }, { id: 'p2' }]));
    wire()
      .put('/users/a%3Ab/access_policies', { access_policy_ids: ['p2'] })
      .reply(200, ok());

    await unifi().removeGrant(found?.id ?? '');

    expect(found).toMatchObject({ lockUserId: 'a:b', lockId: 'p:1%' });
  });
});

describe('grants of UniFi Access, giving', () => {
  it.each(dialects)('add one policy to the own set (code as a %s)', async (dialect) => {
    user(ada);
    own('u1', 'theirs');
    put('u1', 'theirs', 'p1').reply(200, ok(undefined, undefined, dialect));

    expect(await unifi().addGrant(wanted('u1', 'p1'))).toEqual(grant('u1', 'p1'));
  });

  it('write nothing where the user has the policy', async () => {
    user(ada);
    own('u1', 'p1');

    expect(await unifi().addGrant(wanted('u1', 'p1'))).toBe('there');
  });

  it('lose nothing where two are given and one is taken at once', async () => {
    let set = ['theirs', 'old'];
    wire().get('/users/u1').times(2).reply(200, ok(ada));
    wire()
      .get('/users/u1/access_policies')
      .query(true)
      .times(3)
      .reply(200, () => ok(set.map((id) => ({ id }))));
    wire()
      .put('/users/u1/access_policies')
      .times(3)
      .delay(5)
      .reply(200, async (request: Request) => {
        set = written.parse(await request.json()).access_policy_ids;
        return ok();
      });
    const locks = unifi();

    await Promise.all([
      locks.addGrant(wanted('u1', 'p1')),
      locks.removeGrant('u1:old'),
      locks.addGrant(wanted('u1', 'p2')),
    ]);

    expect(set).toEqual(['theirs', 'p1', 'p2']);
  });

  it('are gone where the user is, at any step', async () => {
    wire().get('/users/u1').reply(200, no('CODE_NOT_EXISTS'));
    user(bob);
    wire().get('/users/u2/access_policies').query(true).reply(200, no('CODE_NOT_EXISTS'));
    user({ ...ada, id: 'u3' });
    own('u3');
    put('u3', 'p1').reply(200, no('CODE_NOT_EXISTS'));

    for (const id of ['u1', 'u2', 'u3']) expect(await unifi().addGrant(wanted(id, 'p1'))).toBe('gone');
  });

  it('are gone where the console refuses a policy that it does not list, with whichever code', async () => {
    user(ada);
    own('u1');
    put('u1', 'p9').reply(200, no('CODE_PARAMS_INVALID'));
    wire()
      .get('/access_policies')
      .reply(200, ok([{ id: 'p1', name: 'Front door' }]));

    expect(await unifi().addGrant(wanted('u1', 'p9'))).toBe('gone');
  });

  it('are refused in its words where the console lists the policy', async () => {
    user(ada);
    own('u1');
    put('u1', 'p1').reply(200, no('CODE_PARAMS_INVALID', 'not on a holiday'));
    wire()
      .get('/access_policies')
      .reply(200, ok([{ id: 'p1', name: 'Front door' }]));

    const error = await failureOf(unifi().addGrant(wanted('u1', 'p1')));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['not on a holiday (CODE_PARAMS_INVALID)'] });
  });

  it('are written once, and the next try reads what became of it', async () => {
    user(ada);
    own('u1');
    put('u1', 'p1').reply(500, 'oops');
    user(ada);
    own('u1', 'p1');
    const locks = unifi();

    const error = await failureOf(locks.addGrant(wanted('u1', 'p1')));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'unknown' });
    expect(await locks.addGrant(wanted('u1', 'p1'))).toBe('there');
  });

  it('never write a set that could not be read', async () => {
    user(ada);
    wire().get('/users/u1/access_policies').query(true).reply(200, { code: 'SUCCESS', data: null });
    wire().get('/users/u1/access_policies').query(true).reply(200, { code: 'SUCCESS', data: null });

    expect(await failureOf(unifi().addGrant(wanted('u1', 'p1')))).toBeInstanceOf(UnexpectedShapeError);
    expect(await failureOf(unifi().removeGrant('u1:p1'))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('activate a user of ours that was deactivated, before anything else', async () => {
    user({ ...ada, status: 'DEACTIVATED' });
    wire().put('/users/u1', { status: 'ACTIVE' }).reply(200, ok());
    own('u1', 'p1');

    expect(await unifi().addGrant(wanted('u1', 'p1'))).toBe('there');
  });

  it('leave a deactivated user of others alone', async () => {
    user({ ...ada, status: 'DEACTIVATED', employee_number: 'payroll-7' });

    const error = await failureOf(unifi().addGrant(wanted('u1', 'p1')));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['the user is deactivated'] });
  });

  it('are never moved, and have no window', async () => {
    expect(await unifi().moveGrant('u1:p1', { from: null, until: null })).toBe('cannot');
    expect(unifi().adjust(wanted('u1', 'p1'))).toEqual({ ...wanted('u1', 'p1'), from: null, until: null });
  });
});

describe('grants of UniFi Access, taking back', () => {
  it('take one policy out of the own set, and leave the others', async () => {
    own('u1', 'theirs', 'p1');
    put('u1', 'theirs').reply(200, ok('success'));

    await unifi().removeGrant('u1:p1');
  });

  it('are done where the user or the policy is gone already', async () => {
    own('u1', 'theirs');
    wire().get('/users/u2/access_policies').query(true).reply(200, no('CODE_NOT_EXISTS'));
    own('u3', 'p1');
    put('u3').reply(200, no('CODE_USER_ACCOUNT_NOT_EXIST'));

    await unifi().removeGrant('u1:p1');
    await unifi().removeGrant('u2:p1');
    await unifi().removeGrant('u3:p1');
  });

  it('write nothing for an id that is none of ours', async () => {
    own('some-id', 'p1');

    wire()
      .get('/users/%25/access_policies')
      .query(true)
      .reply(200, ok([{ id: 'p1' }]));

    await unifi().removeGrant('some-id');
    await unifi().removeGrant('%');
  });
});
