// Own simulator: UniFi Access's users and their policies, with what nobody says about them both ways.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UnifiSwitches } from '../../src/simulators/unifi/switches.ts';
import { dataOf, idOf, idsOf, type OpenUnifi, openUnifi } from './open-unifi.ts';

let unifi: OpenUnifi['unifi'];
let call: OpenUnifi['call'];
let front: string;
let studio: string;
let ada: string;

async function open(switches: Partial<UnifiSwitches> = {}): Promise<void> {
  await unifi?.close();
  ({ unifi, call, front, studio, ada } = await openUnifi({ switches }));
}

beforeEach(() => open());
afterEach(() => unifi.close());

const names = { first_name: 'Ben', last_name: 'Boole' };

describe('users', () => {
  it('are made with both names, changed in part and shown with every field', async () => {
    const made = await call('POST /users', { ...names, user_email: 'ben@example.com', employee_number: 'relay:s:1' });
    const id = idOf(made);
    await call(`PUT /users/${id}`, { last_name: 'Bell' });

    expect(dataOf(await call(`GET /users/${id}`))).toEqual({
      id,
      first_name: 'Ben',
      last_name: 'Bell',
      full_name: 'Ben Bell',
      alias: '',
      user_email: 'ben@example.com',
      email: 'ben@example.com',
      email_status: 'UNVERIFIED',
      phone: '',
      employee_number: 'relay:s:1',
      onboard_time: 1_796_025_600,
      status: 'ACTIVE',
      nfc_cards: [],
      pin_code: null,
      touch_pass: null,
      username: '',
      avatar_relative_path: '',
    });
    expect(unifi.people()).toContainEqual({
      id,
      email: 'ben@example.com',
      name: 'Ben Bell',
      externalId: 'relay:s:1',
    });
  });

  it.each([
    ['no last name', 'POST /users', { first_name: 'Ben' }, 'CODE_PARAMS_INVALID'],
    ['an empty name', 'POST /users', { first_name: 'Ben', last_name: '' }, 'CODE_PARAMS_INVALID'],
    ['an email that is none', 'POST /users', { ...names, user_email: 'ben' }, 'CODE_USER_EMAIL_ERROR'],
    ["another's email", 'POST /users', { ...names, user_email: 'ada@EXAMPLE.com' }, 'CODE_USER_EMAIL_ERROR'],
    ['no email', 'POST /users', { ...names, user_email: '' }, 'SUCCESS'],
    ['a number that is no text', 'POST /users', { ...names, employee_number: 7 }, 'CODE_PARAMS_INVALID'],
    ['a time that is none', 'POST /users', { ...names, onboard_time: 'now' }, 'CODE_PARAMS_INVALID'],
    ['an emptied name', 'PUT /users/ada', { first_name: '' }, 'CODE_PARAMS_INVALID'],
    ['an unknown status', 'PUT /users/ada', { status: 'PENDING' }, 'CODE_PARAMS_INVALID'],
    ["one's own email", 'PUT /users/ada', { user_email: 'ADA@example.com' }, 'SUCCESS'],
    ['nobody', 'PUT /users/none', {}, 'CODE_USER_ACCOUNT_NOT_EXIST'],
    ['nobody to delete', 'DELETE /users/none', undefined, 'CODE_USER_ACCOUNT_NOT_EXIST'],
  ])('are judged with %s', async (_, methodAndPath, body, code) => {
    const before = unifi.people();

    expect((await call(methodAndPath.replace('ada', ada), body)).json).toMatchObject({ code });
    if (code !== 'SUCCESS') expect(unifi.people()).toEqual(before);
  });

  it('are found by their names alone', async () => {
    expect(idsOf(await call('GET /users/search?keyword=LOVE'))).toEqual([ada]);
    expect(idsOf(await call('GET /users/search?keyword=example'))).toEqual([]);
  });

  it('are deleted only once they are deactivated, and their sets are remembered', async () => {
    unifi.addByHand({ lockUserId: ada, lockId: front });

    const refused = await call(`DELETE /users/${ada}`);
    const before = unifi.opens('ada@example.com');
    await call(`PUT /users/${ada}`, { status: 'DEACTIVATED' });
    const after = unifi.opens('ada@example.com');
    await call(`DELETE /users/${ada}`);

    expect(refused.json).toMatchObject({ code: 'CODE_OPERATION_FORBIDDEN' });
    expect([before, after]).toEqual([['Front door'], []]);
    expect(unifi.people()).toEqual([]);
    expect(unifi.setsSeen(ada)).toEqual([[], [front]]);
  });

  it('cannot be deleted by an older console, which may leave the doors of a deactivated one open', async () => {
    await open({ deleteUsers: 'older', deactivated: 'open' });
    unifi.addByHand({ lockUserId: ada, lockId: front });
    unifi.deactivate(ada);

    expect((await call(`DELETE /users/${ada}`)).status).toBe(404);
    expect(unifi.can('ada@example.com', 'Front door')).toBe(true);
  });

  it('have no email of their own at an older console', async () => {
    await open({ emails: 'dropped' });

    const made = await call('POST /users', { ...names, user_email: 'ben@example.com' });

    expect(dataOf(made)).not.toHaveProperty('user_email');
    expect(unifi.people()).toContainEqual({ id: idOf(made), email: '', name: 'Ben Boole', externalId: null });
    expect(dataOf(await call(`GET /users/${ada}`))).toMatchObject({ email: 'Ada@example.com' });
  });

  it('may share an email', async () => {
    await open({ sameEmail: 'allowed' });

    const lockUserId = idOf(await call('POST /users', { ...names, user_email: 'ada@example.com' }));
    unifi.addByHand({ lockUserId, lockId: front });

    expect(unifi.can('ada@example.com', 'Front door')).toBe(true);
  });
});

describe("a user's policies", () => {
  it('are replaced as a whole: who does not read first loses what others gave', async () => {
    unifi.addByHand({ lockUserId: ada, lockId: front });

    await call(`PUT /users/${ada}/access_policies`, { access_policy_ids: [studio] });

    expect(unifi.opens('ada@example.com')).toEqual(['Studio']);
    expect(unifi.setsSeen(ada)).toEqual([[], [front], [studio]]);
  });

  it('are merged by whoever reads first, and no set in between is smaller', async () => {
    unifi.addByHand({ lockUserId: ada, lockId: front });

    const own = idsOf(await call(`GET /users/${ada}/access_policies?only_user_policies=true`));
    await call(`PUT /users/${ada}/access_policies`, { access_policy_ids: [...own, studio] });

    expect(unifi.setsSeen(ada)).toEqual([[], [front], [front, studio]]);
    expect(unifi.grants()).toEqual(
      [front, studio].map((lockId) => ({
        id: `${ada}:${lockId}`,
        lockUserId: ada,
        lockId,
        note: null,
        from: null,
        until: null,
      })),
    );
  });

  it.each([
    ['no list', {}, 'CODE_PARAMS_INVALID'],
    ['ids that are none', { access_policy_ids: [1] }, 'CODE_PARAMS_INVALID'],
    ['a policy that there is not', { access_policy_ids: ['none'] }, 'CODE_NOT_EXISTS'],
  ])('stay as they are with %s', async (_, body, code) => {
    unifi.addByHand({ lockUserId: ada, lockId: front });

    expect((await call(`PUT /users/${ada}/access_policies`, body)).json).toMatchObject({ code });
    expect(unifi.setsSeen(ada)).toEqual([[], [front]]);
  });

  it('come by a user group as well, open doors, and are none of their own', async () => {
    unifi.addByHand({ lockUserId: ada, lockId: front });
    unifi.addToGroup(ada, studio);

    const mixed = await call(`GET /users/${ada}/access_policies`);
    const own = await call(`GET /users/${ada}/access_policies?only_user_policies=true`);

    expect(unifi.opens('ada@example.com')).toEqual(['Front door', 'Studio']);
    expect([idsOf(mixed), idsOf(own)]).toEqual([[front, studio], [front]]);
    expect(unifi.grants()).toHaveLength(1);
    expect(unifi.setsSeen(ada)).toEqual([[], [front]]);
  });

  it('follow those of their group, which are replaced as a whole, too', async () => {
    const team = unifi.addUserGroup('Team', [front]);
    await call(`POST /user_groups/${team.id}/users`, [ada]);

    await call(`PUT /user_groups/${team.id}/access_policies`, { access_policy_ids: [studio] });

    expect(idsOf(await call(`GET /user_groups/${team.id}/access_policies`))).toEqual([studio]);
    expect(unifi.opens('ada@example.com')).toEqual(['Studio']);
    expect((await call(`POST /user_groups/${team.id}/users`, { ids: [ada] })).json).toMatchObject({
      code: 'CODE_PARAMS_INVALID',
    });
  });

  it.each([
    [true, 2],
    [false, 1],
  ])('are shown where users are expanded; mixed with those of groups: %s', async (expandMixes, count) => {
    await open({ expandMixes });
    unifi.addByHand({ lockUserId: ada, lockId: front });
    unifi.addToGroup(ada, studio);

    const expanded = dataOf(await call('GET /users?expand[]=access_policy'));
    const plain = dataOf(await call('GET /users'));

    const ids = [front, studio].slice(0, count);
    expect(expanded).toMatchObject([{ access_policy_ids: ids, access_policies: ids.map((id) => ({ id })) }]);
    expect(JSON.stringify(plain)).not.toContain('access_polic');
  });

  it('are taken back and people removed by hand', () => {
    const grant = unifi.addByHand({ lockUserId: ada, lockId: front });
    unifi.addToGroup(ada, studio);

    unifi.removeByHand(grant);
    expect(unifi.setsSeen(ada)).toEqual([[], [front], []]);

    unifi.removePerson(ada);
    expect(unifi.people()).toEqual([]);
    expect(
      unifi.userGroups
        .values()
        .flatMap(({ userIds }) => userIds)
        .toArray(),
    ).toEqual([]);
  });
});
