// The simulated Seam (own simulator): answers, errors, pages, people and doors. Access has files of its own.
import { afterEach, describe, expect, it } from 'vitest';
import type { SeamOptions } from '../../src/simulators/seam/seam.ts';
import { caller } from './calls.ts';
import { at, ids, NOW, type OpenSeam, openSeam } from './open-seam.ts';

let world: OpenSeam;
async function open(options: Partial<SeamOptions> = {}): Promise<OpenSeam> {
  world = await openSeam(options);
  return world;
}
afterEach(() => world.seam.close());

describe('every answer', () => {
  it('says ok, with the number of the request', async () => {
    const { call } = await open();

    const answer = await call('spaces/list');

    expect(answer).toMatchObject({ status: 200, json: { spaces: [], ok: true } });
    expect(answer.headers.get('seam-request-id')).toBe('request1');
  });

  it.each([
    ['a wrong key', 'POST /spaces/list', { authorization: 'Bearer seam_wrong' }, 401, 'unauthorized'],
    ['no key', 'POST /spaces/list', {}, 401, 'unauthorized'],
  ])('is refused with %s', async (_, path, headers, status, type) => {
    const { seam } = await open();

    const answer = await caller(seam.url, headers)(path, {});

    expect(answer).toMatchObject({ status, json: { error: { type }, ok: false } });
    expect(answer.headers.get('seam-request-id')).toBe('request1');
    expect(answer.text).not.toContain(seam.token);
  });

  it('is POST only, knows no other calls, and names the field that is wrong', async () => {
    const { seam, call } = await open();
    const any = caller(seam.url, { authorization: `Bearer ${seam.token}` });

    expect((await any('GET /spaces/list')).status).toBe(405);
    expect((await call('nothing/list')).status).toBe(404);
    expect(await call('access_codes/get', { access_code_id: 3 })).toMatchObject({
      status: 400,
      json: {
        error: {
          type: 'invalid_input',
          validation_errors: { _errors: [], access_code_id: { _errors: [expect.any(String)] } },
        },
      },
    });
  });
});

describe('pages', () => {
  it('hold all, once, in order, though others come and go meanwhile', async () => {
    const { seam, call } = await open({ pageSize: 4 });
    const people = Array.from({ length: 10 }, (_, n) => seam.addPerson({ email: `p${n}@example.com` }));

    const first = await call('user_identities/list', {});
    seam.removePerson(people[3] ?? '');
    seam.addPerson({ email: 'late@example.com' });
    const second = await call('user_identities/list', { page_cursor: at(first, 'pagination.next_page_cursor') });
    const third = await call('user_identities/list', { page_cursor: at(second, 'pagination.next_page_cursor') });

    const seen = [first, second, third].flatMap((answer) => ids(answer, 'user_identities', 'user_identity_id'));
    expect(seen.slice(0, 10)).toEqual(people);
    expect(seen).toHaveLength(11);
    expect(at(third, 'pagination')).toEqual({ has_next_page: false, next_page_cursor: null, next_page_url: null });
    expect(String(at(first, 'pagination.next_page_url'))).toContain(seam.url);
  });

  it('have to be asked for with the same parameters', async () => {
    const { seam, call } = await open();
    seam.addLocks('A', 'B', 'C');

    const first = await call('acs/entrances/list', { limit: 1 });
    const page_cursor = at(first, 'pagination.next_page_cursor');

    expect(await call('acs/entrances/list', { limit: 2, page_cursor })).toMatchObject({
      status: 400,
      json: { error: { type: 'mismatched_page_parameters' } },
    });
    expect((await call('acs/entrances/list', { page_cursor, limit: 1 })).status).toBe(200);
    expect((await call('acs/entrances/list', { limit: 1, page_cursor: 'x' })).status).toBe(400);
    expect((await call('acs/entrances/list', { limit: 0 })).status).toBe(400);
  });
});

describe('user identities', () => {
  const ada = { user_identity_key: 'relay:1', email_address: 'Ada@example.com', full_name: 'Ada' };

  it('are made, found, changed and deleted', async () => {
    const { seam, call } = await open();

    const made = await call('user_identities/create', ada);
    const id = String(at(made, 'user_identity.user_identity_id'));

    expect(at(made, 'user_identity')).toMatchObject({ ...ada, created_at: NOW, phone_number: null });
    expect(at(await call('user_identities/get', { user_identity_key: 'relay:1' }), 'user_identity')).toMatchObject(ada);
    await call('user_identities/update', { user_identity_id: id, full_name: 'Ada L.', user_identity_key: 'relay:2' });
    expect(seam.people()).toEqual([{ id, email: 'Ada@example.com', name: 'Ada L.', externalId: 'relay:2' }]);
    expect((await call('user_identities/delete', { user_identity_id: id })).json).toEqual({ ok: true });
    expect((await call('user_identities/delete', { user_identity_id: id })).status).toBe(404);
    expect((await call('user_identities/get', { user_identity_id: id })).status).toBe(404);
  });

  it.each([
    ['409', 409],
    ['400', 400],
  ] as const)('have a key and an email address of their own (%s)', async (duplicates, status) => {
    const { seam, call } = await open({ switches: { duplicates } });
    await call('user_identities/create', ada);
    const ben = seam.addPerson({ email: 'ben@example.com', mark: 'relay:9' });

    const sameKey = { user_identity_key: 'relay:1' };
    const sameEmail = { email_address: 'ADA@example.com' };

    expect((await call('user_identities/create', sameKey)).status).toBe(status);
    expect((await call('user_identities/create', sameEmail)).status).toBe(status);
    expect((await call('user_identities/update', { user_identity_id: ben, ...sameEmail })).status).toBe(status);
    expect((await call('user_identities/update', { user_identity_id: ben, ...sameKey })).status).toBe(status);
    expect(seam.people()).toHaveLength(2);
  });

  it('may share an email address, by switch', async () => {
    const { seam, call } = await open({ switches: { emails: 'shared' } });
    seam.addPerson({ email: 'ada@example.com' });

    expect((await call('user_identities/create', { email_address: 'ada@example.com' })).status).toBe(200);
  });

  it.each([
    ['works', 200, 'new'],
    ['refused', 400, 'old'],
    ['ignored', 200, 'old'],
  ] as const)('changing the key: %s', async (changeKey, status, key) => {
    const { seam, call } = await open({ switches: { changeKey } });
    const id = seam.addPerson({ email: 'ada@example.com', name: 'Ada', mark: 'old' });

    const answer = await call('user_identities/update', {
      user_identity_id: id,
      user_identity_key: 'new',
      full_name: 'X',
    });

    expect(answer.status).toBe(status);
    expect(seam.people()).toMatchObject([{ externalId: key, name: status === 200 ? 'X' : 'Ada' }]);
  });

  it.each([
    ['refused', 409, true],
    ['with its grants', 200, false],
  ] as const)('deleting one that has access grants: %s', async (deleteHolder, status, stays) => {
    const { clock, seam, call } = await open({ switches: { deleteHolder } });
    const [door] = seam.addLocks('Door');
    const id = seam.addPerson({ email: 'ada@example.com' });
    seam.addByHand({ lockUserId: id, lockId: door?.id ?? '' });

    const answer = await call('user_identities/delete', { user_identity_id: id });
    clock.advance(1000);

    expect(answer.status).toBe(status);
    expect(seam.can('ada@example.com', 'Door')).toBe(stays);
    expect(seam.people()).toHaveLength(stays ? 1 : 0);
  });
});

describe('what there is to open', () => {
  it('is entrances of one lock system, devices with keypads or without, and spaces', async () => {
    const { seam, call } = await open({ keypads: ['Studio'] });
    const [door, studio] = seam.addLocks('Front door', 'Studio');
    const bare = seam.workspace.addDevice('Shed', { keypad: false });
    const space = seam.workspace.addSpace('Upstairs', [door?.id ?? '', studio?.id ?? ''], 'up');

    const system = String(at(await call('acs/systems/list'), 'acs_systems.0.acs_system_id'));
    const devices = await call('devices/list');

    expect(ids(await call('acs/entrances/list'), 'acs_entrances', 'acs_entrance_id')).toEqual([door?.id]);
    expect(ids(await call('acs/entrances/list', { acs_system_id: system }), 'acs_entrances', 'display_name')).toEqual([
      'Front door',
    ]);
    expect(ids(await call('acs/entrances/list', { acs_system_id: 'x' }), 'acs_entrances', 'display_name')).toEqual([]);
    expect(ids(devices, 'devices', 'device_id')).toEqual([studio?.id, bare.id]);
    expect(ids(devices, 'devices', 'can_program_online_access_codes')).toEqual(['true', 'false']);
    expect((await call('locks/list', { device_ids: [bare.id] })).json).toMatchObject({
      locks: [{ display_name: 'Shed' }],
      devices: [{ display_name: 'Shed' }],
    });
    expect(ids(await call('spaces/list'), 'spaces', 'space_id')).toEqual([space.id]);
  });
});
