// Own simulator: Kisi's role assignments, their windows by the virtual clock, and what is unknown of them, both ways.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KisiOptions } from '../../src/simulators/kisi/kisi.ts';
import type { Called } from './calls.ts';
import { assigning, type OpenKisi, openKisi } from './open-kisi.ts';

const HOUR = 60 * 60_000;

let world: OpenKisi;

async function open(options: Partial<KisiOptions> = {}): Promise<OpenKisi> {
  await world?.kisi.close();
  world = await openKisi(options);
  return world;
}

beforeEach(() => open());
afterEach(() => world.kisi.close());

const idOf = ({ json }: Called): string => String(new Map(Object.entries(json ?? {})).get('id'));

describe('role assignments', () => {
  it('open a group from the first to before the last second, and never while access is disabled', async () => {
    const { call, kisi, clock, front } = world;
    const ada = kisi.addPerson({ email: 'ada@example.com' });
    const window = { valid_from: '2026-11-30T09:00:00Z', valid_until: '2026-11-30T11:00:00Z' };
    const mayOpen = () =>
      [HOUR - 1, HOUR, 3 * HOUR - 1, 3 * HOUR].map((ms) => kisi.can('ADA@example.com', 'Front door', clock.now() + ms));

    const given = await call('POST /role_assignments', assigning(ada, front.id, window));
    const enabled = mayOpen();
    await call(`PATCH /users/${ada}`, { user: { access_enabled: false } });

    expect(given.status).toBe(200);
    expect(kisi.grants()).toEqual([
      {
        id: idOf(given),
        lockUserId: ada,
        lockId: front.id,
        from: clock.now() + HOUR,
        until: clock.now() + 3 * HOUR,
        note: null,
      },
    ]);
    expect(enabled).toEqual([false, true, true, false]);
    expect(mayOpen()).toEqual([false, false, false, false]);
    expect(kisi.canEver('ada@example.com', 'Front door')).toBe(false);
  });

  it('tell now, later and at all apart', () => {
    const { kisi, clock, front } = world;
    const ada = kisi.addPerson({ email: 'ada@example.com' });
    const id = kisi.addByHand({ lockUserId: ada, lockId: front.id, until: clock.now() + HOUR });

    expect([kisi.opens('ada@example.com'), kisi.canEver('ada@example.com', 'Studio')]).toEqual([['Front door'], false]);
    clock.advance(HOUR);
    expect([kisi.opens('ada@example.com'), kisi.canEver('ada@example.com', 'Front door')]).toEqual([[], false]);
    kisi.removeByHand(id);
    expect(kisi.grants()).toEqual([]);
    expect(() => kisi.can('ada@example.com', 'Fornt door')).toThrow('There is no group');
  });

  it('are listed by user, group, role and kind, ten at a time and without a range', async () => {
    const { call, kisi, front, studio } = world;
    const ben = kisi.addPerson({ email: 'ben@example.com' });
    for (let n = 0; n < 11; n += 1) {
      kisi.addByHand({ lockUserId: kisi.addPerson({ email: `u${n}@example.com` }), lockId: front.id });
    }
    const bens = kisi.addByHand({ lockUserId: ben, lockId: studio.id });
    kisi.addRole(ben, 'organization_owner');
    const group = kisi.groups.get(Number(studio.id));
    if (group) kisi.addRole(ben, 'group_captain', { type: 'Group', group });
    const idsAt = async (query: string): Promise<number[]> => {
      const { json } = await call(`GET /role_assignments?limit=250&${query}`);
      return Array.isArray(json) ? json.map(({ id }) => Number(id)) : [];
    };

    const first = await call('GET /role_assignments');

    expect(first.json).toHaveLength(10);
    expect(first.headers.get('x-collection-range')).toBeNull();
    expect((await call('GET /role_assignments?limit=251')).status).toBe(400);
    expect(await idsAt(`assignee_type=User&assignee_id=${ben}&applies_to_type=Group`)).toHaveLength(2);
    expect(await idsAt(`user_id=${ben}&role_id=group_basic`)).toEqual([Number(bens)]);
    expect(await idsAt(`applies_to_type=Group&applies_to_id=${studio.id}`)).toHaveLength(2);
    expect(await idsAt(`ids=1,${bens}`)).toEqual([Number(bens)]);
    expect(await idsAt('query=ben@')).toHaveLength(3);
    expect(await idsAt('assignee_type=Team')).toEqual([]);
    expect(await idsAt('')).toHaveLength(14);
    expect(kisi.grants()).toHaveLength(12);
  });

  it.each([
    ['an end before its start', { valid_from: '2026-11-30T10:00:00Z', valid_until: '2026-11-30T09:00:00Z' }],
    ['an end at its start', { valid_from: '2026-11-30T09:00:00Z', valid_until: '2026-11-30T10:00:00+01:00' }],
    ['a date that is none', { valid_until: 'soon' }],
    ['a day that is none', { valid_from: '2026-02-30T09:00:00Z' }],
    ['a time without an offset', { valid_from: '2026-11-30T09:00:00' }],
    ['another role', { role_id: 'group_captain' }],
    ['a place', { applies_to_type: 'Place' }],
    ['an id in words', { assignee_id: 'ada' }],
    ['no group', { applies_to_id: undefined }],
  ])('with %s are refused', async (_, more) => {
    const { call, kisi, front } = world;
    const ada = kisi.addPerson({ email: 'ada@example.com' });

    const answer = await call('POST /role_assignments', assigning(ada, front.id, more));

    expect(answer).toMatchObject({ status: 422, json: { errors: expect.any(Object) } });
    expect(kisi.grants()).toEqual([]);
  });

  it.each(['404', '422'] as const)('of nobody, or to nothing, are refused with %s', async (unknownTarget) => {
    const { call, kisi, front } = await open({ switches: { unknownTarget } });
    const ada = kisi.addPerson({ email: 'ada@example.com' });

    const answers = [
      await call('POST /role_assignments', assigning(1, front.id)),
      await call('POST /role_assignments', assigning(ada, 1)),
      // Ids are never of two kinds.
      await call('POST /role_assignments', assigning(front.id, ada)),
      await call('POST /role_assignments', assigning(ada, front.id, { assignee_type: 'Team' })),
    ];

    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(Number(unknownTarget)));
    expect(kisi.grants()).toEqual([]);
  });

  it.each([
    ['taken', 200, 2],
    ['409', 409, 1],
    ['422', 422, 1],
  ] as const)('may be second ones: %s', async (secondAssignment, status, count) => {
    const { call, kisi, front, studio } = await open({ switches: { secondAssignment } });
    const ada = kisi.addPerson({ email: 'ada@example.com' });
    await call('POST /role_assignments', assigning(ada, front.id));

    const second = await call('POST /role_assignments', assigning(ada, front.id, { valid_until: null }));
    const elsewhere = await call('POST /role_assignments', assigning(ada, studio.id));

    expect([second.status, elsewhere.status]).toEqual([status, 200]);
    expect(kisi.grants().filter(({ lockId }) => lockId === front.id)).toHaveLength(count);
  });

  it.each(['works', 'ignored'] as const)('may be moved by a patch that %s', async (patchWindow) => {
    const { call, kisi, clock, front } = await open({ switches: { patchWindow } });
    const ada = kisi.addPerson({ email: 'ada@example.com' });
    const until = clock.now() + HOUR;
    const id = kisi.addByHand({ lockUserId: ada, lockId: front.id, until });
    const move = (window: Record<string, unknown>) =>
      call(`PATCH /role_assignments/${id}`, { role_assignment: window });

    const moved = await move({ valid_until: '2026-11-30T12:00:00Z' });
    const [grant] = kisi.grants();
    const toOpenEnd = await move({ valid_until: null });

    expect([moved.status, toOpenEnd.status]).toEqual([204, 204]);
    expect(grant?.until).toBe(patchWindow === 'works' ? clock.now() + 4 * HOUR : until);
    expect(kisi.grants()[0]?.until).toBe(patchWindow === 'works' ? null : until);
    expect((await move({ valid_from: 'soon' })).status).toBe(422);
    const backwards = { valid_from: '2026-11-30T12:00:00Z', valid_until: '2026-11-30T11:00:00Z' };
    expect((await move(backwards)).status).toBe(patchWindow === 'works' ? 422 : 204);
    expect((await call('PATCH /role_assignments/1', { role_assignment: {} })).status).toBe(404);
  });

  it('are taken away once', async () => {
    const { call, kisi, front } = world;
    const id = kisi.addByHand({ lockUserId: kisi.addPerson({ email: 'ada@example.com' }), lockId: front.id });

    expect((await call(`GET /role_assignments/${id}`)).status).toBe(200);
    expect((await call(`DELETE /role_assignments/${id}`)).status).toBe(204);
    expect((await call(`DELETE /role_assignments/${id}`)).status).toBe(404);
    expect(kisi.opens('ada@example.com')).toEqual([]);
  });
});
