import { describe, expect, it } from 'vitest';
import { UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { at, NOW, notFound, seam, thrownBy, useWire } from './wire.ts';

const types = ['lock.unlocked', 'lock.access_denied'];
const event = (event_id: string, more: object = {}) => ({
  event_id,
  event_type: 'lock.unlocked',
  occurred_at: '2026-11-30T08:30:00Z',
  device_id: 'd1',
  access_code_id: 'c1',
  ...more,
});

describe('Seam, catching up with openings', () => {
  const on = useWire();
  const path = '/events/list';

  it('lists those that name somebody, oldest first', async () => {
    on(path, { since: '2026-11-30T08:00:00Z', event_types: types, limit: 100 }).reply(200, {
      events: [
        event('ev3', { occurred_at: '2026-11-30T08:40:00.5Z', event_type: 'lock.access_denied' }),
        event('ev2', { access_code_id: null, user_identity_id: 'u1', acs_entrance_id: 'e1', device_id: null }),
        event('ev0', { access_code_id: undefined, method: 'manual' }),
        event('ev1', { occurred_at: '2026-11-30T08:20:00Z' }),
        event('ev1', { occurred_at: '2026-11-30T08:20:00Z' }),
        event('ev9', { event_type: 'device.connected' }),
      ],
      ok: true,
    });

    expect(await seam().openingsSince(at('2026-11-30T08:00:00Z'))).toEqual([
      { id: 'ev1', lockUserId: 'code:c1', lockId: 'd1', lockName: null, occurredAt: at('2026-11-30T08:20:00Z') },
      { id: 'ev2', lockUserId: 'u1', lockId: 'e1', lockName: null, occurredAt: at('2026-11-30T08:30:00Z') },
      {
        id: 'ev3',
        lockUserId: 'code:c1',
        lockId: 'd1',
        lockName: null,
        occurredAt: at('2026-11-30T08:40:00Z'),
        refused: 'the lock denied access',
      },
    ]);
  });

  it('follows pages where there are some', async () => {
    const pagination = { has_next_page: true, next_page_cursor: 'p2' };
    on(path).reply(200, { events: [event('ev1')], pagination });
    on(path, { since: '2026-11-30T08:00:00Z', event_types: types, limit: 100, page_cursor: 'p2' }).reply(200, {
      events: [event('ev2')],
    });

    expect((await seam().openingsSince(at('2026-11-30T08:00:00Z'))).map(({ id }) => id)).toEqual(['ev1', 'ev2']);
  });

  it('reads a list that may have been cut in two halves, and loses none', async () => {
    const first = at('2026-11-30T08:00:00Z');
    const all = Array.from({ length: 150 }, (_, index) => ({ index, time: first + index * 20_000 }));
    const inside = (from: number, to: number) => ({
      events: all
        .filter(({ time }) => time > from && time < to)
        .slice(0, 100)
        .map(({ index, time }) => event(`ev${index}`, { occurred_at: new Date(time).toISOString() })),
    });
    on(path, (body) => 'since' in body).reply(200, inside(first - 1, NOW));
    const between = (body: Record<string, unknown>): [number, number] => {
      const span = Array.isArray(body['between']) ? body['between'].map(String) : [];
      return [at(span[0] ?? ''), at(span[1] ?? '')];
    };
    let asked: [number, number] = [0, 0];
    on(path, (body) => {
      if (!('between' in body)) return false;
      asked = between(body);
      return true;
    })
      .times(3)
      .reply(200, () => inside(...asked));

    expect(await seam().openingsSince(first)).toHaveLength(150);
  });

  it('gives up where there are too many within seconds', async () => {
    const events = Array.from({ length: 100 }, (_, index) => event(`ev${index}`));
    on(path).times(100).optionally().reply(200, { events });

    expect(await thrownBy(seam().openingsSince(NOW - 60_000))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('does not guess when a listed opening was', async () => {
    on(path).reply(200, { events: [event('ev1', { occurred_at: undefined })] });

    expect(await thrownBy(seam().openingsSince(0))).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('Seam, whose a code is', () => {
  const on = useWire();
  const grants = (...holders: string[]) => ({
    access_grants: holders.map((id, index) => ({ access_grant_id: `g${index}`, user_identity_id: id })),
  });

  it('is told by the name of a code of ours', async () => {
    const access_code = { access_code_id: 'c1', device_id: 'd1', name: 'relay:co-up [u1] m1 r', status: 'set' };
    on('/access_codes/get', { access_code_id: 'c1' }).reply(200, { access_code });

    expect(await seam().holderOf('code:c1')).toBe('u1');
  });

  it.each([
    ['is told by its access grant', grants('u2'), 'u2'],
    ['is nobody, without an access grant', grants(), null],
    ['is told where all of its access grants are of one person', grants('u2', 'u2'), 'u2'],
    ['is nobody where several people have it', grants('u2', 'u3'), null],
  ])('%s', async (_what, body, holder) => {
    on('/access_codes/get').reply(404, notFound);
    on('/access_grants/list', { access_code_id: 'c7' }).reply(200, body);

    expect(await seam().holderOf('code:c7')).toBe(holder);
  });

  it('is not asked about a lock user', async () => {
    expect(await seam().holderOf('u1')).toBe('u1');
  });
});
