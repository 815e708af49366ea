import { describe, expect, it } from 'vitest';
import { openWorld } from './world.ts';

/** Ada with an unlimited plan, Ben with a limited one and no pass; swept once. */
async function withTwo() {
  const world = await openWorld();
  const limited = world.cobot.addPlan({ name: 'Ten Days', limited: true });
  const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan, email: 'ada@example.com' });
  const ben = world.cobot.addMember({ name: 'Ben', plan: limited });
  expect(await world.run('sync --yes')).toMatchObject({ code: 0 });
  return { world, limited, ada, ben };
}

describe('why', () => {
  it('says for each lock yes, by which rule, and that the lock system agrees', async () => {
    const { world, ada } = await withTwo();

    const ran = await world.run('why ADA@example.com');

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      new RegExp(`^Ada Lovelace \\(membership ${ada.id}\\)\nAt .+ \\(Europe/Berlin\\); Cobot as of .+; lock user `),
    );
    expect(ran.out).toMatch(
      /\nFront door: yes, since \d{4}-\d\d-\d\d 00:00\n {2}- membership .+: active, plan "Full Time"\n/,
    );
    expect(ran.out).toContain('  - Every active member may open every lock: plan "Full Time"\n');
    expect(ran.out).toMatch(/\nStudio: yes/);
    expect(ran.out.match(/- the lock system agrees$/gm)).toHaveLength(2);
  });

  it('says no, why, and what would open it, for one lock by its name', async () => {
    const { world, ben } = await withTwo();

    const ran = await world.run(['why', ben.id, 'front DOOR']);

    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^Front door: no$/m);
    expect(ran.out).toMatch(/^ {2}- no day pass left$/m);
    expect(ran.out).toMatch(/^ {2}- what would open it: a day pass that can be used now/m);
    expect(ran.out).not.toContain('Studio');
  });

  it('marks where the lock system differs', async () => {
    const { world, ada } = await withTwo();
    world.cobot.cancel(ada, '2020-01-31');

    const ran = await world.run(['why', ada.id, 'Studio']);

    expect(ran.out).toMatch(/^Studio: no$/m);
    expect(ran.out).toMatch(/^ {2}! at the lock system it opens although it should not$/m);
  });

  it('answers in JSON, of all persons behind an address', async () => {
    const { world, ada } = await withTwo();

    const { answer } = await world.run('why ada@example.com --json');

    expect(answer()).toMatchObject({
      zone: 'Europe/Berlin',
      note: null,
      persons: [
        {
          names: ['Ada Lovelace'],
          membershipIds: [ada.id],
          lockSystemRead: true,
          locks: [
            { lock: 'Front door', opens: true, until: null, opensNext: null, waiting: null, lockSystem: 'agrees' },
            { lock: 'Studio', opens: true },
          ],
        },
      ],
    });
  });

  it.each([
    ['2099-12-24T09:00', '2099-12-24T08:00:00Z'],
    ['2099-12-24 09:00:30', '2099-12-24T08:00:30Z'],
    ['2099-12-24T09:00+03:00', '2099-12-24T06:00:00Z'],
    ['2099-12-24T09:00Z', '2099-12-24T09:00:00Z'],
    ['2099-06-24', '2099-06-23T22:00:00Z'],
  ])(
    "takes --at %s by the space's clock unless it carries an offset, and says where the facts end",
    async (text, at) => {
      const { world, ada } = await withTwo();

      const ran = await world.run(['why', ada.id, 'Studio', '--at', text, '--json']);

      expect(ran.answer()).toMatchObject({
        at,
        note: expect.stringMatching(/^bookings, passes and check-ins are known from .+ to .+; beyond that/),
        persons: [{ locks: [{ opens: true, lockSystem: null }] }],
      });
    },
  );

  it('refuses what is no time, and names the nearest lock', async () => {
    const { world, ada } = await withTwo();

    const wrongs = [
      await world.run(['why', ada.id, 'Studio', '--at', 'tomorrow']),
      await world.run(['why', ada.id, 'Studio', '--at', '2026-02-30T09:00']),
      await world.run(['why', ada.id, 'Studoi']),
      await world.run(['why', 'nobody@example.com']),
    ];

    expect(wrongs.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(wrongs.map(({ err }) => err.split('\n')[0])).toEqual([
      'Error: "tomorrow" is no time',
      'Error: "2026-02-30T09:00" is no time',
      'Error: there is no lock "Studoi"; did you mean "Studio"?',
      'Error: nobody is known by "nobody@example.com"',
    ]);
  });

  it('changes nothing', async () => {
    const { world } = await withTwo();
    const before = world.writes().length;

    await world.run('why ada@example.com');
    await world.run(['who', 'Studio']);

    expect(world.writes()).toHaveLength(before);
  });

  it('lets a name write nothing but a name into the terminal', async () => {
    const { world, ada } = await withTwo();
    ada.name = 'Ada\u001b[2J\nStudio: yes';

    const ran = await world.run(['why', ada.id]);

    expect(ran.out).toMatch(/^Ada Studio: yes \(membership/);
    expect(ran.out).not.toContain('\u001b');
  });
});

describe('why, by a name', () => {
  it('takes the name, or a part of one that only one person has', async () => {
    const { world, ada } = await withTwo();

    const runs = [await world.run(['why', 'ada lovelace', '--json']), await world.run('why lovel --json')];

    for (const ran of runs) expect(ran.answer()).toMatchObject({ persons: [{ membershipIds: [ada.id] }] });
  });

  it('says who is called like that where that is not one', async () => {
    const { world } = await withTwo();
    const grace = world.cobot.addMember({ name: 'Ada Grace', plan: world.plan });
    await world.run('sync');

    const ran = await world.run('why ada');
    const whole = await world.run(['why', 'ada grace', '--json']);

    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/^Error: 2 people are called "ada"\n {2}- Ada .*\n {2}- Ada .*\n {2}What to do: /);
    expect(whole.answer()).toMatchObject({ persons: [{ membershipIds: [grace.id] }] });
  });
});

describe('who', () => {
  it('lists who may open a lock, why, and marks whoever can though no rule says so', async () => {
    const { world, ada } = await withTwo();
    const [front] = [...world.lock.locks.values()];
    const ben = world.lock.userByEmail('ben@example.com');
    const cleaner = world.lock.addUser({ email: 'cleaner@example.com', name: 'Cleaner' });
    for (const user of ben ? [ben, cleaner] : []) if (front) world.lock.addAccess({ user, lock: front });

    const ran = await world.run(['who', 'Front door']);
    const json = await world.run(['who', 'Front door', '--json']);

    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(
      new RegExp(`^ +Ada Lovelace +Every active member may open every lock: .+ +the rules +opens +${ada.id}$`, 'm'),
    );
    expect(ran.out).toMatch(/^! +Ben +a grant that .+ +a grant of others +opens +\w+$/m);
    expect(ran.out).toMatch(/^ +Cleaner +a grant that .+ +a grant of others +opens$/m);
    expect(ran.out).toContain('1 person by the rules, 2 besides.');
    expect(json.answer()).toMatchObject({
      lock: 'Front door',
      people: [
        { name: 'Ada Lovelace', wrong: false },
        { name: 'Ben', wrong: true },
        { name: 'Cleaner', wrong: false },
      ],
    });
  });

  it('names the nearest lock where there is none of that name', async () => {
    const { world } = await withTwo();

    expect(await world.run(['who', 'Front dor'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no lock "Front dor"; did you mean "Front door"?'),
    });
  });
});
