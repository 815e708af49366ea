import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { emptied, lacking } from '../../src/simulators/sabotage.ts';
import { caller } from './calls.ts';
import { type OpenCobot, openCobot } from './open-cobot.ts';

const list = 'GET /api/memberships';
const checkIn = 'POST /api/memberships/:id/work_sessions';

let { clock, cobot, call }: OpenCobot = await openCobot();
let ada: Member;

beforeEach(async () => {
  await cobot.close();
  ({ clock, cobot, call } = await openCobot());
  const plan = cobot.addPlan({ name: 'Full Time' });
  ada = cobot.addMember({ name: 'Ada', plan });
  for (let n = 0; n < 9; n += 1) cobot.addMember({ name: `Member ${n}`, plan });
});
afterEach(() => cobot.close());

const checkInAda = () => call(`POST /api/memberships/${ada.id}/work_sessions`);

describe('what a sabotage meets', () => {
  it.each([
    ['an endpoint', checkIn],
    ['a regexp over method and path', /^POST .*work_sessions$/],
    ['a method', { method: 'POST' }],
    ['a path', { path: /work_sessions/ }],
    ['method and endpoint', { method: 'POST', endpoint: checkIn }],
    ['any rule', ({ params }: { params: Record<string, string> }) => 'id' in params],
  ])('%s, and nothing else', async (_, match) => {
    const sabotage = cobot.sabotage(match, { kind: 'answer', status: 500 });

    const statuses = [(await checkInAda()).status, (await call(list)).status];

    expect(statuses).toEqual([500, 200]);
    expect(sabotage.hits).toBe(1);
    expect(cobot.requests.map((request) => request.sabotage)).toEqual(['answer', null]);
  });

  it('cannot be an endpoint that there is not', () => {
    expect(() => cobot.sabotage('GET /api/memberhips', { kind: 'reset' })).toThrow('There is no endpoint');
  });

  it('comes to an end: by times, by lift, by healing all', async () => {
    cobot.sabotage(list, { kind: 'answer', status: 500 }, { times: 2 });
    const twice = [await call(list), await call(list), await call(list)].map(({ status }) => status);
    const lifted = cobot.sabotage(list, { kind: 'answer', status: 502 });
    const before = (await call(list)).status;
    lifted.lift();
    cobot.sabotage(/./, { kind: 'answer', status: 503 });
    const ill = (await call(list)).status;
    cobot.healAll();

    expect([twice, before, ill, (await call(list)).status]).toEqual([[500, 500, 200], 502, 503, 200]);
  });

  it('is a share of the requests, the same ones from the same seed', async () => {
    const sabotage = cobot.sabotage(list, { kind: 'answer', status: 500 }, { share: 0.3 });

    for (let n = 0; n < 100; n += 1) await call(list);

    expect(sabotage.hits).toBeGreaterThan(15);
    expect(sabotage.hits).toBeLessThan(45);
  });

  it('is whom the limits let through alone', async () => {
    const limited = await startCobotSimulator({ clock, limits: { membershipList: 1 } });
    const sabotage = limited.sabotage(list, { kind: 'answer', status: 500 });
    const callLimited = caller(limited.url, { authorization: `Bearer ${limited.token}` });

    const statuses = [(await callLimited(list)).status, (await callLimited(list)).status];
    await limited.close();

    expect(statuses).toEqual([500, 429]);
    expect(sabotage.hits).toBe(1);
  });
});

describe('an answer', () => {
  it.each([
    ['JSON', { json: { error: 'Rate limit exceeded.' } }, '{"error":"Rate limit exceeded."}', 'application/json'],
    ['HTML', { html: '<h1>Bad gateway</h1>' }, '<h1>Bad gateway</h1>', 'text/html'],
    ['nothing', {}, '', null],
  ])('of %s with headers, before the deed', async (_, body, text, type) => {
    cobot.sabotage(checkIn, { kind: 'answer', status: 503, headers: { 'retry-after': '7' }, ...body });

    const answer = await checkInAda();

    expect(answer).toMatchObject({ status: 503, text });
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.headers.get('content-type')?.split(';')[0] ?? null).toBe(type);
    expect(cobot.checkIns.size).toBe(0);
  });

  it('after the deed', async () => {
    cobot.sabotage(checkIn, { kind: 'answer', status: 500, when: 'after' });

    expect((await checkInAda()).status).toBe(500);
    expect(cobot.checkIns.size).toBe(1);
  });
});

describe('a connection', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('is reset %s the deed', async (when, checkIns) => {
    cobot.sabotage(checkIn, { kind: 'reset', when }, { times: 1 });

    await expect(checkInAda()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });

    expect(cobot.checkIns.size).toBe(checkIns);
    expect(cobot.requests).toMatchObject([{ status: null, sabotage: 'reset' }]);
  });

  it('is cut in the middle of a body', async () => {
    cobot.sabotage(list, { kind: 'cut' });

    const raw = await rawAnswer('GET /api/memberships?attributes=id');

    const length = Number(/content-length: (\d+)/i.exec(raw)?.[1]);
    const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
    expect(raw).toMatch(/^HTTP\/1.1 200/);
    expect(body.length).toBe(Math.floor(length / 2));
    await expect(call(list)).rejects.toThrow();
  });
});

describe('a body', () => {
  it('is half of itself, as if it were whole', async () => {
    const whole = await call(list);
    cobot.sabotage(list, { kind: 'truncate' });

    const half = await call(list);

    expect(half).toMatchObject({ status: 200, json: undefined });
    expect(half.text).toBe(whole.text.slice(0, Math.floor(whole.text.length / 2)));
  });

  it.each([
    ['empty', emptied, 0],
    ['lacking a few', lacking((item) => JSON.stringify(item).includes('Member')), 1],
    ['something else', () => Array(3).fill({}), 3],
  ])('is %s', async (_, data, length) => {
    cobot.sabotage(list, { kind: 'replace', data });

    expect((await call(list)).json).toHaveLength(length);
    expect(cobot.members.size).toBe(10);
  });

  it('is emptied and thinned inside an object as well', () => {
    const page = { users: [{ id: 'a' }, { id: 'b' }], next_cursor: null };

    expect(emptied(page)).toEqual({ users: [], next_cursor: null });
    expect(lacking((item) => JSON.stringify(item).includes('"a"'))(page)).toEqual({
      users: [{ id: 'b' }],
      next_cursor: null,
    });
  });
});

describe('a wait', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('hangs %s the deed, until it is lifted', async (when, meanwhile) => {
    const sabotage = cobot.sabotage(checkIn, { kind: 'hang', when });
    const answer = checkInAda();
    await vi.waitFor(() => expect(sabotage.hits).toBe(1));

    expect(cobot.checkIns.size).toBe(meanwhile);
    sabotage.lift();

    expect((await answer).status).toBe(201);
    expect(cobot.checkIns.size).toBe(1);
  });

  it.each([
    [false, 0],
    [true, 1],
  ])('may let a request land whose sender has left: %s', async (lands, checkIns) => {
    const sabotage = cobot.sabotage(checkIn, { kind: 'hang', lands });
    const leaving = new AbortController();
    const left = fetch(`${cobot.url}/api/memberships/${ada.id}/work_sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cobot.token}` },
      signal: leaving.signal,
    });
    const gone = expect(left).rejects.toThrow();
    await vi.waitFor(() => expect(sabotage.hits).toBe(1));
    leaving.abort();
    await gone;
    // The server has to have seen the connection close: a request after that one comes later.
    await call(list);

    sabotage.lift();
    await call(list);

    expect(cobot.checkIns.size).toBe(checkIns);
  });

  it('is a delay by the clock', async () => {
    const sabotage = cobot.sabotage(checkIn, { kind: 'delay', ms: 5000 });
    const answer = checkInAda();
    await vi.waitFor(() => expect(sabotage.hits).toBe(1));

    clock.advance(4999);
    await call(list);
    const meanwhile = cobot.checkIns.size;
    clock.advance(1);

    expect([(await answer).status, meanwhile]).toEqual([201, 0]);
  });
});

describe('an outage', () => {
  it('refuses connections on both ports, cuts those that are open, and ends on the same ports', async () => {
    const hanging = cobot.sabotage(list, { kind: 'hang' });
    const open = call(list);
    const cutOff = expect(open).rejects.toThrow();
    await vi.waitFor(() => expect(hanging.hits).toBe(1));

    await cobot.down();
    await cutOff;
    await expect(call('GET /api/plans')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await expect(caller(cobot.api2Url, {})('GET /bookings/x')).rejects.toThrow();
    cobot.healAll();
    await cobot.up();

    expect((await call(list)).json).toHaveLength(10);
    expect((await caller(cobot.api2Url, {})('GET /bookings/x')).status).toBe(401);
  });
});

/** All bytes of an answer, whatever they are. */
function rawAnswer(methodAndPath: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(cobot.url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
    socket.write(`${methodAndPath} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cobot.token}\r\n\r\n`);
  });
}
