// Access codes on keypads of the simulated Seam (own simulator): on the lock after a moment, off it at their end.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeamOptions } from '../../src/simulators/seam/seam.ts';
import type { Called } from './calls.ts';
import { at, HOUR, ids, iso, type OpenSeam, openSeam } from './open-seam.ts';

const EMAIL = 'ada@example.com';

let world: OpenSeam;
let ada: string;
let studio: string;
let attic: string;

async function open(options: Partial<SeamOptions> = {}): Promise<void> {
  await world?.seam.close();
  world = await openSeam({ times: { setAfterMs: 1000 }, keypads: ['Studio', 'Attic'], ...options });
  const [one, two] = world.seam.addLocks('Studio', 'Attic');
  [studio, attic] = [one?.id ?? '', two?.id ?? ''];
  ada = world.seam.addPerson({ email: EMAIL });
}
beforeEach(() => open());
afterEach(() => world.seam.close());

const give = (more: Record<string, unknown> = {}): Promise<Called> =>
  world.call('access_codes/create', { device_id: studio, name: `relay ${ada}`, ...more });
const idOf = (answer: Called) => String(at(answer, 'access_code.access_code_id'));
const look = (id: string) => world.call('access_codes/get', { access_code_id: id });
const status = async (id: string) => at(await look(id), 'access_code.status');
const can = (ms = 0) => world.seam.can(EMAIL, 'Studio', world.clock.now() + ms);
const told = () => world.seam.workspace.events.map(({ type }) => type);
const window = (from: number, until: number) => ({
  starts_at: iso(world.clock.now() + from),
  ends_at: iso(world.clock.now() + until),
});

describe('an access code', () => {
  it('has a PIN of its own and opens as soon as it is set', async () => {
    const made = await give();
    const id = idOf(made);
    const before = [await status(id), can(), can(1000), world.seam.canEver(EMAIL, 'Studio')];
    const pending = world.seam.grants();
    world.clock.advance(1000);

    expect(at(made, 'access_code')).toMatchObject({ type: 'ongoing', code: expect.stringMatching(/^\d{4}$/) });
    expect(before).toEqual(['setting', false, true, true]);
    expect(pending).toMatchObject([{ id: `code:${id}`, lockUserId: ada, standing: { state: 'pending' } }]);
    expect([await status(id), can(), world.seam.can(EMAIL, 'Attic')]).toEqual(['set', true, false]);
    expect(world.seam.grants()).toEqual([
      { id: `code:${id}`, lockUserId: ada, lockId: studio, from: null, until: null, note: `relay ${ada}` },
    ]);
    expect(told()).toEqual(['access_code.created', 'access_code.set_on_device']);
  });

  it('is unset before its window and after it', async () => {
    const id = idOf(await give(window(HOUR, 2 * HOUR)));

    const seen: unknown[] = [];
    for (const ms of [0, HOUR - 1, 1, HOUR - 1, 1]) {
      world.clock.advance(ms);
      seen.push([await status(id), can()]);
    }

    expect(at(await look(id), 'access_code.type')).toBe('time_bound');
    expect(seen).toEqual([
      ['unset', false],
      ['unset', false],
      ['set', true],
      ['set', true],
      ['unset', false],
    ]);
    expect(told()).toEqual(['access_code.created', 'access_code.set_on_device', 'access_code.removed_from_device']);
    expect(world.seam.canEver(EMAIL, 'Studio')).toBe(false);
  });

  it.each([
    ['only a start', { starts_at: '2026-11-30T09:00:00Z' }, 400],
    ['only an end', { ends_at: '2026-11-30T09:00:00Z' }, 400],
    ['an end that is past', { starts_at: '2026-11-30T06:00:00Z', ends_at: '2026-11-30T08:00:00Z' }, 400],
    ['an end at its start', { starts_at: '2026-11-30T09:00:00Z', ends_at: '2026-11-30T09:00:00Z' }, 400],
    ['letters in it', { code: 'abcd' }, 400],
    ['a device that is not there', { device_id: 'x' }, 404],
    ['no device', { device_id: undefined }, 400],
  ])('is refused with %s', async (_, more, refused) => {
    expect((await give(more)).status).toBe(refused);
    expect(world.seam.accessCodes.all.size).toBe(0);
  });

  it('needs a keypad, and a PIN that nobody else has at that lock', async () => {
    const bare = world.seam.workspace.addDevice('Shed', { keypad: false });
    const first = idOf(await give({ code: '4711' }));
    const other = idOf(await give({ code: '4712' }));

    const again = await give({ code: '4711' });

    expect(again).toMatchObject({ status: 409, json: { error: { type: 'duplicate_access_code' } } });
    expect(again.text).not.toContain('4711');
    expect((await give({ code: '4711', device_id: attic })).status).toBe(200);
    expect((await world.call('access_codes/update', { access_code_id: other, code: '4711' })).status).toBe(409);
    expect((await world.call('access_codes/update', { access_code_id: first, code: '4711' })).status).toBe(200);
    expect((await give({ device_id: bare.id })).status).toBe(400);
  });

  it('is listed by device or by id, and not without', async () => {
    const [one, two] = [idOf(await give()), idOf(await give({ device_id: attic }))];
    const list = async (filter: object) =>
      ids(await world.call('access_codes/list', filter), 'access_codes', 'access_code_id');

    expect(await list({ device_id: studio })).toEqual([one]);
    expect(await list({ access_code_ids: [two, 'x'] })).toEqual([two]);
    expect((await world.call('access_codes/list', {})).status).toBe(400);
  });

  it('may never get to the lock', async () => {
    const lift = world.seam.accessCodes.failSetting(({ name }) => name === `bad ${ada}`, 'Keypad is full.');

    const id = idOf(await give({ name: `bad ${ada}` }));
    world.clock.advance(HOUR);
    const failed = { status: await status(id), error: at(await look(id), 'access_code.errors.0.error_code') };
    const grants = world.seam.grants();
    lift();
    await give({ name: `bad ${ada}` });
    world.clock.advance(1000);

    expect(failed).toEqual({ status: 'setting', error: 'failed_to_set_on_device' });
    expect(grants[0]?.standing).toEqual({ state: 'failed', words: 'Keypad is full.' });
    expect(told()).toContain('access_code.failed_to_set_on_device');
    expect(can()).toBe(true);
  });

  it('keeps its PIN and its old window until the new window is on the lock', async () => {
    const made = await give();
    const id = idOf(made);
    world.clock.advance(1000);

    const answer = await world.call('access_codes/update', { access_code_id: id, ...window(HOUR, 2 * HOUR) });
    const during = [can(), can(1000), can(HOUR)];
    world.clock.advance(HOUR);

    expect(at(answer, 'action_attempt')).toMatchObject({ status: 'pending', action_type: 'UPDATE_ACCESS_CODE' });
    expect(during).toEqual([true, true, true]);
    expect([can(), can(HOUR), await status(id)]).toEqual([true, false, 'set']);
    expect(at(await look(id), 'access_code.code')).toBe(at(made, 'access_code.code'));
    expect((await world.call('access_codes/update', { access_code_id: id, starts_at: iso(0) })).status).toBe(400);
    await world.call('access_codes/update', { access_code_id: id, name: 'Nobody' });
    expect(world.seam.grants()).toMatchObject([{ lockUserId: '', note: 'Nobody' }]);
  });

  it.each([
    ['open', true],
    ['shut', false],
  ] as const)('that is being deleted is %s until it is off the lock', async (whileDeleting, opens) => {
    await open({ switches: { whileDeleting } });
    const id = idOf(await give());
    world.clock.advance(1000);

    const answer = await world.call('access_codes/delete', { access_code_id: id });
    const during = [await status(id), can(), can(1000), world.seam.grants().length];
    world.clock.advance(1000);

    expect(at(answer, 'action_attempt.status')).toBe('pending');
    expect(during).toEqual(['removing', opens, false, 0]);
    expect([can(), (await look(id)).status]).toEqual([false, 404]);
    expect((await world.call('access_codes/delete', { access_code_id: id })).status).toBe(404);
    expect(told().slice(-2)).toEqual(['access_code.removed_from_device', 'access_code.deleted']);
  });

  it('of an access grant goes with it, and is neither changed nor deleted alone', async () => {
    const grant = world.seam.addByHand({ lockUserId: ada, lockId: studio });
    const listed = await world.call('access_codes/list', { device_id: studio });
    const [code] = ids(listed, 'access_codes', 'access_code_id');

    expect([await status(code ?? ''), can()]).toEqual(['set', true]);
    expect((await world.call('access_codes/delete', { access_code_id: code })).status).toBe(400);
    expect(world.seam.grants()).toMatchObject([{ id: grant, lockUserId: ada }]);
    world.seam.removeByHand(grant);
    expect([can(), (await look(code ?? '')).status]).toEqual([false, 404]);
  });

  it('is read as the connector reads it, where that is told', async () => {
    await open({ codeAs: ({ name }) => ({ note: `read: ${name?.slice(0, 5)}`, until: null }) });

    await give(window(0, HOUR));

    expect(world.seam.grants()).toMatchObject([{ lockUserId: ada, note: 'read: relay', until: null }]);
  });
});

describe('a device takes so many codes a minute', () => {
  it('ten creations, ten updates, twenty deletions, each device for itself', async () => {
    const statuses = async (count: number, work: (n: number) => Promise<Called>) => {
      const seen: number[] = [];
      for (let n = 0; n < count; n += 1) seen.push((await work(n)).status);
      return seen.filter((each) => each !== 200);
    };
    const made: string[] = [];
    const keep = async (device_id: string) => {
      const answer = await give({ device_id });
      if (answer.status === 200) made.push(idOf(answer));
      return answer;
    };

    const created = await statuses(11, () => keep(studio));
    const elsewhere = await statuses(10, () => give({ device_id: attic }));
    const updated = await statuses(11, (n) =>
      world.call('access_codes/update', { access_code_id: made[n % 10], name: 'New' }),
    );
    world.clock.advance(60_000);
    const later = await statuses(10, () => keep(studio));
    world.clock.advance(60_000);
    await keep(studio);
    const deleted = await statuses(21, (n) => world.call('access_codes/delete', { access_code_id: made[n] }));

    expect([created, elsewhere, updated, later, deleted]).toEqual([[429], [], [429], [], [429]]);
  });

  it.each([
    ['sent', '60'],
    ['absent', null],
  ] as const)('and says how long to wait: %s', async (retryAfter, seconds) => {
    await open({ switches: { retryAfter }, limits: { creations: 1 } });
    await give();

    const answer = await give();

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, seconds]);
  });

  it('or as many as one likes', async () => {
    await open({ limits: 'off' });

    for (let n = 0; n < 11; n += 1) expect((await give()).status).toBe(200);
  });
});
