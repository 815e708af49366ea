// Own simulator: Kisi's event sets, from which openings that no webhook told are caught up.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KisiOptions } from '../../src/simulators/kisi/kisi.ts';
import { type OpenKisi, openKisi } from './open-kisi.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

let world: OpenKisi;
let ada = '';

async function open(options: Partial<KisiOptions> = {}): Promise<OpenKisi> {
  await world?.kisi.close();
  world = await openKisi(options);
  ada = world.kisi.addPerson({ email: 'ada@example.com', name: 'Ada' });
  world.kisi.addByHand({ lockUserId: ada, lockId: world.front.id });
  return world;
}

beforeEach(() => open());
afterEach(() => world.kisi.close());

const eventSet = z.object({
  id: z.number(),
  status: z.string(),
  interval: z.string(),
  events: z.array(z.record(z.string(), z.unknown())).nullable(),
  cursor: z.string().nullable(),
});

async function search(asked: Record<string, unknown>) {
  return eventSet.parse((await world.call('POST /event_sets', { event_set: asked })).json);
}

const read = async (id: number, query = '') => eventSet.parse((await world.call(`GET /event_sets/${id}${query}`)).json);

describe('an event set', () => {
  const everything = { interval: '2026-09-01T08:00:00Z/2026-11-30T08:00:00Z', event_type: 'lock.unlock' };

  it('is made later: two looks too early, then all of its pages, newest first', async () => {
    const { kisi, clock, front } = world;
    for (let n = 0; n < 120; n += 1)
      await kisi.openLock(ada, front.id, { lose: true, occurredAt: clock.now() - n * 60_000 });

    const made = await search(everything);
    const early = await read(made.id);
    const first = await read(made.id);
    const second = await read(made.id, `?cursor=${first.cursor}`);
    const third = await read(made.id, `?limit=50&cursor=${second.cursor}`);

    expect([made, early]).toMatchObject([
      { status: 'in_progress', events: null, cursor: null },
      { status: 'in_progress', events: null, cursor: null },
    ]);
    const pages = [first, second, third].map(({ events }) => events ?? []);
    expect(pages.map((page) => page.length)).toEqual([50, 50, 20]);
    expect([first.status, third.cursor]).toEqual(['finished', null]);
    expect(pages.flat().map(({ uuid }) => uuid)).toEqual(kisi.events.map(({ uuid }) => uuid));
  });

  it('has the full form of an event', async () => {
    const { kisi, front } = await open({ switches: { eventSets: 'at once' } });
    const [assignment = 0] = kisi.roleAssignments.keys();
    await kisi.openLock(ada, front.id);

    const { events } = await search(everything);

    expect(events).toMatchObject([
      {
        action: 'unlock',
        actor_email: 'ada@example.com',
        authenticated_by_type: 'Card',
        authorized_by_id: assignment,
        authorized_by_role_id: 'group_basic',
        success: true,
        details: {},
      },
    ]);
  });

  it('may be there at once, oldest first, or fail', async () => {
    const { kisi, front, clock } = await open({ switches: { eventSets: 'at once', eventOrder: 'oldest first' } });
    await kisi.openLock(ada, front.id, { lose: true });
    await kisi.openLock(ada, front.id, { lose: true, occurredAt: clock.now() - HOUR });
    const made = await search(everything);
    kisi.switches.eventSets = 'fail';
    await read(made.id);

    expect(made.events?.map((event) => event['created_at'])).toEqual(['2026-11-30T07:00:00Z', '2026-11-30T08:00:00Z']);
    expect(await read(made.id)).toMatchObject({ status: 'failed', events: null });
  });

  it.each([
    [{ event_type: 'lock.unlock' }, [true, false, 'nobody']],
    [{ event_type: 'lock.unlock,lock.held_open' }, [true, false, 'nobody', 'held open']],
    [{ event_success: true, event_actor_type: 'User' }, [true]],
    [{ event_success: false }, [false]],
    [{ event_actor_id: 1 }, []],
    [{ event_object_id: null, event_place_id: 101, event_actor_type: 'User' }, [true, false]],
    [{ place_id: 5 }, []],
  ])('asked for %j has %j', async (asked, expected) => {
    const { kisi, front } = await open({ switches: { eventSets: 'at once', eventOrder: 'oldest first' } });
    await kisi.openLock(ada, front.id);
    await kisi.refuseAtLock(ada, front.id);
    await kisi.happen(front.id);
    await kisi.happen(front.id, { type: 'lock.held_open' });
    const nameOf = (event: Record<string, unknown>) => {
      if (event['type'] !== 'lock.unlock') return 'held open';
      return event['actor_id'] === null ? 'nobody' : event['success'];
    };

    const { events } = await search(asked);

    expect(events?.map(nameOf)).toEqual(expected);
  });

  it.each([
    ['2026-11-30T07:00:00Z/2026-11-30T08:00:00Z', 2],
    ['2026-11-30T08:30:00+01:00/2026-11-30T08:00:00Z', 1],
    ['PT30M/2026-11-30T08:00:00Z', 1],
    ['2026-11-30T07:00:00Z/P1D', 2],
    ['2026-11-30T07:00:01Z/PT1M', 0],
  ])('of %s has %i', async (interval, count) => {
    const { kisi, front, clock } = await open({ switches: { eventSets: 'at once' } });
    await kisi.openLock(ada, front.id);
    await kisi.openLock(ada, front.id, { occurredAt: clock.now() - HOUR });

    expect((await search({ interval })).events).toHaveLength(count);
  });

  it.each([
    { interval: '2026-09-01T07:59:59Z/2026-11-30T08:00:00Z' },
    { interval: '2026-11-30T08:00:00Z/2026-11-30T07:00:00Z' },
    { interval: '2026-11-30T08:00:00Z' },
    { interval: 'P1D' },
    { interval: 'yesterday/today' },
    { event_actor_id: 'ada' },
    { place_id: 1, event_place_id: 1 },
  ])('of %j is refused', async (asked) => {
    expect(await world.call('POST /event_sets', { event_set: asked })).toMatchObject({
      status: 422,
      json: { errors: expect.any(Object) },
    });
  });

  it('is of 90 days unless asked, is a picture of its moment, and kept for a day', async () => {
    const { kisi, front, clock, call } = await open({ switches: { eventSets: 'at once' } });
    const made = await search({});
    await kisi.openLock(ada, front.id);

    expect(made.interval).toBe('2026-09-01T08:00:00Z/2026-11-30T08:00:00Z');
    expect((await read(made.id)).events).toEqual([]);
    expect((await call(`GET /event_sets/${made.id}?cursor=nonsense`)).status).toBe(400);
    expect((await call(`GET /event_sets/${made.id}?limit=0`)).status).toBe(400);
    clock.advance(DAY + 1);
    expect((await call(`GET /event_sets/${made.id}`)).status).toBe(404);
  });
});
