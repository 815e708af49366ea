// What the relay needs of a lock system besides grants, looked at once in a sweep: mended where that is safe, else shown.
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { careForLocks } from '../../src/sync/lock-care.ts';
import { counting, FORBIDDEN, MINUTE, UNAVAILABLE } from '../support/relay.ts';
import { createRelayOn, kisi, type RelayOn, seam, systems, unifi } from '../support/relay-on.ts';

const PATCH = 'PATCH /integrations/:id';
const warnings = ({ lines }: Pick<RelayOn, 'lines'>) =>
  lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ level }) => level === 'warn' || level === 40);
const told = (world: Pick<RelayOn, 'lines'>, message: string) => warnings(world).filter(({ msg }) => msg === message);
const ofLocks = async (world: Pick<RelayOn, 'problems'>) =>
  (await world.problems()).filter(({ kind }) => kind === 'lock-system').map(({ sentence }) => sentence);

describe('an event webhook that Kisi has switched off', () => {
  async function house() {
    const world = await createRelayOn(kisi());
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    await world.sweep();
    await world.pass(MINUTE);
    const [webhook] = world.locks.integrations.values();
    if (!webhook) throw new Error('no webhook');
    const switchOff = () => Object.assign(webhook, { enabled: false, disabledAt: world.clock.now() });
    return { world, ada, webhook, switchOff, front: world.lock('Front door') };
  }

  it('is switched on by the next sweep, which says so in the log and leaves no problem', async () => {
    const { world, webhook, switchOff } = await house();
    switchOff();

    await world.sweep();

    expect(webhook).toMatchObject({ enabled: true, disabledAt: null });
    expect(told(world, 'mended at the lock system')).toMatchObject([
      { what: 'the event webhook', sentence: expect.stringContaining('switched it off, since deliveries failed') },
    ]);
    expect(await ofLocks(world)).toEqual([]);
  });

  it('loses no opening of meanwhile: it comes by catching up, and those after it by the webhook', async () => {
    const { world, ada, switchOff, front } = await house();
    switchOff();
    expect(await world.opensLock(ada, front)).toBeNull();
    expect(await world.outcomes()).toEqual([]);

    await world.sweep();
    await world.pass(MINUTE);
    await world.catchUp();

    expect(await world.outcomes()).toEqual(['checked in']);
    expect((await world.opensLock(ada, front))?.state).toBe('delivered');
    expect(await world.outcomes()).toEqual(['checked in', 'checked in already']);
  });

  it('is left as it is, and shown, where Kisi does not let the relay switch it on', async () => {
    const { world, webhook, switchOff } = await house();
    switchOff();
    const began = world.clock.now();
    world.locks.sabotage(PATCH, FORBIDDEN);

    await world.sweep();

    expect(webhook.enabled).toBe(false);
    expect(await ofLocks(world)).toEqual([expect.stringContaining('Kisi, the event webhook: Kisi switched it off')]);
    expect(told(world, 'could not be mended at the lock system')).toHaveLength(1);
    expect(await world.store.settings.get('last-good-sweep')).toBeGreaterThanOrEqual(began);
  });

  it('is no longer shown once it was mended', async () => {
    const { world, switchOff } = await house();
    switchOff();
    world.locks.sabotage(PATCH, FORBIDDEN);
    await world.sweep();

    world.locks.healAll();
    await world.sweep();

    expect(await ofLocks(world)).toEqual([]);
  });

  it('is not switched on by a dry run', async () => {
    const { world, webhook, switchOff } = await house();
    switchOff();
    const written = counting(world.locks, PATCH);

    await world.preview();

    expect([written(), webhook.enabled]).toEqual([0, false]);
  });

  it('is for a person where there are two: one may belong to another space', async () => {
    const { world, webhook, switchOff } = await house();
    world.locks.integrations.set(7, { ...webhook, id: 7, name: 'Of another space', deliveries: new Set() });
    switchOff();

    await world.sweep();

    expect(webhook.enabled).toBe(false);
    expect(await ofLocks(world)).toEqual([expect.stringContaining('if it is ours, switch on')]);
  });
});

describe.each(Object.entries(systems).filter(([system]) => system !== 'smartlock'))('on %s', (_system, start) => {
  it('a webhook that is not there is shown with what to do, and keeps no sweep back', async () => {
    const world = await createRelayOn(start);
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.setCallbackUrl(undefined);

    await world.sweep();

    expect(await ofLocks(world)).toEqual([expect.stringMatching(/webhook.*(make|add) one|webhook.*how to make one/s)]);
    await world.pass(MINUTE);
    expect(world.opens(ada)).toEqual(['Front door']);
  });

  it('nothing is shown where all is well', async () => {
    const world = await createRelayOn(start);

    await world.sweep();

    expect(await ofLocks(world)).toEqual([]);
  });
});

describe('a lock system that cannot be looked after', () => {
  const endpoints = {
    kisi: { start: kisi(), endpoint: 'GET /integrations' },
    seam: { start: seam(), endpoint: 'POST /webhooks/list' },
  };

  it.each(Object.entries(endpoints))('is shown as such, and the sweep is done all the same (%s)', async (_, given) => {
    const world = await createRelayOn<Awaited<ReturnType<(typeof systems)['kisi']>>>(given.start);
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.sabotage(given.endpoint, UNAVAILABLE);

    await world.sweep();
    await world.pass(MINUTE);

    expect(await ofLocks(world)).toEqual([expect.stringContaining('could not be looked after')]);
    expect(world.opens(ada)).toEqual(['Front door']);
  });

  it('for a right that its token lacks, is shown with that right', async () => {
    const world = await createRelayOn((given) =>
      unifi()({ ...given }).then((locks) => {
        locks.sabotage(/webhooks\/endpoints$/, {
          kind: 'answer',
          status: 200,
          json: { code: 'CODE_OPERATION_FORBIDDEN', msg: 'This token may not.' },
        });
        return locks;
      }),
    );

    await world.sweep();

    expect(await ofLocks(world)).toEqual([expect.stringContaining('make a new token with the scope view:webhook')]);
  });
});

describe('a mistake of the program', () => {
  it('is not taken for a lock system that fails', async () => {
    const log = createLog({ level: 'silent', secrets: [] });
    const broken = { name: 'Broken', checkUp: () => Promise.reject(new TypeError('a mistake')) };
    const world = await createRelayOn(systems.smartlock);

    const looking = careForLocks({ locks: { ...world.parts.locks, ...broken }, log });

    await expect(looking).rejects.toThrow('a mistake');
  });
});
