import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hurriedClock, openWorld, type World } from './world.ts';

const GOOD = 'version: 1\nrules:\n  - name: Everybody\n    locks: [all]\n    members: all\n';
const rule = (rest: string) => `version: 1\nrules:\n  - name: A\n${rest}`;

async function withSpace() {
  const world = await openWorld();
  world.cobot.addPlan({ name: 'Part Time' });
  world.cobot.addPlan({ name: 'Team', id: 'team-1' });
  world.cobot.addPlan({ name: 'team', id: 'team-2' });
  world.cobot.addResource('Meeting Room A');
  return world;
}

async function check(world: World, text: string, ...options: string[]) {
  writeFileSync(world.policyFile, text);
  const ran = await world.run(['policy', 'check', world.policyFile, ...options]);
  return { ...ran, lines: ran.out.split('\n').map((line) => line.replace(world.policyFile, 'access.yaml')) };
}

/** The configured file. */
const configured = (world: World) => ({ env: { ACCESS_POLICY: world.policyFile } });

describe('policy check', () => {
  it.each([
    ['no YAML', 'version: 1\n\trules: []\n', '2:1 a tab is no indentation in YAML, use spaces'],
    ['an unknown key', `${GOOD}bloked: []\n`, '6:1 unknown key "bloked"; did you mean "blocked"?'],
    ['a missing version', GOOD.replace('version: 1\n', ''), '1:1 version: must be 1'],
    [
      'an unknown lock',
      rule('    locks: [Frnt door]\n    members: all\n'),
      '4:13 there is no lock "Frnt door"; did you mean "Front door"?',
    ],
    [
      'an unknown plan',
      rule('    locks: [all]\n    plans: [Full Time, Part Tim]\n'),
      '5:24 there is no plan "Part Tim"; did you mean "Part Time"?',
    ],
    [
      'an ambiguous plan',
      rule('    locks: [all]\n    plans: [Team]\n'),
      '5:13 plan "Team" is ambiguous: team-1, team-2 have that name; use an id',
    ],
    [
      'an unknown resource',
      rule('    locks: [all]\n    booking: { resource: Meeting Room B }\n'),
      '5:26 there is no resource "Meeting Room B"; did you mean "Meeting Room A"?',
    ],
    [
      'hours that make no sense',
      rule('    locks: [all]\n    members: all\n    hours: [{ from: "25:00", to: "08:00" }]\n'),
      '6:21 rule 1, hours 1, from: must be a time of day such as "08:00"',
    ],
    [
      'a duration that is none',
      rule('    locks: [all]\n    booking: { resource: Meeting Room A, before: 10 }\n'),
      '5:50 rule 1, booking, before: must be a duration such as 10m, 1h or 1h30m',
    ],
    ['a brake that is none', `${GOOD}brake: { percent: 150 }\n`, '6:19 brake, percent: must not be above 100'],
  ])('gives %s one exact message with its place, and ends with 2', async (_, text, expected) => {
    const world = await withSpace();

    const { code, lines, err } = await check(world, text);

    expect([code, err]).toEqual([2, '']);
    expect(lines).toEqual([`access.yaml:${expected}`, '', '1 mistake.', '']);
  });

  it('gives every mistake at once, in JSON too', async () => {
    const world = await withSpace();
    const text = rule('    locks: [Frnt door]\n    plans: [Part Tim]\n');

    const { code, answer } = await check(world, text, '--json');

    expect(code).toBe(2);
    expect(answer()).toMatchObject({
      file: world.policyFile,
      mistakes: [
        { line: 4, column: 13, message: expect.stringContaining('Front door') },
        { line: 5, column: 13, message: expect.stringContaining('Part Time') },
      ],
      changes: null,
    });
  });

  it('says good with 0, with the warnings, and that it is not in force yet', async () => {
    const world = await withSpace();

    const { code, out } = await check(world, rule('    booking: { resources: all }\n'));

    expect(code).toBe(0);
    expect(out).toBe(
      `! rule "A": no lock is named like the resource "Meeting Room A"\nGood: ${world.policyFile}. It is not in force, and none was before: the service takes it at its start.\n`,
    );
  });

  it('tells whether it is the one in force, and puts nothing in force', async () => {
    const world = await withSpace();
    writeFileSync(world.policyFile, GOOD);
    await world.run('sync --yes', configured(world));

    const own = await world.run('policy check', configured(world));
    const other = await check(world, GOOD.replace('Everybody', 'All'));
    const broken = await check(world, 'version: 2\n');
    const stored = await world.withApp(({ parts }) => parts.store.settings.get('policy'));

    expect([own.code, own.out]).toEqual([0, expect.stringContaining('It is the policy in force.')]);
    expect([other.code, other.out]).toEqual([0, expect.stringContaining('the policy in force is another text')]);
    expect(broken.out).toContain('The policy last in force stays.');
    expect(stored?.text).toBe(GOOD);
  });

  it('ends with 1 where the other side cannot be asked, and needs nobody for what the text itself has wrong', async () => {
    const world = await withSpace();
    await world.lock.down();

    const wrong = await check(world, 'version: 2\nrules: []\n');
    const unasked = await check(world, rule('    locks: [Studio]\n    members: all\n'));
    await world.lock.up();

    expect([wrong.code, unasked.code]).toEqual([2, 1]);
    expect(unasked.err).toMatch(/Error: .+\n {2}Where: +GET \/locks/);
  });

  it('tells a file that is not there from one that need not be', async () => {
    const world = await withSpace();

    const given = await world.run(['policy', 'check', '/nowhere/access.yaml']);
    const named = await world.run('policy check', configured(world));
    const none = await world.run('policy check');

    expect([given.code, given.err]).toEqual([
      1,
      expect.stringMatching(/not there\n {2}Where: +\/nowhere\/access\.yaml/),
    ]);
    expect([named.code, named.out]).toEqual([
      2,
      expect.stringContaining(':1:1 is not there, although ACCESS_POLICY names it'),
    ]);
    expect([none.code, none.out]).toEqual([0, expect.stringContaining('every active member may open every lock')]);
  });

  it('sends the text to the running service, never the path, however long it is', async () => {
    const world = await withSpace();
    await world.service();
    const long = `${GOOD}${'# and so on\n'.repeat(20_000)}`;

    const good = await check(world, long);
    const broken = await check(world, GOOD.replace('all]', 'Frnt door]'));

    expect(good).toMatchObject({ code: 0, err: '' });
    expect([broken.code, broken.lines[0]]).toEqual([
      2,
      'access.yaml:4:13 there is no lock "Frnt door"; did you mean "Front door"?',
    ]);
  });
});

describe('policy check --changes', () => {
  it('shows who would gain and lose and which windows move, ends with 2, and changes nothing', async () => {
    const world = await withSpace();
    const virtual = world.cobot.addPlan({ name: 'Virtual Office' });
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    const vera = world.cobot.addMember({ name: 'Vera', plan: virtual });
    writeFileSync(
      world.policyFile,
      'version: 1\nrules:\n  - { name: Front, locks: [Front door], members: all }\n  - { name: Quiet, locks: [Studio], plans: [Virtual Office] }\n',
    );
    await world.run('sync --yes', configured(world));
    const before = world.writes().length;

    const ran = await check(
      world,
      'version: 1\nrules:\n  - { name: Front, locks: [Front door], members: all, hours: [{ from: "00:00", to: "23:59" }] }\n  - { name: Quiet, locks: [Studio], plans: [Full Time] }\n',
      '--changes',
    );

    const blockOf = (id: string) => new RegExp(`\\(membership ${id}\\)\n((?: {4}.*\n)+)`).exec(ran.out)?.[1] ?? '';
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('If it were in force now:');
    expect(ran.out).toContain(
      [
        'The doors:',
        '  + Studio: gained by 1 person, Ada Lovelace',
        '  ✗ Studio: lost by 1 person, Vera',
        '  ~ Front door: at other times for 2 people, Ada Lovelace, Vera',
        '',
      ].join('\n'),
    );
    expect(blockOf(ada.id)).toMatch(/~ may open Front door until .+: Front: plan "Full Time"/);
    expect(blockOf(ada.id)).toMatch(/\+ may open Studio: Quiet: plan "Full Time"/);
    expect(blockOf(vera.id)).toContain('may no longer open Studio: plan "Virtual Office" is not in "Quiet"');
    expect(world.writes()).toHaveLength(before);
    expect(world.lock.opens(vera.email ?? '')).toEqual(['Front door', 'Studio']);
  });

  it('shows what the brake of that text would hold', async () => {
    const world = await withSpace();
    for (let n = 0; n < 8; n += 1) world.cobot.addMember({ name: `Member ${n}`, plan: world.plan });
    await world.run('sync --yes');
    const narrow = rule('    locks: [Front door]\n    members: all\n');

    const held = await check(world, narrow, '--changes');
    const wide = await check(world, `${narrow}brake: { members: 8 }\n`, '--changes');

    expect([held.code, held.out]).toEqual([2, expect.stringContaining('8 losses of 8 persons held')]);
    expect([wide.code, wide.out]).toEqual([2, expect.stringContaining('8 accesses taken away')]);
  });

  it('tells what is held already apart from what it would add', async () => {
    const world = await withSpace();
    for (let n = 0; n < 8; n += 1) world.cobot.addMember({ name: `Member ${n}`, plan: world.plan });
    await world.run('sync --yes');
    const narrow = rule('    locks: [Front door]\n    members: all\n');
    writeFileSync(world.policyFile, narrow);
    await world.run('sync --yes', configured(world));

    const same = await check(world, narrow, '--changes');
    const none = await check(world, rule('    locks: [all]\n    plans: [Part Time]\n'), '--changes');

    expect(same.out).toContain('8 losses are held already, with or without it: "relay holds" shows them.');
    expect(same.out).not.toContain('The doors:');
    expect(same.out).not.toContain('would no longer open');
    expect([none.code, none.out]).toEqual([
      2,
      expect.stringContaining('! Front door: would be held, and stay open, for 8 people, Member 0, '),
    ]);
    expect(none.out).not.toContain('! Studio');
  });

  it('waits where Cobot asks for fewer calls', async () => {
    const world = await withSpace();
    world.cobot.addMember({ name: 'Ada', plan: world.plan });
    world.cobot.sabotage(
      'GET /api/memberships',
      { kind: 'answer', status: 429, json: {}, headers: { 'Retry-After': '20' } },
      { times: 1 },
    );

    writeFileSync(world.policyFile, GOOD);
    const ran = await world.run(['policy', 'check', world.policyFile, '--changes'], { clock: hurriedClock() });

    expect([ran.code, ran.out]).toEqual([2, expect.stringContaining('Front door: gained by 1 person, Ada')]);
    expect(world.cobot.requests.filter(({ status }) => status === 429)).toHaveLength(1);
  });

  it('ends with 0 where nothing would change', async () => {
    const world = await withSpace();
    await world.run('sync --yes');

    expect(await check(world, GOOD, '--changes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to change for 0 memberships'),
    });
  });

  it('works while the policy in force is a broken one, of which it tells nothing', async () => {
    const world = await withSpace();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    writeFileSync(world.policyFile, 'version: 2\n');
    const better = `${world.policyFile}.new`;
    writeFileSync(better, GOOD);

    const ran = await world.run(['policy', 'check', '--changes', better], configured(world));

    expect(ran).toMatchObject({ code: 2, out: expect.stringContaining(`Ada Lovelace (membership ${ada.id})`) });
    expect(ran.out).not.toContain('version');
  });

  it('ends with 1 where something could not be read', async () => {
    const world = await withSpace();
    world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Ten Days', limited: true }) });
    world.cobot.sabotage('GET /api/time_passes/unused', { kind: 'answer', status: 403, json: {} });

    expect(await check(world, GOOD, '--changes')).toMatchObject({
      code: 1,
      out: expect.stringContaining('Could not be read'),
    });
  });
});

describe('policy schema', () => {
  it('prints the JSON Schema, needing no configuration', async () => {
    const world = await openWorld();
    const without = Object.fromEntries(Object.keys(world.env).map((name) => [name, undefined]));

    const ran = await world.run('policy schema', { env: without });

    expect([ran.code, ran.out]).toEqual([
      0,
      readFileSync(new URL('../../examples/access.schema.json', import.meta.url), 'utf8'),
    ]);
  });
});
