import { describe, expect, it } from 'vitest';
import { readCodeName, writeCodeName } from '../../../src/locks/seam/code-name.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { at, doors, NOW, notFound, refusal, seam, thrownBy, useWire } from './wire.ts';

const HOUR = 3_600_000;
const user = { user_identity: { user_identity_id: 'u1', email_address: 'ada@example.com' } };
const accessCode = (more: Record<string, unknown> = {}) => ({
  access_code_id: 'c1',
  device_id: 'd1',
  name: 'relay:co-up [u1] m1 plan "X"',
  code: '4711',
  status: 'set',
  created_at: '2026-11-30T08:00:00Z',
  errors: [],
  warnings: [],
  type: 'ongoing',
  ...more,
});
const newGrant = (more: { from?: number | null; until?: number | null } = {}) => ({
  lockUserId: 'u1',
  lockId: 'd1',
  from: null,
  until: null,
  note: 'relay:co-up m1 plan "X"',
  ...more,
});

describe('Seam, grants on keypads', () => {
  const on = useWire();

  const list = (...access_codes: object[]) => {
    doors(on, { keypads: ['d1'] });
    on('/access_grants/list').reply(200, { access_grants: [] });
    on('/access_codes/list', { device_id: 'd1' }).reply(200, { access_codes });
  };

  it('reads codes of ours alone, with the lock user out of their names', async () => {
    list(
      accessCode(),
      accessCode({ access_code_id: 'c2', name: 'Cleaner' }),
      accessCode({ access_code_id: 'c3', name: null }),
      accessCode({ access_code_id: 'c4', device_id: 'd2' }),
      accessCode({ access_code_id: 'c5', status: 'removing' }),
    );

    expect(await seam().grants()).toEqual([
      { id: 'code:c1', lockUserId: 'u1', lockId: 'd1', from: null, until: null, note: 'relay:co-up m1 plan "X"' },
    ]);
  });

  it('reads those of one lock user', async () => {
    list(accessCode(), accessCode({ access_code_id: 'c2', name: 'relay:co-up [u2] m2 plan' }));

    expect((await seam().grants({ lockUserId: 'u2' })).map(({ id }) => id)).toEqual(['code:c2']);
  });

  it.each([
    ['set', { status: 'set', errors: [{ message: 'the lock is offline' }] }, undefined],
    ['on its way', { status: 'setting' }, { state: 'pending', words: null }],
    [
      'not there although it has begun',
      { status: 'unset', warnings: [{ message: 'Late' }] },
      { state: 'pending', words: 'Late' },
    ],
    [
      'not there since it begins later',
      { status: 'unset', starts_at: '2026-11-30T10:00:00Z', ends_at: '2026-12-01T00:00:00Z' },
      undefined,
    ],
    [
      'not there since it is over',
      { status: 'unset', starts_at: '2026-11-30T08:00:00Z', ends_at: '2026-11-30T08:30:00Z' },
      undefined,
    ],
    [
      'impossible',
      { status: 'unset', errors: [{ error_code: 'e', message: 'No room beside 0815' }] },
      { state: 'failed', words: 'No room beside [hidden]' },
    ],
    ['of a status that nobody knows', { status: 'resting' }, { state: 'pending', words: null }],
  ])('says how one that is %s stands', async (_what, more, standing) => {
    list(accessCode(more));

    const [grant] = await seam().grants();

    expect(grant?.standing).toEqual(standing);
  });

  it.each([
    ['without a window', {}, {}],
    ['until a moment', { until: NOW + HOUR }, { starts_at: '2026-11-30T09:00:00Z', ends_at: '2026-11-30T10:00:00Z' }],
    ['with a start that is over', { from: NOW - HOUR }, {}],
    [
      'with both',
      { from: NOW + HOUR, until: NOW + 2 * HOUR },
      { starts_at: '2026-11-30T10:00:00Z', ends_at: '2026-11-30T11:00:00Z' },
    ],
    [
      'from a moment on, far into the future',
      { from: NOW + HOUR },
      { starts_at: '2026-11-30T10:00:00Z', ends_at: '2036-11-27T10:00:00Z' },
    ],
  ])('gives one %s, and reads it back as it was asked for', async (_what, window, dates) => {
    doors(on, { keypads: ['d1'] });
    on('/user_identities/get', { user_identity_id: 'u1' }).reply(200, user);
    const name = 'relay:co-up [u1] m1 plan "X"';
    on('/access_codes/create', { device_id: 'd1', name, ...dates }).reply(200, {
      access_code: accessCode({ ...dates, created_at: '2026-11-30T09:00:00.5Z', status: 'setting' }),
    });

    const given = await seam().addGrant(newGrant(window));

    const from = 'from' in window && window.from > NOW ? window.from : null;
    expect(given).toMatchObject({ id: 'code:c1', from, until: 'until' in window ? window.until : null });
    expect(JSON.stringify(given)).not.toContain('4711');
  });

  it('asks once more where the PIN that Seam chose is taken, and no more than once', async () => {
    const taken = { error: { type: 'duplicate_access_code', message: 'Cannot set duplicate access code 0112' } };
    doors(on, { keypads: ['d1'] });
    on('/user_identities/get').times(2).reply(200, user);
    on('/access_codes/create').reply(409, taken);
    on('/access_codes/create').reply(200, { access_code: accessCode() });
    on('/access_codes/create').times(2).reply(409, taken);
    const locks = seam();

    const given = await locks.addGrant(newGrant());
    const error = await thrownBy(locks.addGrant(newGrant()));

    expect(given).toMatchObject({ id: 'code:c1' });
    expect(error).toMatchObject({ name: 'RefusedError', code: 'seam_duplicate_pin' });
    expect(String(error)).not.toContain('0112');
  });

  it('takes a code back at once whose name was not kept, so that it is not made again and again', async () => {
    doors(on, { keypads: ['d1'] });
    on('/user_identities/get').reply(200, user);
    on('/access_codes/create').reply(200, { access_code: accessCode({ name: 'relay:co' }) });
    on('/access_codes/delete', { access_code_id: 'c1' }).reply(200, {});

    expect(await thrownBy(seam().addGrant(newGrant()))).toMatchObject({ code: 'seam_name_not_kept' });
  });

  it('tells that the lock user or the keypad is gone', async () => {
    doors(on, { keypads: ['d1'] });
    on('/user_identities/get').reply(404, notFound);
    on('/user_identities/get').reply(200, user);
    on('/access_codes/create').reply(404, notFound);
    const locks = seam();

    expect(await locks.addGrant(newGrant())).toBe('gone');
    expect(await locks.addGrant(newGrant())).toBe('gone');
  });

  it.each([
    [
      'to another end',
      { from: null, until: NOW + HOUR },
      { starts_at: '2026-11-30T09:00:00Z', ends_at: '2026-11-30T10:00:00Z' },
    ],
    ['to no end', { from: null, until: null }, { starts_at: '2026-11-30T09:00:00Z', ends_at: '2036-11-27T09:00:00Z' }],
  ])('moves %s with both dates, so that the PIN stays', async (_what, to, dates) => {
    on('/access_codes/get', { access_code_id: 'c1' }).reply(200, { access_code: accessCode() });
    on('/access_codes/update', { access_code_id: 'c1', ...dates }).reply(200, { action_attempt: {} });

    expect(await seam().moveGrant('code:c1', to)).toBe('moved');
  });

  it.each([
    ['refused', 400, 'cannot'],
    ['too late', 404, 'gone'],
  ])('tells that a move was %s', async (_what, status, outcome) => {
    on('/access_codes/get').reply(200, { access_code: accessCode() });
    on('/access_codes/update').reply(status, refusal('no'));

    expect(await seam().moveGrant('code:c1', { from: null, until: NOW + HOUR })).toBe(outcome);
  });

  it('moves neither what is gone nor what others made', async () => {
    on('/access_codes/get').reply(404, notFound);
    on('/access_codes/get').reply(200, { access_code: accessCode({ name: 'Cleaner' }) });
    const locks = seam();

    expect(await locks.moveGrant('code:c1', { from: null, until: null })).toBe('gone');
    expect(await locks.moveGrant('code:c2', { from: null, until: null })).toBe('cannot');
  });

  it('takes back, and takes what is gone already for done', async () => {
    on('/access_codes/get').reply(200, { access_code: accessCode() });
    on('/access_codes/delete', { access_code_id: 'c1' }).reply(404, notFound);
    on('/access_codes/get').reply(404, notFound);
    const locks = seam();

    await locks.removeGrant('code:c1');
    await locks.removeGrant('code:c1');
  });

  it('keeps to ten creations a minute on each keypad, each keypad by itself', async () => {
    const calls: string[] = [];
    doors(on, { keypads: ['d1', 'd2'] });
    on('/user_identities/get').times(12).reply(200, user);
    const make = (device_id: string) => () => {
      calls.push(device_id);
      return { access_code: accessCode({ device_id }) };
    };
    on('/access_codes/create', (body) => body.device_id === 'd1')
      .times(10)
      .reply(200, make('d1'));
    on('/access_codes/create', (body) => body.device_id === 'd2').reply(200, make('d2'));
    const stop = new AbortController();
    const locks = seam({ clock: createVirtualClock(NOW), signal: stop.signal });

    const all = Array.from({ length: 11 }, () => locks.addGrant(newGrant()));
    const last = thrownBy(all[10] ?? Promise.resolve());
    await locks.addGrant({ ...newGrant(), lockId: 'd2' });
    await Promise.all(all.slice(0, 10));
    stop.abort();

    expect(await last).toMatchObject({ code: 'seam_stopped', effect: 'none' });
    expect(calls.filter((id) => id === 'd1')).toHaveLength(10);
    expect(calls).toContain('d2');
  });

  it('tells an operator the codes that a lock user has, and nobody else', async () => {
    const grant = {
      access_grant_id: 'g1',
      user_identity_id: 'u1',
      requested_access_methods: [{ mode: 'code' }],
      ends_at: null,
    };
    doors(on, { entrances: ['e1'], keypads: ['d1'] });
    on('/access_codes/list').reply(200, {
      access_codes: [
        accessCode(),
        accessCode({ access_code_id: 'c2', ends_at: '2026-11-30T08:30:00Z', code: '0000' }),
        accessCode({ access_code_id: 'c3', name: 'relay:co-up [u2] m2 r', code: '1111' }),
        accessCode({ access_code_id: 'c4', code: null }),
      ],
    });
    on('/access_grants/list', { user_identity_id: 'u1' }).reply(200, { access_grants: [grant] });
    on('/access_grants/list', { user_identity_id: 'u1', acs_entrance_id: 'e1' }).reply(200, { access_grants: [grant] });
    on('/access_grants/list', { user_identity_id: 'u1', device_id: 'd1' }).reply(200, { access_grants: [] });
    on('/access_methods/list').reply(200, {
      access_methods: [
        { access_method_id: 'm1', mode: 'code', is_issued: true, code: '0815' },
        { access_method_id: 'm2', mode: 'mobile_key', is_issued: true },
      ],
    });

    expect(await seam().codesOf('u1')).toEqual([
      { lockId: 'd1', code: '4711' },
      { lockId: 'e1', code: '0815' },
    ]);
  });
});

describe('the name of a code', () => {
  it('reads back as note and lock user', () => {
    const note = 'relay:co-up m1 plan "X", [not] an id';

    expect(readCodeName(writeCodeName(note, 'u-1'))).toEqual({ note, lockUserId: 'u-1' });
    expect(readCodeName(writeCodeName('relay:co-up', 'u1'))).toEqual({ note: 'relay:co-up', lockUserId: 'u1' });
  });

  it.each([
    'relay:co-up m1 plan',
    'Front door [u1] m1',
    'relay:co-up [] m1',
    'relay: [u1] m1',
    'relay:co-up [u1',
    null,
  ])('of others names nobody: %s', (name) => {
    expect(readCodeName(name)).toBeUndefined();
  });

  it('holds the lock user where a lock has cut the reason', () => {
    expect(readCodeName(writeCodeName('relay:co-up m1 a long reason', 'u1').slice(0, 24))?.lockUserId).toBe('u1');
  });
});

describe('Seam, windows and notes', () => {
  it('adjusts to whole seconds and to a note of 150 characters', () => {
    const adjusted = seam().adjust({ from: at('2026-11-30T09:00:00.900Z'), until: null, note: 'n'.repeat(160) });

    expect(adjusted).toEqual({ from: NOW, until: null, note: 'n'.repeat(150) });
    expect(seam().adjust(adjusted)).toEqual(adjusted);
  });
});
