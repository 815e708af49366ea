import { describe, expect, it } from 'vitest';
import type { Opening } from '../../../src/access/model.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf, guardTheNetwork } from '../../support/nock-guard.ts';
import { dialects, ok, unifi, wire } from './wire.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');
const clock = { ...systemClock, now: () => NOON + 250 };
const SINCE = NOON - 3_600_000;
const at = (minutesAgo: number) => NOON - minutesAgo * 60_000;

type More = { actor?: unknown; event?: object; target?: unknown; _id?: string };
const hit = (published: unknown, { event, target, actor, _id = `h${String(published)}` }: More = {}) => ({
  _id,
  tag: 'access',
  _source: {
    actor: actor === undefined ? { id: 'u1', type: 'user', display_name: 'Ada L.' } : actor,
    authentication: { credential_provider: 'NFC', issuer: '6FC02554' },
    event: { type: 'access.door.unlock', result: 'ACCESS', published, log_key: 'access.door.unlock.success', ...event },
    target: target ?? [
      { type: 'UAH', id: '7483c2773855', display_name: 'Hub' },
      { type: 'door', id: 'd1', display_name: 'Front door' },
    ],
  },
});
const opening = (occurredAt: number, more: object = {}) => ({
  id: expect.stringMatching(/^made_[0-9a-f]{32}$/),
  lockUserId: 'u1',
  lockId: 'd1',
  lockName: 'Front door',
  occurredAt,
  ...more,
});
const body = { topic: 'door_openings', since: SINCE / 1000, until: NOON / 1000 + 1 };
const page = (page_num: string) => ({ page_num, page_size: '100' });
const log = (...hits: object[]) =>
  wire().post('/system/logs', body).query(page('1')).reply(200, ok({ hits }, hits.length));
const since = (): Promise<Opening[]> => unifi({ clock }).openingsSince(SINCE + 400);

guardTheNetwork();

describe('the log of door openings', () => {
  it.each(dialects)('is read page after page, oldest first (code as a %s)', async (dialect) => {
    wire()
      .post('/system/logs', body)
      .query(page('1'))
      .reply(200, ok({ hits: [hit(at(1)), hit(at(2) + 999)] }, 3, dialect));
    wire()
      .post('/system/logs', body)
      .query(page('2'))
      .reply(200, ok({ hits: [hit(at(3))] }, 3, dialect));

    expect(await since()).toEqual([opening(at(3)), opening(at(2)), opening(at(1))]);
  });

  it('tells both of somebody who is refused and gets in within the same second', async () => {
    log(hit(at(1), { event: { result: 'BLOCKED' }, _id: 'h1' }), hit(at(1) + 400, { _id: 'h2' }));

    const found = await since();

    expect(found.map(({ refused }) => refused)).toEqual(['BLOCKED', undefined]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
  });

  it('tells who was refused', async () => {
    log(hit(at(1), { event: { result: 'BLOCKED' } }));

    expect(await since()).toEqual([opening(at(1), { refused: 'BLOCKED' })]);
  });

  it.each([
    ['nobody', { actor: null }],
    ['an unknown card', { actor: { id: '', type: 'user', display_name: 'N/A' } }],
    ['a caller of the API', { actor: { id: 'u1', type: 'open_api' } }],
    ['a visitor', { actor: { id: 'v1', type: 'visitor' } }],
    ['somebody of no type', { actor: { id: 'u1' } }],
    ['an id that would break a line', { actor: { id: 'u1\nu2', type: 'user' } }],
    ['something else than an unlock', { event: { type: 'access.door.held' } }],
  ])('leaves out %s', async (_what, more) => {
    log(hit(at(1), more), hit(at(2)));

    expect(await since()).toEqual([opening(at(2))]);
  });

  it.each([
    ['no target', null],
    ['no door', [{ type: 'UAH', id: 'h' }]],
  ])('names no lock where an entry has %s', async (_what, target) => {
    log({ ...hit(at(1)), _source: { ...hit(at(1))._source, target } });

    expect(await since()).toEqual([opening(at(1), { lockId: null, lockName: null })]);
  });

  it('takes entries whose ids are empty for different ones, and one opening for one', async () => {
    log(hit(at(1), { _id: '' }), hit(at(2), { _id: '' }), hit(at(2) + 500, { _id: '' }));

    expect(await since()).toEqual([opening(at(2)), opening(at(1))]);
  });

  it('leaves out what the console lists from before', async () => {
    log(hit(at(1)), hit(at(61)));

    expect(await since()).toEqual([opening(at(1))]);
  });

  it('is not asked for a time to come', async () => {
    expect(await unifi({ clock }).openingsSince(NOON + 3_600_000)).toEqual([]);
  });

  it.each([
    ['without a time', hit(undefined)],
    ['with a time that is none', hit('yesterday')],
    ['without a source', { _id: 'h1' }],
  ])('is an error as a whole for one entry %s', async (_what, broken) => {
    log(hit(at(1)), broken);

    expect(await failureOf(since())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('is an error where fewer are listed than are counted', async () => {
    const more = wire();
    for (let pass = 0; pass < 3; pass += 1) {
      more
        .post('/system/logs')
        .query(page('1'))
        .reply(200, ok({ hits: [hit(at(1))] }, 2));
      more
        .post('/system/logs')
        .query(page('2'))
        .reply(200, ok({ hits: [] }, 2));
    }

    expect(await failureOf(since())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('names an opening as its webhook does', async () => {
    log(hit(at(1) + 700));
    const rawBody = Buffer.from(
      JSON.stringify({
        event: 'access.door.unlock',
        event_object_id: 'e1',
        data: {
          location: { id: 'd1', name: 'Front door', location_type: 'door' },
          device: null,
          actor: { id: 'u1', name: 'Ada L.', type: 'user' },
          object: { result: 'ACCESS', time: String((at(1) + 300) / 1000) },
        },
      }).replace(/"(\d+)\.3"/, '$1'),
    );
    const read = unifi().readOpening({ rawBody, contentType: 'application/json', headers: {} }, NOON);

    expect(await since()).toEqual([read.ok ? read.opening : undefined]);
    expect(read).toMatchObject({ ok: true, opening: { occurredAt: at(1) } });
  });
});

it('a holder is the lock user that an opening names, and nobody has a code', async () => {
  expect(await unifi().holderOf('u1')).toBe('u1');
  expect(await unifi().codesOf('u1')).toEqual([]);
});
