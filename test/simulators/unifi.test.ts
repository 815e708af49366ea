// Own simulator: UniFi Access's envelope, tokens, doors and log. What an independent client makes of it stands in
// unifi-client.test.ts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { UnifiSwitches } from '../../src/simulators/unifi/switches.ts';
import type { UnifiOptions } from '../../src/simulators/unifi/unifi.ts';
import { caller } from './calls.ts';
import { dataOf, idsOf, type OpenUnifi, openUnifi } from './open-unifi.ts';

let clock: OpenUnifi['clock'];
let unifi: OpenUnifi['unifi'];
let call: OpenUnifi['call'];
let front: string;
let studio: string;
let ada: string;

async function open(options: Partial<UnifiOptions> = {}): Promise<void> {
  await unifi?.close();
  ({ clock, unifi, call, front, studio, ada } = await openUnifi(options));
}
const withSwitches = (switches: Partial<UnifiSwitches>) => open({ switches });

beforeEach(() => open());
afterEach(() => unifi.close());

describe('the envelope', () => {
  it.each([
    ['name', { code: 'SUCCESS' }, { code: 'CODE_NOT_EXISTS', msg: expect.any(String) }],
    ['number', { code: 0, codeS: 'SUCCESS' }, { code: 1, codeS: 'CODE_NOT_EXISTS', error: expect.any(String) }],
    ['mixed', { code: 'SUCCESS' }, { code: 1, codeS: 'CODE_NOT_EXISTS', error: expect.any(String) }],
  ] as const)('has the dialect "%s", for success and refusal', async (dialect, success, refusal) => {
    await withSwitches({ dialect });

    const [doors, nothing] = [await call('GET /doors'), await call('GET /doors/none')];

    expect(doors).toMatchObject({ status: 200, json: { ...success, data: [{ name: 'Front door' }, {}] } });
    expect(nothing).toMatchObject({ status: 200, json: refusal });
    expect(nothing.json).not.toHaveProperty('data');
  });

  it('may say a refusal by its status as well', async () => {
    await withSwitches({ refusals: 'status' });

    const answers = [await call('GET /users/none'), await call('POST /users', {}), await call(`DELETE /users/${ada}`)];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 403]);
    expect(answers[0]?.json).toMatchObject({ code: 'CODE_USER_ACCOUNT_NOT_EXIST' });
  });

  it('has nothing to say after a change, in four ways', async () => {
    const change = async () => (await call(`PUT /users/${ada}`, { onboard_time: 1 })).json;

    const told = [await change(), await change(), await change(), await change()];

    const success = { code: 'SUCCESS', msg: 'success' };
    expect(told).toEqual(
      expect.arrayContaining([
        success,
        { ...success, data: null },
        { ...success, data: {} },
        { ...success, data: 'success' },
      ]),
    );
    await withSwitches({ mutations: 'null' });
    expect(await change()).toEqual({ ...success, data: null });
  });

  it('has pages at its top level, cut to the largest', async () => {
    await withSwitches({ largestPage: 2 });
    const ids = [ada, ...Array.from({ length: 4 }, (_, n) => unifi.addPerson({ email: `u${n}@example.com` }))];

    const pages = [1, 2, 3, 4].map((page) => call(`GET /users?page_num=${page}&page_size=50`));
    const [first, second, third, beyond] = await Promise.all(pages);

    expect(first?.json).toMatchObject({ pagination: { page_num: 1, page_size: 2, total: 5 } });
    expect([first, second, third].flatMap((page) => page && idsOf(page))).toEqual(ids);
    expect(beyond?.json).toMatchObject({ data: [], pagination: { total: 5 } });
    expect((await call('GET /users?page_num=0')).json).toMatchObject({ code: 'CODE_PARAMS_INVALID' });
  });
});

describe('the token', () => {
  it.each([
    ['401', 401],
    ['200', 200],
  ] as const)('is refused with %s where it is wrong', async (badToken, status) => {
    await withSwitches({ badToken });

    const answer = await caller(`${unifi.url}/api/v1/developer`, { authorization: 'Bearer no' })('GET /doors');

    expect(answer).toMatchObject({ status, json: { code: 'CODE_ACCESS_TOKEN_INVALID' } });
  });

  it.each([
    ['GET /users', 'view:user'],
    ['PUT /users/none', 'edit:user'],
    ['GET /access_policies', 'view:policy'],
    ['GET /door_groups/topology', 'view:space'],
    ['POST /system/logs', 'view:system_log'],
    ['GET /webhooks/endpoints', 'view:webhook'],
    ['DELETE /webhooks/endpoints/none', 'edit:webhook'],
  ])('needs a permission of its own for %s', async (methodAndPath, scope) => {
    await open({ scopes: [scope] });
    const allowed = await call(methodAndPath);
    const every = ['view', 'edit'].flatMap((verb) =>
      ['user', 'policy', 'space', 'webhook'].map((of) => `${verb}:${of}`),
    );
    await open({ scopes: every.filter((each) => each !== scope) });
    const forbidden = await call(methodAndPath);

    expect(allowed.json).not.toMatchObject({ code: 'CODE_OPERATION_FORBIDDEN' });
    expect(forbidden).toMatchObject({ status: 200, json: { code: 'CODE_OPERATION_FORBIDDEN' } });
  });

  it('may be asked for fewer calls', async () => {
    await open({ limits: { perToken: 2 } });

    const statuses = [await call('GET /doors'), await call('GET /users'), await call('GET /doors')];

    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers.get('retry-after')).toBe('60');
  });

  it('opens an address that there is not with a bare 404', async () => {
    expect(await call('GET /nothing')).toMatchObject({ status: 404, json: undefined });
  });
});

describe('policies and doors', () => {
  it.each(['resources', 'resource'] as const)('name the doors of a policy in "%s"', async (resources) => {
    await withSwitches({ resources });
    const [door] = unifi.doors.values();

    expect(dataOf(await call(`GET /access_policies/${front}`))).toMatchObject({
      id: front,
      [resources]: [{ id: door?.id, type: 'door' }],
    });
  });

  it('open every door of a door group', async () => {
    const doors = unifi.doors.values().toArray();
    const upstairs = unifi.addDoorGroup(
      'Upstairs',
      doors.map(({ id }) => id),
    );
    const policy = unifi.addPolicy('All', [{ id: upstairs.id, type: 'door_group' }]);
    unifi.addByHand({ lockUserId: ada, lockId: policy.id });

    expect(unifi.opens('ada@example.com')).toEqual(['Front door', 'Studio']);
    expect(dataOf(await call('GET /door_groups/topology'))).toMatchObject([
      { type: 'building', resource_topologies: [{ type: 'floor', resources: [{}, {}] }] },
      { id: upstairs.id, resource_topologies: [{ resources: doors.map(({ id }) => ({ id, type: 'door' })) }] },
    ]);
  });

  it('cannot be asked for a lock that there is not, nor for somebody without an email', () => {
    unifi.addByHand({ lockUserId: unifi.addPerson({ email: '', name: 'Nobody' }), lockId: front });

    expect(() => unifi.can('ada@example.com', 'Fornt door')).toThrow('There is no lock');
    expect(unifi.opens('')).toEqual([]);
  });
});

describe('the log', () => {
  const event = z.looseObject({ published: z.number(), result: z.string() });
  const page = z.object({ hits: z.array(z.looseObject({ _source: z.looseObject({ event }) })) });
  const hits = async (body: object, query = '') => {
    const answer = await call(`POST /system/logs${query}`, { topic: 'door_openings', ...body });
    return page.parse(dataOf(answer)).hits;
  };
  const now = () => Math.floor(clock.now() / 1000);

  it('has openings and refusals of a time and a person, the newest first', async () => {
    const ben = unifi.addPerson({ email: 'ben@example.com' });
    unifi.addByHand({ lockUserId: ada, lockId: front });
    await unifi.openLock(ada, front, { lose: true });
    await unifi.openLock(ada, front, { occurredAt: clock.now() - 10_000, lose: true });
    await unifi.refuseAtLock(ben, studio);

    const results = async (body: object, query?: string) =>
      (await hits(body, query)).map(({ _source }) => [_source.event.published - clock.now(), _source.event.result]);

    const [early, late, blocked] = [
      [-10_000, 'ACCESS'],
      [0, 'ACCESS'],
      [0, 'BLOCKED'],
    ];
    expect(await results({})).toEqual([blocked, late, early]);
    expect(await results({ actor_id: ada })).toEqual([late, early]);
    expect(await results({ since: now() - 5 })).toEqual([blocked, late]);
    expect(await results({ since: now() - 60, until: now() - 5 })).toEqual([early]);
    expect(await results({ until: now() })).toHaveLength(3);
    expect(await results({}, '?page_num=2&page_size=2')).toEqual([early]);
    expect(await results({ topic: 'critical' })).toEqual([]);
    unifi.switches.logOrder = 'oldest first';
    expect(await results({ actor_id: ada })).toEqual([early, late]);
  });

  it.each([
    ['no topic', { topic: undefined }],
    ['an unknown topic', { topic: 'doors' }],
    ['a time that is text', { since: '2026-11-30' }],
    ['a fraction of a second', { until: 1.5 }],
  ])('refuses %s', async (_, body) => {
    const answer = await call('POST /system/logs', { topic: 'door_openings', ...body });

    expect(answer.json).toMatchObject({ code: 'CODE_PARAMS_INVALID' });
  });

  it('names the person and, among the targets, the door; or nobody', async () => {
    const [door] = unifi.doors.values();
    await unifi.refuseAtLock(ada, front);
    await unifi.openUnattributed(front, 'nobody');

    expect(await hits({ actor_id: ada })).toMatchObject([
      {
        _id: expect.stringMatching(/./),
        _source: {
          actor: { id: ada, type: 'user', display_name: 'Ada Lovelace' },
          target: expect.arrayContaining([expect.objectContaining({ id: door?.id, type: 'door' })]),
        },
      },
    ]);
    expect(await hits({})).toMatchObject([{ _source: { actor: { id: '', display_name: 'N/A' } } }, {}]);
    unifi.switches.logIds = 'empty';
    expect(await hits({ actor_id: ada })).toMatchObject([{ _id: '' }]);
  });
});
