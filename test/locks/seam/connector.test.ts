import { describe, expect, it } from 'vitest';
import { RefusedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { doors, notFound, refusal, seam, thrownBy, useWire } from './wire.ts';

const ada = {
  user_identity_id: 'u1',
  user_identity_key: 'relay:co-up:m1',
  email_address: 'Ada@example.com',
  full_name: 'Ada',
  phone_number: null,
};
const read = { id: 'u1', email: 'Ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
const newUser = { email: 'ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
const taken = { error: { type: 'conflict', message: 'exists' } };

describe('Seam, locks and lock users', () => {
  const on = useWire();

  it('takes entrances, and devices that can have codes, for locks', async () => {
    doors(on, { entrances: ['e1'], keypads: ['d1'] });

    expect(await seam().locks()).toEqual([
      { id: 'd1', name: 'Door d1' },
      { id: 'e1', name: 'Door e1' },
    ]);
  });

  it('reads lock users page after page, each once', async () => {
    const pagination = { has_next_page: true, next_page_cursor: 'c1' };
    const nobody = { user_identity_id: 'u2', user_identity_key: null, email_address: null, full_name: null };
    on('/user_identities/list', {}).reply(200, { user_identities: [ada], pagination });
    on('/user_identities/list', { page_cursor: 'c1' }).reply(200, { user_identities: [ada, nobody] });

    expect(await seam().users()).toEqual([read, { id: 'u2', email: '', name: null, externalId: null }]);
  });

  it('finds one by id, and by email without case, and nobody by no email', async () => {
    on('/user_identities/get', { user_identity_id: 'u1' }).reply(200, { user_identity: ada, ok: true });
    on('/user_identities/get', { user_identity_id: 'u9' }).reply(404, notFound);
    on('/user_identities/list')
      .times(2)
      .reply(200, { user_identities: [{ user_identity_id: 'u2' }, ada] });
    const locks = seam();

    expect(await locks.user('u1')).toEqual(read);
    expect(await locks.user('u9')).toBeUndefined();
    expect(await locks.userByEmail('ADA@example.com')).toEqual(read);
    expect(await locks.userByEmail('da@example.com')).toBeUndefined();
    expect(await locks.userByEmail('')).toBeUndefined();
  });

  it('registers one', async () => {
    const body = { email_address: 'ada@example.com', full_name: 'Ada', user_identity_key: 'relay:co-up:m1' };
    on('/user_identities/create', body).reply(200, { user_identity: ada });

    expect(await seam().createUser(newUser)).toEqual({ created: read });
  });

  it.each([
    ['409', 409, [ada], { takenBy: 'u1' }],
    ['400', 400, [ada], { takenBy: 'u1' }],
    ['409, and the key is what is taken', 409, [{ ...ada, email_address: 'x@example.com' }], { takenBy: 'u1' }],
    ['409, and nobody can be found', 409, [], { takenBy: null }],
  ])('says who has the email already (%s)', async (_what, status, user_identities, outcome) => {
    on('/user_identities/create').reply(status, taken);
    on('/user_identities/list').reply(200, { user_identities });

    expect(await seam().createUser(newUser)).toEqual(outcome);
  });

  it('hands on a refusal that has another reason', async () => {
    on('/user_identities/create').reply(400, refusal('email_address is malformed'));
    on('/user_identities/list').reply(200, { user_identities: [] });

    const error = await thrownBy(seam().createUser(newUser));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['email_address is malformed'] });
  });

  it('updates only what is given', async () => {
    on('/user_identities/update', { user_identity_id: 'u1', full_name: 'Countess' }).reply(200, {});
    on('/user_identities/update', { user_identity_id: 'u1', email_address: 'b@example.com' }).reply(404, notFound);
    const locks = seam();

    expect(await locks.updateUser('u1', { name: 'Countess' })).toBe('updated');
    expect(await locks.updateUser('u1', { email: 'b@example.com' })).toBe('gone');
  });

  it.each([
    ['409, and somebody has it', 409, [{ ...ada, user_identity_id: 'u2' }]],
    ['400, and somebody has it', 400, [{ ...ada, user_identity_id: 'u2' }]],
    ['409, and nobody can be found', 409, [ada]],
  ])('tells that an email is taken (%s)', async (_what, status, user_identities) => {
    on('/user_identities/update').reply(status, taken);
    on('/user_identities/list').reply(200, { user_identities });

    expect(await seam().updateUser('u1', { email: 'ADA@example.com' })).toBe('taken');
  });

  it('hands on a refused update that has another reason', async () => {
    on('/user_identities/update').reply(400, refusal('no'));
    on('/user_identities/list').reply(200, { user_identities: [ada] });
    on('/user_identities/update').reply(400, refusal('no name'));
    const locks = seam();

    expect(await thrownBy(locks.updateUser('u1', { email: 'b@example.com' }))).toBeInstanceOf(RefusedError);
    expect(await thrownBy(locks.updateUser('u1', { name: '' }))).toMatchObject({ words: ['no name'] });
  });

  const update = (body: object) => on('/user_identities/update', { user_identity_id: 'u1', ...body });
  const patch = { externalId: 'relay:co-up:m2', email: 'b@example.com' };

  it('changes the mark first, looks whether it was, and then the rest', async () => {
    update({ user_identity_key: 'relay:co-up:m2' }).reply(200, {});
    on('/user_identities/get').reply(200, { user_identity: { ...ada, user_identity_key: 'relay:co-up:m2' } });
    update({ email_address: 'b@example.com' }).reply(200, {});

    expect(await seam().updateUser('u1', patch)).toBe('updated');
  });

  it.each([
    ['refuses that', 400, refusal('user_identity_key cannot be changed')],
    ['does not do that and says nothing', 200, {}],
  ])('does nothing else where Seam %s', async (_what, status, body) => {
    update({ user_identity_key: 'relay:co-up:m2' }).reply(status, body);
    if (status === 200) on('/user_identities/get').reply(200, { user_identity: ada });

    expect(await seam().updateUser('u1', patch)).toBe('fixed');
  });

  it('tells that one whose mark is to be changed is gone', async () => {
    update({ user_identity_key: 'relay:co-up:m2' }).reply(404, notFound);

    expect(await seam().updateUser('u1', patch)).toBe('gone');
  });

  it.each([
    ['no list', { ok: true }],
    ['one user without an id', { user_identities: [ada, { email_address: 'x@example.com' }] }],
    ['null', null],
  ])('never takes a body with %s for nobody', async (_what, body) => {
    on('/user_identities/list').reply(200, JSON.stringify(body), { 'content-type': 'application/json' });

    const error = await thrownBy(seam().users());

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(String(error)).not.toContain('@');
  });
});

describe('Seam, the check-up', () => {
  const on = useWire();
  const url = 'https://relay.example.com/lock_open?key=very-secret';
  const wanted = ['lock.unlocked', 'lock.access_denied'];

  it.each([
    ['both events', { url, event_types: [...wanted, 'device.connected'] }, true],
    ['all events', { url, event_types: ['*'] }, true],
    ['no event types', { url }, true],
    ['one event too few', { url, event_types: ['lock.unlocked'] }, false],
    ['another address', { url: 'https://relay.example.com/other', event_types: wanted }, false],
    ['no address', { url: 'here', event_types: wanted }, false],
  ])('looks at the webhook: %s', async (_what, webhook, ok) => {
    on('/webhooks/list').reply(200, { webhooks: [webhook] });

    const findings = await seam().checkUp();

    expect(findings.map((each) => each.ok)).toEqual([true, ok]);
    expect(JSON.stringify(findings)).not.toContain('very-secret');
  });

  it('says that the key is not taken', async () => {
    on('/webhooks/list').reply(401, { error: { type: 'unauthorized', message: 'no' } });

    expect(await seam().checkUp()).toMatchObject([{ what: 'the API key', ok: false }]);
  });
});
