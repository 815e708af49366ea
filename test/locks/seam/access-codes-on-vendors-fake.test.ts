// The code half of the connector against the vendor's own fake (@seamapi/fake-seam-connect 1.86.0): *vendor's fake*. It has
// no access grants, and of user identities not even the reading of one: fake-front.ts answers for both. Its defects that are met: a status never changes, and lists of codes are not filtered by device.
import buffer from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { TransientError, UnauthorizedError } from '../../../src/lib/errors.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { createSeam } from '../../../src/locks/seam/connector.ts';
import { type FakeFront, openFakeFront } from './fake-front.ts';
import { thrownBy } from './wire.ts';

/** Its bundled libraries ask for a part of Node that is gone. */
Object.assign(buffer, { SlowBuffer: buffer.Buffer });
const { createFake } = await import('@seamapi/fake-seam-connect');

const HOUR = 3_600_000;

describe("Seam's codes on the vendor's fake", () => {
  let fake: Awaited<ReturnType<typeof createFake>>;
  let front: FakeFront;
  let url = '';
  let locks: LockSystem;
  const connect = (token: string) =>
    createSeam({
      settings: { token, url: front.url, webhookSecret: null, accessMethods: ['code'] },
      clock: systemClock,
    });

  beforeEach(async () => {
    fake = await createFake();
    await fake.seed();
    await fake.startServer();
    url = fake.serverUrl ?? '';
    front = await openFakeFront(url, ['john_user_identity_id']);
    locks = connect('seam_apikey1_token');
  });
  afterEach(async () => {
    await front.close();
    await fake.stopServer();
  });

  const wholeSecond = Math.floor(Date.now() / 1000) * 1000;
  const newGrant = (more: { from?: number | null; until?: number | null; lockId?: string } = {}) => ({
    lockUserId: 'john_user_identity_id',
    lockId: 'august_device_1',
    from: null,
    until: null,
    note: 'relay:co-up m1 plan "X"',
    ...more,
  });
  const codes = () => fake.database.access_codes.map(({ name, device_id }) => ({ name, device_id }));
  async function given(more: Parameters<typeof newGrant>[0] = {}) {
    const grant = await locks.addGrant(newGrant(more));
    if (typeof grant === 'string') throw new Error(grant);
    return grant;
  }

  it('takes the locks with a keypad for locks, and nothing else', async () => {
    expect((await locks.locks()).map(({ id }) => id)).toEqual([
      'august_device_1',
      'august_device_2',
      'schlage_device_id',
    ]);
  });

  it('gives, reads back and takes back a code', async () => {
    const grant = await given();

    expect(codes()).toEqual([
      { name: 'relay:co-up [john_user_identity_id] m1 plan "X"', device_id: 'august_device_1' },
    ]);
    expect(await locks.grants()).toEqual([grant]);
    expect(await locks.grants({ lockUserId: 'john_user_identity_id' })).toEqual([grant]);
    expect(await locks.grants({ lockUserId: 'jane' })).toEqual([]);

    await locks.removeGrant(grant.id);
    await locks.removeGrant(grant.id);
    expect(codes()).toEqual([]);
  });

  it('lists a code at its own keypad once, although the fake lists it at every one', async () => {
    await given();
    await given({ lockId: 'august_device_2' });

    expect((await locks.grants()).map(({ lockId }) => lockId).toSorted()).toEqual([
      'august_device_1',
      'august_device_2',
    ]);
  });

  it.each([
    ['with both ends', { from: wholeSecond + HOUR, until: wholeSecond + 2 * HOUR }],
    ['with an end', { until: wholeSecond + 2 * HOUR }],
    ['with a start', { from: wholeSecond + HOUR }],
    ['without a window', {}],
  ])('reads a window back as it was asked for: %s', async (_what, window) => {
    const { from, until } = await given(window);

    expect({ from, until }).toEqual({ from: null, until: null, ...window });
    expect(await locks.grants()).toMatchObject([{ from, until }]);
  });

  it('moves a window, and the PIN stays', async () => {
    const { id } = await given();
    const before = await locks.codesOf('john_user_identity_id');

    expect(await locks.moveGrant(id, { from: wholeSecond + HOUR, until: wholeSecond + 2 * HOUR })).toBe('moved');

    expect(await locks.grants()).toMatchObject([{ id, from: wholeSecond + HOUR, until: wholeSecond + 2 * HOUR }]);
    expect(await locks.codesOf('john_user_identity_id')).toEqual(before);
    expect(before).toEqual([{ lockId: 'august_device_1', code: fake.database.access_codes[0]?.code }]);
  });

  it('tells that a keypad, a lock user or a code is gone', async () => {
    expect(await locks.addGrant(newGrant({ lockId: 'no_device' }))).toBe('gone');
    expect(await locks.addGrant({ ...newGrant(), lockUserId: 'nobody' })).toBe('gone');
    expect(await locks.moveGrant('code:none', { from: null, until: null })).toBe('gone');
    expect(codes()).toEqual([]);
  });

  it('leaves codes of others as they are', async () => {
    fake.database.addAccessCode({
      device_id: 'august_device_1',
      name: 'Cleaner',
      code: '1234',
      workspace_id: 'seed_workspace_1',
    });
    const grant = await given();
    await locks.removeGrant(grant.id);

    expect(await locks.grants()).toEqual([]);
    expect(codes()).toEqual([{ name: 'Cleaner', device_id: 'august_device_1' }]);
  });

  it('says that it may not, and that the workspace is down, and takes neither for no codes', async () => {
    await given();

    expect(await thrownBy(connect('seam_wrong_token').grants())).toBeInstanceOf(UnauthorizedError);

    await fetch(`${url}/_fake/simulate_workspace_outage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        workspace_id: 'seed_workspace_1',
        routes: ['/access_codes/list', '/access_codes/create'],
      }),
    });
    expect(await thrownBy(locks.grants())).toBeInstanceOf(TransientError);
    expect(await thrownBy(locks.addGrant(newGrant()))).toBeInstanceOf(TransientError);
    expect(codes()).toHaveLength(1);
  });

  it('knows whose code opened a lock, and lists that opening', async () => {
    const { id } = await given();
    fake.database.addEvent({
      event_type: 'lock.unlocked',
      device_id: 'august_device_1',
      access_code_id: id.slice('code:'.length),
      method: 'keycode',
      workspace_id: 'seed_workspace_1',
      connected_account_id: 'john_connected_account_id',
    });

    const [opening] = await locks.openingsSince(wholeSecond - HOUR);

    expect(opening).toMatchObject({ lockUserId: id, lockId: 'august_device_1' });
    expect(await locks.holderOf(id)).toBe('john_user_identity_id');
  });

  it('finds no webhook in an empty workspace', async () => {
    expect((await locks.checkUp()).map(({ ok }) => ok)).toEqual([true, false]);
  });
});
