// The same requests to the simulated Seam and to the vendor's own fake (vendor's fake): status, error type, and the type
// of every field that both send. What the fake sends and ours does not stands below, each with its reason.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Called, caller } from './calls.ts';
import { at, type OpenSeam, openSeam } from './open-seam.ts';
import { startVendorsSeam, type VendorsSeam } from './vendors-seam.ts';

type Side = {
  call: (path: string, body?: unknown) => Promise<Called>;
  withKey: (key: string) => Promise<Called>;
  deviceId: string;
};

const wrongKey = 'seam_wrong';
/** Path of the field, and why ours lacks it. Array items all go by "0". */
const lacking: Record<string, string> = {
  'error.stack': 'a stack trace of the fake itself',
  'events.0.event_description': 'a sentence for people, in no list of fields of the reference',
  'acs_entrances.0.properties': 'empty in the fake; no connector needs it',
  'acs_entrances.0.visionline_metadata': "one brand's own",
  'locks.0.properties.appearance': 'deprecated names of the device',
  'locks.0.properties.model': 'for people who choose a lock',
  'locks.0.properties.battery': 'no connector needs it',
  'locks.0.properties.currently_triggering_noise_threshold_ids': 'of noise sensors',
};

let vendors: VendorsSeam;
let world: OpenSeam;
let both: { theirs: Side; ours: Side };

beforeAll(async () => {
  vendors = await startVendorsSeam();
  vendors.addEntrance('Front door');
  world = await openSeam({ keypads: ['Studio'] });
  const [device] = world.seam.addLocks('Studio', 'Front door');
  for (const name of ['Second', 'Third']) world.seam.workspace.addDevice(name, { keypad: true });
  both = {
    theirs: {
      call: vendors.call,
      withKey: (key) => vendors.call('devices/list', {}, key),
      deviceId: vendors.deviceId,
    },
    ours: {
      call: world.call,
      withKey: (key) => caller(world.seam.url, { authorization: `Bearer ${key}` })('POST /devices/list', {}),
      deviceId: device?.id ?? '',
    },
  };
});
afterAll(async () => {
  await vendors.close();
  await world.seam.close();
});

/** "acs_entrances.0.created_at" -> "string". */
function shapeOf(value: unknown, path = ''): Map<string, string> {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
  const shape = new Map([[path, kind]]);
  if (typeof value !== 'object' || value === null) return shape;
  const items: [string, unknown][] = Array.isArray(value)
    ? value.slice(0, 1).map((item) => ['0', item])
    : Object.entries(value);
  for (const [name, item] of items) {
    for (const [below, type] of shapeOf(item, path === '' ? name : `${path}.${name}`)) shape.set(below, type);
  }
  return shape;
}

/** The same request to both, made by each for itself. */
async function compare(ask: (side: Side) => Promise<Called>): Promise<{ theirs: Called; ours: Called }> {
  const answers = { theirs: await ask(both.theirs), ours: await ask(both.ours) };
  const [theirs, ours] = [shapeOf(answers.theirs.json), shapeOf(answers.ours.json)];
  const differing = [...theirs].filter(([path, type]) => (ours.get(path) ?? type) !== type);
  const missing = [...theirs.keys()].filter((path) => !ours.has(path) && !isExcused(path));

  expect({ status: answers.ours.status, differing, missing }).toEqual({
    status: answers.theirs.status,
    differing: [],
    missing: [],
  });
  expect(at(answers.ours, 'error.type')).toBe(at(answers.theirs, 'error.type'));
  expect(answers.ours.headers.has('seam-request-id')).toBe(answers.theirs.headers.has('seam-request-id'));
  return answers;
}

/** Locks are told twice, and once more in the list of devices: the reasons are the same. */
function isExcused(path: string): boolean {
  const named = path.replace(/^devices\./, 'locks.');
  return Object.keys(lacking).some((known) => named === known || named.startsWith(`${known}.`));
}

const make = (side: Side, more: object = {}) =>
  side.call('access_codes/create', { device_id: side.deviceId, name: 'Ada', ...more });
const idOf = (answer: Called) => at(answer, 'access_code.access_code_id');

describe("answers have the shape of the vendor's fake (vendor's fake)", () => {
  it('access_codes/create: without dates and with', async () => {
    const dates = { starts_at: '2036-11-30T09:00:00Z', ends_at: '2036-11-30T10:00:00Z' };

    const { ours } = await compare((side) => make(side));
    const { theirs, ours: dated } = await compare((side) => make(side, dates));

    expect(at(ours, 'access_code.type')).toBe('ongoing');
    for (const name of ['type', 'status', 'starts_at', 'ends_at']) {
      expect(at(dated, `access_code.${name}`)).toBe(at(theirs, `access_code.${name}`));
    }
  });

  it('access_codes/get and /list', async () => {
    await compare(async (side) => side.call('access_codes/get', { access_code_id: idOf(await make(side)) }));
    await compare((side) => side.call('access_codes/list', { device_id: side.deviceId }));
  });

  it('access_codes/update and /delete: an action attempt', async () => {
    await compare(async (side) =>
      side.call('access_codes/update', { access_code_id: idOf(await make(side)), name: 'New' }),
    );
    await compare(async (side) => side.call('access_codes/delete', { access_code_id: idOf(await make(side)) }));
  });

  it('locks/list, devices/list with its pages, acs/systems/list, acs/entrances/list', async () => {
    await compare((side) => side.call('locks/list', { device_ids: [side.deviceId] }));
    const { theirs } = await compare((side) => side.call('devices/list', { limit: 1 }));
    await compare(async (side) => {
      const first = await side.call('devices/list', { limit: 1 });
      return side.call('devices/list', { limit: 1, page_cursor: at(first, 'pagination.next_page_cursor') });
    });
    await compare((side) => side.call('acs/systems/list'));
    await compare((side) => side.call('acs/entrances/list'));

    expect(at(theirs, 'pagination.has_next_page')).toBe(true);
  });

  it('events/list', async () => {
    const created = { since: '2020-01-01T00:00:00Z', event_types: ['access_code.created'] };

    const { ours } = await compare((side) => side.call('events/list', created));

    expect(at(ours, 'events.0.event_type')).toBe('access_code.created');
  });

  it('webhooks create, get, list, delete', async () => {
    const wanted = { url: 'https://relay.example/lock_open', event_types: ['lock.unlocked'] };
    const id = async (side: Side) => at(await side.call('webhooks/create', wanted), 'webhook.webhook_id');

    await compare((side) => side.call('webhooks/create', wanted));
    await compare((side) => side.call('webhooks/list'));
    await compare(async (side) => side.call('webhooks/get', { webhook_id: await id(side) }));
    await compare(async (side) => side.call('webhooks/delete', { webhook_id: await id(side) }));
  });
});

describe("refusals are those of the vendor's fake (vendor's fake)", () => {
  it('401: a wrong key', async () => {
    await compare((side) => side.withKey(wrongKey));
  });

  it.each([
    ['a device that is not there', 'access_codes/create', { device_id: 'x' }, 404],
    ['a code that is not there', 'access_codes/get', { access_code_id: 'x' }, 404],
    ['a code to delete that is not there', 'access_codes/delete', { access_code_id: 'x' }, 404],
    ['a webhook that is not there', 'webhooks/get', { webhook_id: 'x' }, 404],
    ['no such call', 'nothing/list', {}, 404],
    ['a code without a device', 'access_codes/create', { name: 'Ada' }, 400],
    ['a number for an id', 'access_codes/get', { access_code_id: 3 }, 400],
    ['events of all times', 'events/list', {}, 400],
    [
      'events since and between',
      'events/list',
      { since: '2026-01-01T00:00:00Z', between: ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'] },
      400,
    ],
    ['codes of every device', 'access_codes/list', {}, 400],
    ['a cursor that is none', 'devices/list', { page_cursor: 'x' }, 400],
  ])('%s', async (_, path, body, status) => {
    const { theirs } = await compare((side) => side.call(path, body));

    expect(theirs.status).toBe(status);
  });

  it('400: one date without the other, and a page of another list', async () => {
    const { theirs } = await compare((side) => make(side, { starts_at: '2036-11-30T09:00:00Z' }));
    const { theirs: mixed } = await compare(async (side) => {
      const first = await side.call('devices/list', { limit: 1 });
      return side.call('devices/list', { limit: 2, page_cursor: at(first, 'pagination.next_page_cursor') });
    });

    expect([theirs.status, mixed.status]).toEqual([400, 400]);
  });

  it('409: a PIN that another code of the lock has', async () => {
    const { theirs } = await compare(async (side) => {
      await make(side, { code: '9876' });
      return make(side, { code: '9876' });
    });

    expect(theirs.status).toBe(409);
  });
});

describe('the comparison', () => {
  it('excuses nothing that ours has by now', async () => {
    const answers = [
      await both.ours.call('events/list', { since: '2020-01-01T00:00:00Z' }),
      await both.ours.call('locks/list'),
      await both.ours.call('acs/entrances/list'),
      await both.ours.call('access_codes/get', { access_code_id: 'x' }),
    ];
    const sent = new Set(answers.flatMap((answer) => [...shapeOf(answer.json).keys()]));

    expect(Object.keys(lacking).filter((path) => sent.has(path))).toEqual([]);
  });
});
