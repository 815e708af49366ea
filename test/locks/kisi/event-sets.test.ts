import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { TransientError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf } from '../../support/nock-guard.ts';
import { kisi, unlock, useWire } from './wire.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-11-30T12:00:00.400Z');
const SINCE = at('2026-11-30T09:00:00Z');

describe('Kisi, reading openings since a moment', () => {
  const wire = useWire();

  /** Time passes only where somebody waits for it, and then at once. */
  function stillClock(): Clock & { slept: number[] } {
    const slept: number[] = [];
    let now = NOW;
    const sleep = async (ms: number) => {
      now += ms;
      // What keeps to the budget is another matter: gate.test.ts.
      if (ms > 1) slept.push(ms);
    };
    return { ...systemClock, now: () => now, slept, sleep };
  }
  const locks = (more: { placeId?: string } = {}, clock: Clock = stillClock()) => kisi({ clock, ...more });

  const order = (interval = '2026-11-30T09:00:00Z/2026-11-30T12:00:00Z') =>
    wire()
      .post('/event_sets', { event_set: { interval, event_type: 'lock.unlock' } })
      .reply(200, { id: 'set-1', status: 'in_progress', events: null, cursor: null, event_type: 'lock.unlock' });
  const page = (body: object, cursor?: string) =>
    wire()
      .get('/event_sets/set-1')
      .query({ limit: '50', ...(cursor === undefined ? {} : { cursor }) })
      .reply(200, { id: 'set-1', ...body });
  const finished = (events: unknown, cursor: string | null = null) => ({ status: 'finished', events, cursor });

  it('waits for the set, reads every page, and gives them oldest first, each once', async () => {
    const clock = stillClock();
    order();
    page({ status: 'in_progress', events: null, cursor: null });
    page({ status: 'in_progress', events: null, cursor: null });
    page(finished([unlock('e2', { created_at: '2026-11-30T10:00:02Z', sequence: 9 })], 'c+1'));
    page(
      finished(
        [
          unlock('e1', { created_at: '2026-11-30T11:00:01.500+01:00', object_id: 32, object_name: 'Lab' }),
          unlock('e2', { created_at: '2026-11-30T10:00:02Z' }),
        ],
        'c2',
      ),
      'c+1',
    );
    page(finished([], ''), 'c2');

    const openings = await locks({}, clock).openingsSince(SINCE);

    expect(openings).toEqual([
      { id: 'e1', lockUserId: '11', lockId: '32', lockName: 'Lab', occurredAt: at('2026-11-30T10:00:01Z') },
      { id: 'e2', lockUserId: '11', lockId: '31', lockName: 'Front door', occurredAt: at('2026-11-30T10:00:02Z') },
    ]);
    expect(clock.slept).toEqual([1000, 1000]);
  });

  it('gives an event the id and the form that its webhook has', async () => {
    const event = unlock('e1', { success: false, error_code: 'f35ade', created_at: '2026-11-30T10:00:02.900Z' });
    order();
    page(finished([{ ...event, action: 'unlock', message: 'x', actor_email: 'ada@example.com' }]));

    const [listed] = await locks().openingsSince(SINCE);

    const rawBody = Buffer.from(JSON.stringify(event));
    const sent = locks().readOpening({ rawBody, contentType: 'application/json', headers: {} }, NOW);
    expect(sent).toEqual({ ok: true, opening: listed });
    expect(listed).toMatchObject({ id: 'e1', refused: 'the access is no longer valid' });
  });

  it('skips other events, and those of nobody and of no user', async () => {
    order();
    page(
      finished([
        { type: 'user.create', uuid: 'x1' },
        unlock('x2', { actor_type: null, actor_id: null }),
        unlock('x3', { actor_type: 'GroupLink' }),
        unlock('e1'),
      ]),
    );

    expect((await locks().openingsSince(SINCE)).map(({ id }) => id)).toEqual(['e1']);
  });

  it('leaves out what was before, and other places where one is set', async () => {
    const events = [
      unlock('old', { created_at: '2026-11-30T08:59:59.999Z' }),
      unlock('first', { created_at: '2026-11-30T09:00:00.100Z' }),
      unlock('elsewhere', { place_id: 8 }),
    ];
    order();
    page(finished(events));
    order();
    page(finished(events));

    expect((await locks().openingsSince(SINCE)).map(({ id }) => id)).toEqual(['first', 'elsewhere']);
    expect((await locks({ placeId: '7' }).openingsSince(SINCE)).map(({ id }) => id)).toEqual(['first']);
  });

  it('asks for 90 days at most', async () => {
    order('2026-09-01T12:00:00Z/2026-11-30T12:00:00Z');
    page(finished([]));

    expect(await locks().openingsSince(0)).toEqual([]);
  });

  it.each([NOW, NOW + 3_600_000])('does not ask for what has not happened yet', async (since) => {
    expect(await locks().openingsSince(since)).toEqual([]);
  });

  it.each([
    ['an opening without a time', [unlock('e1', { created_at: undefined })]],
    ['an opening without an id', [unlock('e1', { uuid: undefined })]],
    ['an opening by a user without an id', [unlock('e1', { actor_id: null })]],
    ['an opening that does not say by whom', [unlock('e1', { actor_type: undefined })]],
    ['an opening that does not say whether it opened', [unlock('e1', { success: undefined })]],
    ['an event without a type', [unlock('e1', { type: undefined })]],
    ['an event that is none', ['lock.unlock']],
    ['no list', null],
    ['no list at all', undefined],
    ['an object', {}],
  ])('never takes a finished set with %s for fewer openings', async (_what, events) => {
    order();
    page(finished(events));

    expect(await failureOf(locks().openingsSince(SINCE))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('never takes a state that it does not know for a finished one', async () => {
    order();
    page({ status: 'partial', events: [], cursor: null });

    expect(await failureOf(locks().openingsSince(SINCE))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('fails for a while where the set failed', async () => {
    order();
    page({ status: 'failed', events: null, cursor: null });

    const error = await failureOf(locks().openingsSince(SINCE));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'kisi_event_set_failed' });
  });

  it('gives up for a while where the set is never finished', async () => {
    const clock = stillClock();
    order();
    wire().get('/event_sets/set-1').query(true).times(60).reply(200, { id: 'set-1', status: 'in_progress' });

    const error = await failureOf(locks({}, clock).openingsSince(SINCE));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'kisi_event_set_slow' });
    expect(clock.slept).toHaveLength(60);
  });

  it('refuses a cursor that comes again', async () => {
    order();
    page(finished([unlock('e1')], 'c1'));
    page(finished([], 'c2'), 'c1');
    page(finished([], 'c1'), 'c2');

    expect(await failureOf(locks().openingsSince(SINCE))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('fails as a whole where a later page fails', async () => {
    order();
    page(finished([unlock('e1')], 'c1'));
    wire().get('/event_sets/set-1').query(true).times(3).reply(503, 'busy');

    expect(await failureOf(locks().openingsSince(SINCE))).toBeInstanceOf(TransientError);
  });

  it('ends with the relay', async () => {
    const stop = new AbortController();
    order();
    page({ status: 'in_progress' });
    const clock: Clock = {
      ...stillClock(),
      async sleep() {
        stop.abort();
        throw stop.signal.reason;
      },
    };

    const error = await failureOf(kisi({ clock, signal: stop.signal }).openingsSince(SINCE));

    expect(error).toMatchObject({ code: 'kisi_stopped' });
  });
});
