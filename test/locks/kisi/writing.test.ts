import { describe, expect, it } from 'vitest';
import { RefusedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf } from '../../support/nock-guard.ts';
import { assignment, kisi, OF_DOORS, user, useWire } from './wire.ts';

const at = (text: string) => Date.parse(text);
const newUser = { email: 'Ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
const newGrant = {
  lockUserId: '11',
  lockId: '21',
  from: at('2026-11-30T09:00:00Z'),
  until: at('2026-12-01T00:00:00Z'),
  note: 'relay:co-up m1 Front door',
};
const NINE = '2026-11-30T09:00:00Z';
const MIDNIGHT = '2026-12-01T00:00:00Z';

describe('Kisi, making users', () => {
  const wire = useWire();
  const created = user(11, { ...newUser, metadata: { cobot_access_relay: 'relay:co-up:m1' } });

  it.each([
    ['managed', { confirm: true, send_emails: false }],
    ['invited', { confirm: false, send_emails: true }],
  ] as const)('makes one who is %s', async (users, way) => {
    wire()
      .post('/users', {
        user: { email: 'Ada@example.com', name: 'Ada', ...way, metadata: { cobot_access_relay: 'relay:co-up:m1' } },
      })
      .reply(200, created);

    expect(await kisi({ users }).createUser(newUser)).toEqual({
      created: { id: '11', email: 'Ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' },
    });
  });

  const holder = [user(19, { email: 'ada@example.com' })];
  const fields = (words: unknown) => ({ errors: { email: words } });
  it.each([
    ['a 422', 422, fields(['has already been taken']), holder, '19'],
    ['a 422 in other words', 422, fields('is not free'), holder, '19'],
    ['a 422, and nobody is found', 422, fields(['has already been taken']), [], null],
    ['a 409', 409, { error: 'Email already exists', code: 'c0ffee' }, holder, '19'],
    ['a 409, and nobody is found', 409, { error: 'A user with this e-mail exists', code: 'c0ffee' }, [], null],
  ])('says who has the email already: %s', async (_what, status, body, found, takenBy) => {
    wire().post('/users').reply(status, body);
    wire()
      .get('/users')
      .query(({ email }) => email === 'Ada@example.com')
      .reply(200, found);
    if (found.length === 0)
      wire()
        .get('/users')
        .query(({ email }) => email === 'ada@example.com')
        .reply(200, found);

    expect(await kisi().createUser(newUser)).toEqual({ takenBy });
  });

  it('takes an email that nobody has and that Kisi does not like for a refusal', async () => {
    wire()
      .post('/users')
      .reply(422, fields(['is invalid']));
    wire().get('/users').query(true).twice().reply(200, []);

    const error = await failureOf(kisi().createUser(newUser));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ status: 422, words: ['email: is invalid'] });
  });

  it.each([
    [
      422,
      { errors: { name: ['is too long', 'is odd'], base: 'no' } },
      ['name: is too long', 'name: is odd', 'base: no'],
    ],
    [409, { error: 'the organization is being moved', code: 'c0ffee' }, ['the organization is being moved']],
    [400, { error: 'email is missing', code: 'c0ffee' }, ['email is missing']],
    [422, 'no JSON', []],
  ])('hands on the words of a refusal that is about something else (%d)', async (status, body, words) => {
    wire().post('/users').reply(status, body);

    const error = await failureOf(kisi().createUser(newUser));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ status, words });
  });
});

describe('Kisi, changing users', () => {
  const wire = useWire();

  it('changes a name alone', async () => {
    wire()
      .patch('/users/11', { user: { name: 'Countess' } })
      .reply(204);

    expect(await kisi().updateUser('11', { name: 'Countess' })).toBe('updated');
  });

  it('changes the mark, and sends the metadata of others along with it', async () => {
    const metadata = { cobot_access_relay: 'relay:co-up:m1', payroll: 7, flag: null };
    wire().get('/users/11').reply(200, user(11, { metadata }));
    wire()
      .patch('/users/11', { user: { metadata: { cobot_access_relay: 'relay:co-up:m2', payroll: 7, flag: null } } })
      .reply(204);

    expect(await kisi().updateUser('11', { externalId: 'relay:co-up:m2' })).toBe('updated');
  });

  it('never changes metadata that it could not read', async () => {
    wire()
      .get('/users/11')
      .reply(200, user(11, { metadata: 'none' }));
    wire().get('/users/11').reply(404, { error: 'none', code: 'x' });

    expect(await failureOf(kisi().updateUser('11', { externalId: 'm2' }))).toBeInstanceOf(UnexpectedShapeError);
    expect(await kisi().updateUser('11', { externalId: 'm2' })).toBe('gone');
  });

  it('does nothing where an email is to be changed, and says so', async () => {
    expect(await kisi().updateUser('11', { email: 'b@example.com', name: 'B', externalId: 'm2' })).toBe('fixed');
  });

  it('tells that a user is gone', async () => {
    wire().patch('/users/11').reply(404, { error: 'none', code: 'x' });

    expect(await kisi().updateUser('11', { name: 'B' })).toBe('gone');
  });
});

describe('Kisi, deleting users', () => {
  const wire = useWire();
  const roles = (...held: object[]) =>
    wire()
      .get('/role_assignments')
      .query({ assignee_type: 'User', assignee_id: '11', limit: '250', offset: '0' })
      .reply(200, held);

  it('deletes one who has nothing but doors, and takes "already gone" for done', async () => {
    roles(
      assignment(1, 11, 21),
      assignment(2, 11, 1, { role_id: 'organization_basic', applies_to_type: 'Organization' }),
    );
    wire().delete('/users/11').reply(204);
    roles();
    wire().delete('/users/11').reply(404, { error: 'none', code: 'x' });
    const locks = kisi();

    await locks.deleteUser('11');
    await locks.deleteUser('11');
  });

  it.each([
    assignment(3, 11, 1, { role_id: 'organization_owner', applies_to_type: 'Organization' }),
    assignment(3, 11, 7, { role_id: 'place_administrator', applies_to_type: 'Place' }),
    assignment(3, 11, 21, { role_id: 'group_administrator' }),
  ])('never deletes one who was trusted with more: $role_id', async (role) => {
    roles(assignment(1, 11, 21), role);

    const error = await failureOf(kisi().deleteUser('11'));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'kisi_user_has_role' });
  });

  it("is not kept from it by somebody else's role, or that of a team with the same number", async () => {
    const role = { role_id: 'place_administrator', applies_to_type: 'Place' };
    roles(assignment(3, 12, 7, role), assignment(4, 11, 7, { ...role, assignee_type: 'Team' }));
    wire().delete('/users/11').reply(204);

    await kisi().deleteUser('11');
  });

  it('never lets an id become another address', async () => {
    wire().get('/role_assignments').query(true).twice().reply(200, []);
    wire().delete('/users/a%2F..%2F11%3Fx').reply(404);

    await kisi().deleteUser('a/../11?x');
    expect(await failureOf(kisi().deleteUser('..'))).toBeInstanceOf(RefusedError);
    expect(await failureOf(kisi().removeGrant(''))).toBeInstanceOf(RefusedError);
  });
});

describe('Kisi, granting', () => {
  const wire = useWire();

  it('assigns the role of one group, in whole seconds, without a mail', async () => {
    wire()
      .post('/role_assignments', {
        role_assignment: {
          role_id: 'group_basic',
          applies_to_type: 'Group',
          applies_to_id: 21,
          assignee_type: 'User',
          assignee_id: 11,
          notify: false,
          valid_from: NINE,
          valid_until: null,
        },
      })
      .reply(200, assignment(1, 11, 21, { valid_from: '2026-11-30T09:00:00.000Z' }));

    expect(await kisi().addGrant({ ...newGrant, from: newGrant.from + 999, until: null })).toEqual({
      id: '1',
      lockUserId: '11',
      lockId: '21',
      from: newGrant.from,
      until: null,
      note: null,
    });
  });

  it('sends an id that is no number as it is, for Kisi to say that it knows none', async () => {
    wire()
      .post('/role_assignments', ({ role_assignment }) => role_assignment.assignee_id === 'usr_1')
      .reply(404, { error: 'none', code: 'x' });

    expect(await kisi().addGrant({ ...newGrant, lockUserId: 'usr_1' })).toBe('gone');
  });

  it.each([
    ['a 404', 404, { error: 'Not found', code: 'x' }, 'gone'],
    ['a 404 in HTML', 404, '<html>none</html>', 'gone'],
    ['a 422 about the group', 422, { errors: { applies_to: ['must exist'] } }, 'gone'],
    ['a 422 about the user', 422, { errors: { assignee_id: ['is invalid'] } }, 'gone'],
    ['a 422 about the user of old', 422, { errors: { user: ['not found'] } }, 'gone'],
    ['a 409', 409, { error: 'conflict', code: 'x' }, 'there'],
    ['a 422 in one of its fields', 422, { errors: { assignee_id: ['has already been taken'] } }, 'there'],
    ['a 422 in none of them', 422, { errors: { base: ['The user is already in the group'] } }, 'there'],
  ])('understands %s', async (_what, status, body, outcome) => {
    wire().post('/role_assignments').reply(status, body);

    expect(await kisi().addGrant(newGrant)).toBe(outcome);
  });

  it.each([
    { valid_until: ['must be after valid_from'] },
    { valid_from: ['is invalid'] },
    { role_id: ['is unknown'] },
    { assignee: ['has to sign up first'] },
    { base: ['group does not exist in this plan'] },
  ])('takes a 422 about something else for a refusal: %j', async (errors) => {
    wire().post('/role_assignments').reply(422, { errors });

    expect(await failureOf(kisi().addGrant(newGrant))).toBeInstanceOf(RefusedError);
  });

  it.each([
    ['no assignment', {}],
    ['an assignment of another kind', assignment(1, 11, 21, { role_id: 'group_administrator' })],
    ['an assignment to a team', assignment(1, 11, 21, { assignee_type: 'Team' })],
    ['a window that is none', assignment(1, 11, 21, { valid_until: 'soon' })],
  ])('does not take an answer with %s for a grant', async (_what, body) => {
    wire().post('/role_assignments').reply(200, body);

    expect(await failureOf(kisi().addGrant(newGrant))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('takes back, and takes "already gone" for done', async () => {
    wire().delete('/role_assignments/1').reply(204).delete('/role_assignments/1').reply(404);
    const locks = kisi();

    await locks.removeGrant('1');
    await locks.removeGrant('1');
  });

  it('adjusts windows to whole seconds', () => {
    expect(kisi().adjust({ from: 1999, until: null, note: 'n', lockId: '21' })).toEqual({
      from: 1000,
      until: null,
      note: 'n',
      lockId: '21',
    });
    expect(kisi().adjust({ from: null, until: 2000.5, note: '' })).toEqual({ from: null, until: 2000, note: '' });
  });
});

describe('Kisi, moving a window', () => {
  const wire = useWire();
  const to = { from: newGrant.from, until: newGrant.until + 999 };
  const patch = () =>
    wire().patch('/role_assignments/1', { role_assignment: { valid_from: NINE, valid_until: MIDNIGHT } });
  const readBack = (...found: object[]) =>
    wire()
      .get('/role_assignments')
      .query({ ...OF_DOORS, ids: '1', limit: '250', offset: '0' })
      .reply(200, found);
  const moved = { valid_from: NINE, valid_until: MIDNIGHT };

  it('is done where the window reads so afterwards', async () => {
    patch().reply(204);
    readBack(assignment(2, 11, 21), assignment(1, 11, 21, moved));

    expect(await kisi().moveGrant('1', to)).toBe('moved');
  });

  it.each([
    ['reads as before', { valid_from: NINE, valid_until: NINE }],
    ['moved at one end only', { valid_from: null, valid_until: MIDNIGHT }],
  ])('cannot be where Kisi says yes and the window %s', async (_what, window) => {
    patch().reply(200, assignment(1, 11, 21, moved));
    readBack(assignment(1, 11, 21, window));

    expect(await kisi().moveGrant('1', to)).toBe('cannot');
  });

  it.each([400, 405, 409, 422])('cannot be where Kisi refuses it (%d)', async (status) => {
    patch().reply(status, { error: 'no', code: 'x' });

    expect(await kisi().moveGrant('1', to)).toBe('cannot');
  });

  it('tells an assignment that is gone from a call that is not there', async () => {
    patch().reply(404);
    readBack();
    patch().reply(404);
    readBack(assignment(1, 11, 21));

    expect(await kisi().moveGrant('1', to)).toBe('gone');
    expect(await kisi().moveGrant('1', to)).toBe('cannot');
  });

  it('is not taken for done where it cannot be read back', async () => {
    patch().reply(204);
    wire().get('/role_assignments').query(true).reply(403, { error: 'no', code: 'x' });

    expect(await failureOf(kisi().moveGrant('1', to))).toMatchObject({ name: 'UnauthorizedError' });
  });
});

describe('Kisi, other questions', () => {
  useWire();

  it('names the lock user in an opening, and knows no codes', async () => {
    expect(await kisi().holderOf('11')).toBe('11');
    expect(await kisi().codesOf('11')).toEqual([]);
  });
});
