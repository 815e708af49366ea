// Access grants of the simulated Seam (own simulator): they take effect later, may fail in parts, and end later.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeamOptions } from '../../src/simulators/seam/seam.ts';
import type { Called } from './calls.ts';
import { at, HOUR, ids, iso, type OpenSeam, openSeam } from './open-seam.ts';

const EMAIL = 'ada@example.com';
const times = { issueAfterMs: 1000, deleteAfterMs: 1000, updateAfterMs: 1000, setAfterMs: 1000 };

let world: OpenSeam;
let ada: string;
let front: string;
let studio: string;

async function open(options: Partial<SeamOptions> = {}): Promise<OpenSeam> {
  await world?.seam.close();
  world = await openSeam({ times, keypads: ['Studio'], ...options });
  const [one, two] = world.seam.addLocks('Front door', 'Studio');
  [front, studio] = [one?.id ?? '', two?.id ?? ''];
  ada = world.seam.addPerson({ email: EMAIL });
  return world;
}
beforeEach(async () => void (await open()));
afterEach(() => world.seam.close());

const give = (more: Record<string, unknown> = {}): Promise<Called> =>
  world.call('access_grants/create', {
    user_identity_id: ada,
    acs_entrance_ids: [front],
    requested_access_methods: [{ mode: 'mobile_key' }],
    ...more,
  });
const idOf = (answer: Called) => String(at(answer, 'access_grant.access_grant_id'));
const look = (id: string) => world.call('access_grants/get', { access_grant_id: id });
const methodsOf = (id: string) => world.call('access_methods/list', { access_grant_id: id });
const can = (ms = 0) => world.seam.can(EMAIL, 'Front door', world.clock.now() + ms);
const told = () => world.seam.workspace.events.map(({ type }) => type);

describe('an access grant', () => {
  it('is accepted at once and good for nothing until its methods are issued', async () => {
    const made = await give({ name: 'relay:a Full Time', access_grant_key: 'k' });
    const id = idOf(made);
    const before = { method: await methodsOf(id), can: can(), ever: world.seam.canEver(EMAIL, 'Front door') };
    const pending = world.seam.grants();
    world.clock.advance(999);
    const almost = can();
    world.clock.advance(1);

    expect(at(made, 'access_grant.pending_mutations.0.mutation_code')).toBe('provisioning_access');
    expect(at(before.method, 'access_methods.0')).toMatchObject({ is_issued: false, issued_at: null });
    expect([before.can, before.ever, almost, can()]).toEqual([false, true, false, true]);
    expect(pending).toMatchObject([{ note: 'relay:a Full Time', standing: { state: 'pending' } }]);
    expect(world.seam.grants()).toEqual([
      {
        id: `${id}/${front}`,
        lockUserId: ada,
        lockId: front,
        from: world.clock.now() - 1000,
        until: null,
        note: 'relay:a Full Time',
      },
    ]);
    expect(at(await methodsOf(id), 'access_methods.0')).toMatchObject({
      is_issued: true,
      issued_at: iso(world.clock.now()),
      pending_mutations: [],
    });
    expect(told()).toEqual([
      'access_grant.created',
      'access_method.created',
      'access_method.issued',
      'access_grant.access_granted_to_door',
      'access_grant.access_granted_to_all_doors',
    ]);
  });

  it('opens from the first to the last millisecond of its window, and not at its end', async () => {
    const start = world.clock.now() + HOUR;
    await give({ starts_at: iso(start), ends_at: iso(start + HOUR) });
    world.clock.advance(1000);
    const ahead = [-1, 0, HOUR - 1, HOUR].map((ms) => world.seam.can(EMAIL, 'Front door', start + ms));

    const whenThere = [HOUR - 1001, 1, HOUR - 1, 1].map((ms) => {
      world.clock.advance(ms);
      return can();
    });

    expect(ahead).toEqual([false, true, true, false]);
    expect(whenThere).toEqual([false, true, true, false]);
    expect(world.seam.canEver(EMAIL, 'Front door')).toBe(false);
  });

  it('does not tell its doors; only the filters of the list do', async () => {
    const entrance = idOf(await give());
    const requested_access_methods = [{ mode: 'code' }];
    const onKeypad = { acs_entrance_ids: [], device_ids: [studio], requested_access_methods };
    const device = idOf(await give({ ...onKeypad, access_grant_key: 'k' }));
    const space = world.seam.workspace.addSpace('All', [front, studio], 'all');
    const inSpace = idOf(await give({ acs_entrance_ids: [], space_keys: ['all'], reservation_key: 'r' }));
    const list = async (filter: object) => {
      const answer = await world.call('access_grants/list', filter);
      return ids(answer, 'access_grants', 'access_grant_id');
    };
    const code = world.seam.accessCodes.all.values().next().value?.id;

    expect((await look(entrance)).text).not.toContain(front);
    expect(await list({})).toEqual([entrance, device, inSpace]);
    expect(await list({ acs_entrance_id: front })).toEqual([entrance, inSpace]);
    expect(await list({ device_id: studio })).toEqual([device, inSpace]);
    expect(await list({ space_id: space.id })).toEqual([inSpace]);
    expect(await list({ access_grant_key: 'k' })).toEqual([device]);
    expect(await list({ reservation_key: 'r' })).toEqual([inSpace]);
    expect(await list({ access_code_id: code })).toEqual([device]);
    expect(await list({ acs_system_id: world.seam.workspace.systemId })).toEqual([entrance, inSpace]);
    expect(await list({ user_identity_id: 'nobody' })).toEqual([]);
    expect(await list({ user_identity_id: ada, acs_entrance_id: front, limit: 1 })).toEqual([entrance]);
  });

  it.each([
    ['an end that is past', { ends_at: '2026-11-30T07:59:59Z' }, 400],
    ['an end of long ago', { ends_at: '1970-01-01T00:00:00Z' }, 400],
    ['an end right now', { ends_at: '2026-11-30T08:00:00Z' }, 400],
    ['an end at its start', { starts_at: '2026-11-30T09:00:00Z', ends_at: '2026-11-30T09:00:00Z' }, 400],
    ['an end of null', { ends_at: null }, 200],
    ['a start that is past', { starts_at: '2026-11-30T07:00:00Z' }, 200],
    ['a start of null', { starts_at: null }, 400],
    ['a time that is none', { starts_at: 'soon' }, 400],
    ['no door', { acs_entrance_ids: [] }, 400],
    ['a door that is not there', { acs_entrance_ids: ['x'] }, 404],
    ['a device that is not there', { device_ids: ['x'] }, 404],
    ['a space that is not there', { space_ids: ['x'] }, 404],
    ['nobody', { user_identity_id: undefined }, 400],
    ['somebody who is not there', { user_identity_id: 'x' }, 404],
    ['somebody new', { user_identity_id: undefined, user_identity: { full_name: 'Ben' } }, 200],
    ['somebody new with a taken email', { user_identity_id: undefined, user_identity: { email_address: EMAIL } }, 409],
    ['no method', { requested_access_methods: [] }, 400],
    ['a method that is none', { requested_access_methods: [{ mode: 'pigeon' }] }, 400],
  ])('is judged with %s', async (_, more, status) => {
    expect((await give(more)).status).toBe(status);
    expect(world.seam.accessGrants.all.size).toBe(status === 200 ? 1 : 0);
  });

  it('may refuse starts that are past', async () => {
    await open({ switches: { pastStart: 'refused' } });

    expect((await give({ starts_at: '2026-11-30T07:59:59Z' })).status).toBe(400);
    expect((await give({ starts_at: '2026-11-30T08:00:00Z' })).status).toBe(200);
  });

  it('has a key of its own until it is gone', async () => {
    const id = idOf(await give({ access_grant_key: 'k' }));
    const again = await give({ access_grant_key: 'k' });
    await world.call('access_grants/delete', { access_grant_id: id });
    const whileDeleting = await give({ access_grant_key: 'k' });
    world.clock.advance(1000);

    expect([again.status, whileDeleting.status, (await give({ access_grant_key: 'k' })).status]).toEqual([
      409, 409, 200,
    ]);
    await open({ switches: { duplicates: '400' } });
    await give({ access_grant_key: 'k' });
    expect((await give({ access_grant_key: 'k' })).status).toBe(400);
  });
});

describe('issuing', () => {
  const both = { requested_access_methods: [{ mode: 'mobile_key' }, { mode: 'code' }] };

  it('may fail for one method, and the others open', async () => {
    world.seam.accessGrants.failIssuing(() => true, { mode: 'code', message: 'No room on the reader.' });

    const id = idOf(await give(both));
    world.clock.advance(1000);

    const methods = await methodsOf(id);
    expect(ids(methods, 'access_methods', 'is_issued')).toEqual(['true', 'false']);
    expect(at(methods, 'access_methods.1.errors.0')).toMatchObject({
      error_code: 'failed_to_issue',
      message: 'No room on the reader.',
    });
    expect(at(await look(id), 'access_grant.warnings.0.warning_code')).toBe('underprovisioned_access');
    expect([can(), world.seam.grants()[0]?.standing]).toEqual([true, undefined]);
    expect(told()).toContain('access_method.failed_to_issue');
    expect(told()).not.toContain('access_grant.access_granted_to_all_doors');
  });

  it('may fail for every method, only for those that match, and until it is lifted', async () => {
    const lift = world.seam.accessGrants.failIssuing(({ name }) => name === 'bad', { message: 'Not today.' });

    const bad = idOf(await give({ name: 'bad' }));
    world.clock.advance(HOUR);
    const failed = { can: can(), ever: world.seam.canEver(EMAIL, 'Front door'), grants: world.seam.grants() };
    lift();
    await give({ name: 'bad' });
    world.clock.advance(1000);

    expect(failed).toMatchObject({ can: false, ever: false });
    expect(failed.grants[0]?.standing).toEqual({ state: 'failed', words: 'Not today.' });
    expect(at(await look(bad), 'access_grant.display_status')).toBe('Failed');
    expect(can()).toBe(true);
  });

  it('may not even begin', async () => {
    world.seam.accessGrants.failIssuing(() => true, { mode: 'none at all' });

    const made = await give();

    expect(at(made, 'access_grant')).toMatchObject({
      access_method_ids: [],
      errors: [{ error_code: 'cannot_create_requested_access_methods' }],
    });
    expect(world.seam.grants()[0]?.standing?.state).toBe('failed');
    expect(told()).toContain('access_grant.could_not_create_requested_access_methods');
  });

  it('may take longer, and says so', async () => {
    const lift = world.seam.accessGrants.delayIssuing(() => true, 5000);

    const id = idOf(await give());
    world.clock.advance(1000);
    const late = { can: can(), warning: at(await methodsOf(id), 'access_methods.0.warnings.0.warning_code') };
    world.clock.advance(5000);
    lift();

    expect(late).toEqual({ can: false, warning: 'delay_in_issuing' });
    expect([can(), at(await methodsOf(id), 'access_methods.0.warnings')]).toEqual([true, []]);
    expect(told()).toContain('access_method.delay_in_issuing');
  });

  it('makes a PIN for a code, puts it on keypads, and another one where it is taken', async () => {
    const onKeypad = { acs_entrance_ids: [], device_ids: [studio] };
    const first = idOf(await give({ ...onKeypad, requested_access_methods: [{ mode: 'code', code: '4711' }] }));
    const second = await give({ ...onKeypad, requested_access_methods: [{ mode: 'code', code: '4711' }] });
    world.clock.advance(1000);

    const pins = world.seam.accessCodes.all.values().map(({ pin }) => pin);
    expect(at(await methodsOf(first), 'access_methods.0.code')).toBe('4711');
    expect(at(second, 'access_grant.warnings.0.warning_code')).toBe('requested_code_unavailable');
    expect(new Set(pins).size).toBe(2);
    expect(ids(await world.call('access_codes/list', { device_id: studio }), 'access_codes', 'status')).toEqual([
      'set',
      'set',
    ]);
    const bare = world.seam.workspace.addDevice('Shed', { keypad: false });
    const none = await give({
      acs_entrance_ids: [],
      device_ids: [bare.id],
      requested_access_methods: [{ mode: 'code' }],
    });
    expect(at(none, 'access_grant.warnings.0.warning_code')).toBe('device_does_not_support_access_codes');
  });
});

describe('changing', () => {
  const shorter = () => ({ ends_at: iso(world.clock.now() + HOUR) });
  const change = (id: string, more: object) => world.call('access_grants/update', { access_grant_id: id, ...more });

  it('takes times and a name, and no doors', async () => {
    const id = idOf(await give());

    expect((await change(id, { name: 'New', ...shorter() })).json).toEqual({ ok: true });
    expect(at(await look(id), 'access_grant')).toMatchObject({ name: 'New', ends_at: iso(world.clock.now() + HOUR) });
    expect((await change(id, { acs_entrance_ids: [studio] })).status).toBe(400);
    expect((await change(id, { ends_at: '2026-11-30T07:00:00Z' })).status).toBe(400);
    expect((await change(id, { starts_at: iso(world.clock.now() + 2 * HOUR) })).status).toBe(400);
    expect((await change('x', { name: 'New' })).status).toBe(404);
    expect((await world.call('access_grants/update', { name: 'New' })).status).toBe(400);
  });

  it('leaves the old times in effect until the new ones have arrived, and shuts nobody out', async () => {
    const id = idOf(await give());
    world.clock.advance(1000);

    await change(id, shorter());
    const during = at(await look(id), 'access_grant');
    const open = [0, 999].map((ms) => world.seam.can(EMAIL, 'Front door', world.clock.now() + ms));
    const later = [999, 1000].map((ms) => world.seam.can(EMAIL, 'Front door', world.clock.now() + ms + HOUR));
    world.clock.advance(1000);

    expect(during).toMatchObject({ warnings: [{ warning_code: 'updating_access_times' }] });
    expect([open, later]).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(at(await look(id), 'access_grant')).toMatchObject({ warnings: [], pending_mutations: [] });
    expect(can(HOUR - 1001)).toBe(true);
    expect(can(HOUR - 1000)).toBe(false);
    expect(told()).toContain('access_grant.access_times_changed');
  });

  it('keeps a window that begins later shut, and the old one open, until it has arrived', async () => {
    const id = idOf(await give());
    world.clock.advance(1000);

    await change(id, { starts_at: iso(world.clock.now() + HOUR) });
    const before = can();
    world.clock.advance(1000);

    expect([before, can(), can(HOUR)]).toEqual([true, false, true]);
  });

  it('of what is not issued yet comes with the issuing', async () => {
    const id = idOf(await give());

    await change(id, { starts_at: iso(world.clock.now() + HOUR) });
    world.clock.advance(1000);

    expect([can(), can(HOUR)]).toEqual([false, true]);
  });

  it.each([
    ['at once', 200, false],
    ['refused', 400, true],
  ] as const)('times: %s', async (updateWindow, status, stays) => {
    await open({ switches: { updateWindow } });
    const id = idOf(await give());
    world.clock.advance(1000);

    const answer = await change(id, shorter());

    expect(answer.status).toBe(status);
    expect([can(), can(HOUR)]).toEqual([true, stays]);
  });
});

describe('deleting', () => {
  it.each([
    ['open', true],
    ['shut', false],
  ] as const)('takes a while, and it is %s meanwhile', async (whileDeleting, opens) => {
    await open({ switches: { whileDeleting } });
    const id = idOf(await give());
    world.clock.advance(1000);

    const answer = await world.call('access_grants/delete', { access_grant_id: id });
    const during = { grant: await look(id), can: can(), ever: world.seam.canEver(EMAIL, 'Front door') };
    const again = await world.call('access_grants/delete', { access_grant_id: id });
    const mine = world.seam.grants();
    world.clock.advance(999);
    const almost = can();
    world.clock.advance(1);

    expect([answer.json, again.status]).toEqual([{ ok: true }, 200]);
    expect(at(during.grant, 'access_grant')).toMatchObject({
      warnings: [{ warning_code: 'being_deleted' }],
      pending_mutations: [{ mutation_code: 'revoking_access' }],
    });
    expect([during.can, during.ever, almost, mine]).toEqual([opens, opens, opens, []]);
    expect([can(), world.seam.canEver(EMAIL, 'Front door')]).toEqual([false, false]);
    expect([
      (await look(id)).status,
      (await world.call('access_grants/delete', { access_grant_id: id })).status,
    ]).toEqual([404, 404]);
    expect(told().slice(-3)).toEqual(['access_method.revoked', 'access_method.deleted', 'access_grant.deleted']);
  });

  it('before it is issued means that it never is', async () => {
    const id = idOf(await give());

    await world.call('access_grants/delete', { access_grant_id: id });
    const ever = world.seam.canEver(EMAIL, 'Front door');
    world.clock.advance(HOUR);

    expect([ever, can()]).toEqual([false, false]);
    expect(told()).not.toContain('access_method.issued');
  });

  it('what only begins afterwards means that it never opens', async () => {
    const id = idOf(await give({ starts_at: iso(world.clock.now() + HOUR) }));
    world.clock.advance(1000);
    const before = world.seam.canEver(EMAIL, 'Front door');

    await world.call('access_grants/delete', { access_grant_id: id });

    expect([before, world.seam.canEver(EMAIL, 'Front door'), can(HOUR)]).toEqual([true, false, false]);
  });
});

describe('by hand', () => {
  it('access grants are in effect at once, and gone at once, with all of their doors', async () => {
    const id = world.seam.addByHand({
      lockUserId: ada,
      lockId: front,
      note: 'Cleaner',
      until: world.clock.now() + HOUR,
    });
    const given = [can(), can(HOUR), world.seam.opens(EMAIL)];
    const listed = world.seam.grants();
    world.seam.removeByHand(id);

    expect(given).toEqual([true, false, ['Front door']]);
    expect(listed).toMatchObject([{ id, note: 'Cleaner', until: world.clock.now() + HOUR }]);
    expect([can(), world.seam.grants()]).toEqual([false, []]);
    expect(() => world.seam.removeByHand(id)).toThrow('no grant');
    await give({ device_ids: [studio] });
    world.seam.removePerson(ada);
    world.clock.advance(1000);
    expect([world.seam.grants(), world.seam.people(), world.seam.opens(EMAIL)]).toEqual([[], [], []]);
  });

  it('grants are called as the connector calls them, and the younger one wins where two are the same', async () => {
    await open({ idOf: ({ key }, door) => `${key?.split(':')[0]}/${door}` });

    await give({ access_grant_key: 'line:1', name: 'old' });
    await give({ access_grant_key: 'line:2', name: 'new' });

    expect(world.seam.grants()).toMatchObject([{ id: `line/${front}`, note: 'new' }]);
  });
});
