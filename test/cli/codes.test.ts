// relay codes: what somebody types into a keypad, for the eyes of who asks, and nowhere else.
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../support/relay.ts';
import { kisi, seam } from '../support/relay-on.ts';
import { openWorldOn } from './world-on.ts';

const DOORS = ['Front door', 'Studio'];

/** Ada and Ben with a code at each keypad; codes that stand nowhere by chance. */
async function house() {
  const world = await openWorldOn(seam({ keypads: DOORS }), { locks: DOORS });
  const plan = world.cobot.addPlan({ name: 'Full' });
  const [ada, ben] = ['Ada', 'Ben'].map((name) => world.cobot.addMember({ name, plan }));
  if (!ada || !ben) throw new Error('no members');
  await world.sweep();
  await world.pass(MINUTE);
  const codes = [...world.locks.accessCodes.all.values()];
  for (const [index, code] of codes.entries()) code.pin = `8${index}613${index}27`;
  const pinsOf = (member: typeof ada) =>
    codes.filter(({ name }) => name?.includes(world.userOf(member).id)).map(({ pin }) => pin);
  return { world, ada, ben, pinsOf, pins: codes.map(({ pin }) => pin) };
}

describe('codes', () => {
  it('prints who, which lock and what to type in, of that member alone', async () => {
    const { world, ada, ben, pinsOf } = await house();

    const { code, out, err } = await world.run(`codes ${ada.email}`);

    expect([code, err, pinsOf(ada).length]).toEqual([0, '', 2]);
    for (const door of DOORS) expect(out).toMatch(new RegExp(`^Ada.* +${door} +8\\d613\\d27$`, 'm'));
    for (const pin of pinsOf(ada)) expect(out).toContain(pin);
    for (const pin of pinsOf(ben)) expect(out).not.toContain(pin);
    const bens = await world.run(`codes ${ben.email}`);
    expect(bens.out.match(/8\d613\d27/g)?.toSorted()).toEqual(pinsOf(ben).toSorted());
  });

  it('takes the id of a membership, and answers in JSON', async () => {
    const { world, ada, pinsOf } = await house();

    const { code, answer } = await world.run(`codes ${ada.id} --json`);

    expect(code).toBe(0);
    expect(answer()).toMatchObject({
      persons: [{ membershipId: ada.id, member: 'Ada', codes: DOORS.map((lock) => ({ lock })) }],
    });
    expect(
      JSON.stringify(answer())
        .match(/8\d613\d27/g)
        ?.toSorted(),
    ).toEqual(pinsOf(ada).toSorted());
  });

  it('says so where there is none: on a system without keypads, and before one is in effect', async () => {
    const world = await openWorldOn(kisi());
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    await world.sweep();

    expect(await world.run(`codes ${ada.email}`)).toMatchObject({
      code: 0,
      out: 'There is no code: nothing to type in, or none is in effect yet.\n',
    });
  });

  it('refuses somebody whom nobody knows, and prints no code', async () => {
    const { world } = await house();

    const { code, out, err } = await world.run('codes nobody@example.com');

    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('nobody@example.com');
  });

  it('leaves the codes in no log, no audit and no file of the relay', async () => {
    const { world, ada, pins } = await house();

    await world.run(`codes ${ada.email}`);
    await world.sweep();

    const kept = [...world.lines, ...(await world.audit()), world.onDisk()].join('\n');
    expect(kept.length).toBeGreaterThan(10_000);
    expect(pins.filter((pin) => kept.includes(pin))).toEqual([]);
  });

  it('is the only command that shows them', async () => {
    const { world, ada, pins } = await house();
    await world.run(`codes ${ada.email}`);
    const others = [
      `why ${ada.email} --json`,
      `why ${ada.email}`,
      ['who', 'Front door', '--json'],
      'audit --json',
      'problems --json',
      'jobs --json',
      'webhooks --json',
      'sync --dry-run --json',
      'adopt --all --json',
      'doctor --json',
    ];

    for (const words of others) {
      const { out, err } = await world.run(words);
      expect(out.length, String(words)).toBeGreaterThan(2);
      expect(
        pins.filter((pin) => `${out}${err}`.includes(pin)),
        String(words),
      ).toEqual([]);
    }
  });

  it('an opening whose event holds the code leaves it in no log and no answer', async () => {
    const { world, ada, pins } = await house();
    await world.opensLock(ada, world.lock('Front door'));

    const { out } = await world.run('webhooks --json');

    const kept = [...world.lines, ...(await world.audit()), out].join('\n');
    expect(pins.filter((pin) => JSON.stringify(world.locks.deliveries).includes(pin))).toHaveLength(1);
    expect(pins.filter((pin) => kept.includes(pin))).toEqual([]);
  });

  // Waits for src/webhooks/lock-open.ts, which stores a delivery as it came.
  it('nor on the disk', async () => {
    const { world, ada, pins } = await house();
    await world.opensLock(ada, world.lock('Front door'));

    expect(pins.filter((pin) => world.onDisk().includes(pin))).toEqual([]);
  });
});
