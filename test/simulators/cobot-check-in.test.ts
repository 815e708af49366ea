import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CobotOptions } from '../../src/simulators/cobot/cobot.ts';
import type { Called } from './calls.ts';
import { addMembers, type OpenCobot, openCobot } from './open-cobot.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const window = 'from=2026-11-29T00:00:00Z&to=2026-12-02T00:00:00Z';

let { clock, cobot, call }: OpenCobot = await openCobot();

async function open(options: Partial<CobotOptions> = {}): Promise<void> {
  await cobot.close();
  ({ clock, cobot, call } = await openCobot(options));
}

beforeEach(() => open());
afterEach(() => cobot.close());

const space = () => addMembers(cobot);

describe('check-in tokens', () => {
  it('are made, listed, looked up and removed', async () => {
    const { ada } = space();
    const token = 'AA:BB/01';
    const path = `/api/check_in_tokens/${encodeURIComponent(token)}`;

    expect((await call('POST /api/check_in_tokens', { membership_id: ada.id, token })).status).toBe(201);
    expect((await call('GET /api/check_in_tokens')).json).toEqual([{ token, membership: { id: ada.id, name: 'Ada' } }]);
    expect((await call(`GET ${path}`)).json).toMatchObject({ membership: { id: ada.id } });
    expect((await call(`DELETE ${path}`)).status).toBe(204);
    expect((await call(`GET ${path}`)).status).toBe(404);
    expect((await call(`DELETE ${path}`)).status).toBe(404);
  });

  it.each(['409', '422'] as const)('that are taken are refused with %s, for whomever', async (duplicateToken) => {
    await open({ switches: { duplicateToken } });
    const { ada, ben } = space();
    await call('POST /api/check_in_tokens', { membership_id: ada.id, token: 'card' });

    const again = await call('POST /api/check_in_tokens', { membership_id: ben.id, token: 'card' });

    expect(again.status).toBe(Number(duplicateToken));
    expect(cobot.tokens.get('card')).toBe(ada.id);
  });

  it('are refused for a membership that is not there', async () => {
    expect((await call('POST /api/check_in_tokens', { membership_id: 'nobody', token: 'card' })).status).toBe(422);
  });
});

describe('checking in', () => {
  it('takes form fields too, and runs to the end of the Cobot day for a plan without passes', async () => {
    const { ada } = space();
    cobot.tokens.set('card', ada.id);

    const answer = await call('POST /api/check_ins', new URLSearchParams({ token: 'card' }));

    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      valid_from: '2026/11/30 08:00:00 +0000',
      valid_until: '2026/12/01 02:59:59 +0000',
      membership: { id: ada.id, name: 'Ada' },
    });
    expect(answer.json).not.toHaveProperty('time_pass');
  });

  it('does nothing for a token that is not known: 204, and no body', async () => {
    const answer = await call('POST /api/check_ins', { token: 'strange' });

    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(cobot.checkIns.size).toBe(0);
  });

  it('spends the fitting pass that expires first, one a check-in', async () => {
    await open({ switches: { repeatCheckIn: 'second' } });
    const { ben } = space();
    const now = clock.now();
    const bought = cobot.addPass(ben);
    const soon = cobot.addPass(ben, { expiresAt: now + DAY });
    const later = cobot.addPass(ben, { expiresAt: now + 5 * DAY });
    const expired = cobot.addPass(ben, { expiresAt: now });
    const notToday = cobot.addPass(ben, {
      expiresAt: now + HOUR,
      spans: [{ from: '08:00', to: '20:00', weekdays: [6, 7] }],
    });
    const path = `POST /api/memberships/${ben.id}/work_sessions`;

    const spent = [await call(path), await call(path), await call(path)].map(({ json }) => json);
    const fourth = await call(path);

    expect(spent).toMatchObject([soon, later, bought].map(({ id }) => ({ time_pass: { id } })));
    expect(fourth.status).toBe(422);
    expect([expired.usedAt, notToday.usedAt]).toEqual([null, null]);
    expect([soon.usedAt, cobot.checkIns.size]).toEqual([now, 3]);
  });

  it.each([
    ['hours', { from: '08:00', to: '17:00' }, '2026/11/30 16:00:00 +0000'],
    ['hours that wrap past midnight', { from: '08:30', to: '01:00' }, '2026/12/01 00:00:00 +0000'],
    ['a duration', { minutes: 240 }, '2026/11/30 12:00:00 +0000'],
    ['a duration beyond the Cobot day', { minutes: 48 * 60 }, '2026/12/01 02:59:59 +0000'],
    ['weekdays', { from: '04:00', to: '03:59', weekdays: [1] }, '2026/12/01 02:59:59 +0000'],
  ])('ends with a pass of %s', async (_, span, until) => {
    const { ben } = space();
    cobot.addPass(ben, { spans: [span] });

    const { json } = await call(`POST /api/memberships/${ben.id}/work_sessions`);

    expect(json).toMatchObject({ valid_until: until });
  });

  it('lets a pass of Monday last into the night, and not begin in it', async () => {
    const { ben } = space();
    cobot.addPass(ben, { spans: [{ from: '20:00', to: '03:59', weekdays: [1] }] });
    const path = `POST /api/memberships/${ben.id}/work_sessions`;

    const morning = await call(path);
    clock.advance(17 * HOUR);
    const night = await call(path);

    expect([morning.status, night.status]).toEqual([422, 201]);
  });

  it('shares the passes of a team', async () => {
    const { ben, limited } = space();
    const host = cobot.addMember({ name: 'Host', plan: limited, teamId: 'team' });
    ben.teamId = 'team';
    const pass = cobot.addPass(host);

    const { json } = await call(`POST /api/memberships/${ben.id}/work_sessions`);

    expect(json).toMatchObject({ membership: { id: ben.id }, time_pass: { id: pass.id } });
  });

  it.each([
    ['wrapped strings', { errors: { base: 'No time passes left.' } }],
    ['wrapped arrays', { errors: { base: ['No time passes left.'] } }],
    ['bare', { base: ['No time passes left.'] }],
  ] as const)('is refused with 422 without a pass, in %s', async (errorShape, json) => {
    await open({ switches: { errorShape } });
    const { ben } = space();

    expect(await call(`POST /api/memberships/${ben.id}/work_sessions`)).toMatchObject({ status: 422, json });
  });

  it.each([
    ['existing', [201, 201], 1, 1],
    ['second', [201, 201], 2, 2],
    ['422', [201, 422], 1, 1],
  ] as const)('a second time is "%s"', async (repeatCheckIn, statuses, checkIns, spent) => {
    await open({ switches: { repeatCheckIn } });
    const { ben } = space();
    cobot.addPass(ben);
    cobot.addPass(ben);
    const path = `POST /api/memberships/${ben.id}/work_sessions`;

    const answers = [await call(path), await call(path)];

    expect(answers.map(({ status }) => status)).toEqual(statuses);
    expect(cobot.checkInsOf(ben)).toHaveLength(checkIns);
    expect(cobot.passesOf(ben).filter(({ usedAt }) => usedAt !== null)).toHaveLength(spent);
  });

  it.each([
    ['not confirmed', { confirmed: false }],
    ['not begun', { startsOn: '2026-12-01' }],
    ['ended', { canceledTo: '2026-11-29' }],
  ])('is refused for a membership that is %s', async (_, facts) => {
    const member = cobot.addMember({ name: 'Ada', plan: cobot.addPlan({ name: 'Full Time' }), ...facts });

    expect((await call(`POST /api/memberships/${member.id}/work_sessions`)).status).toBe(422);
  });

  it('counts by the upcoming plan from its day on', async () => {
    const { unlimited, ben } = space();
    cobot.changePlan(ben, unlimited, '2026-12-01');
    const path = `POST /api/memberships/${ben.id}/work_sessions`;

    const before = await call(path);
    clock.advance(DAY);
    const after = await call(path);

    expect([before.status, after.status]).toEqual([422, 201]);
  });

  it('is undone by a check-out, which gives no pass back', async () => {
    const { ben } = space();
    const pass = cobot.addPass(ben);
    await call(`POST /api/memberships/${ben.id}/work_sessions`);
    clock.advance(HOUR);
    const path = `DELETE /api/memberships/${ben.id}/check_ins/current`;

    const out = await call(path);
    const again = await call(path);

    expect([out.status, again.status]).toEqual([204, 404]);
    expect(cobot.checkInsOf(ben)).toMatchObject([{ until: clock.now() }]);
    expect(pass.usedAt).not.toBeNull();
  });

  it('lists check-ins of today, of a window, of a member, and one', async () => {
    const { ada, ben } = space();
    const now = clock.now();
    const old = cobot.addCheckIn(ada, { from: now - 3 * DAY, until: now - 3 * DAY + HOUR });
    const yesterday = cobot.addCheckIn(ben, { from: now - 20 * HOUR, until: now - 8 * HOUR });
    const current = cobot.addCheckIn(ada, { from: now - HOUR, until: now + HOUR });
    const ids = ({ json }: Called) => (json as { id: string }[]).map(({ id }) => id);

    expect(ids(await call('GET /api/check_ins'))).toEqual([current.id]);
    expect(ids(await call(`GET /api/work_sessions?${window}`))).toEqual([yesterday.id, current.id]);
    expect(ids(await call(`GET /api/memberships/${ada.id}/check_ins/?${window}`))).toEqual([current.id]);
    expect((await call(`GET /api/check_ins/${old.id}`)).json).toMatchObject({ membership_id: ada.id });
  });

  it.each([
    ['slashes', '2026/11/30 08:00:00 +0000', 200],
    ['dashes', '2026-11-30 08:00:00 +0000', 200],
    ['without seconds', '2026-11-30 08:00 +0000', 200],
    ['ISO', '2026-11-30T09:00:00+01:00', 200],
    ['nothing', '', 422],
    ['a date alone', '2026-11-30', 422],
  ])('reads a time with %s', async (_, time, status) => {
    const query = new URLSearchParams({ from: time, to: '2026-12-02T00:00:00Z' });

    expect((await call(`GET /api/work_sessions?${query}`)).status).toBe(status);
  });

  it('takes a bare plus in a query for the space that it is', async () => {
    const query = 'from=2026-11-30%2008:00:00%20+0000&to=2026-12-02T00:00:00Z';

    expect((await call(`GET /api/work_sessions?${query}`)).status).toBe(422);
  });
});
