import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/store/store.ts';
import { openWorld, type World } from './world.ts';

const HOUR = 3_600_000;

async function withTrail() {
  const world = await openWorld();
  const ada = world.cobot.addMember({ name: 'Ada Lovelace', email: 'ada@example.com', plan: world.plan });
  const ben = world.cobot.addMember({ name: 'Ben', plan: world.plan });
  const studio = [...world.lock.locks.values()].find(({ name }) => name === 'Studio')?.id ?? '';
  const old = (hoursAgo: number, more: Partial<AuditEntry>): AuditEntry => ({
    at: Date.now() - hoursAgo * HOUR,
    action: 'check-in',
    sentence: `${hoursAgo} hours ago`,
    cause: 'opening o1',
    membershipId: ada.id,
    lockUserId: null,
    lockId: studio,
    ...more,
  });
  await world.withApp(({ parts }) =>
    parts.store.audit.append([old(30, {}), old(200, { membershipId: ben.id }), old(3, { lockId: 'lock_gone' })]),
  );
  expect(await world.run('sync --yes')).toMatchObject({ code: 0 });
  return { world, ada, ben, studio };
}

async function sentences(world: World, ...words: string[]): Promise<string[]> {
  const { code, answer } = await world.run(['audit', '--json', ...words]);
  expect(code).toBe(0);
  const { entries } = answer() as { entries: { sentence: string }[] };
  return entries.map(({ sentence }) => sentence);
}

describe('audit', () => {
  it('shows time, member, lock, sentence and cause, the newest last', async () => {
    const { world } = await withTrail();

    const ran = await world.run('audit');

    const [table = '', sum] = ran.out.split('\n\n');
    const lines = table.split('\n');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(lines[0]).toMatch(/^TIME +MEMBER +WHAT +ACTION +LOCK +CAUSE$/);
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d +Ben +200 hours ago +check-in +Studio +opening o1$/);
    expect(lines.at(-1)).toMatch(/ +(Ada Lovelace|Ben) +may open .+ +grant +(Studio|Front door) +relay sync$/);
    expect(lines).toHaveLength(1 + 3 + 6);
    expect(sum).toBe('9 entries, the oldest first. Times are those of Europe/Berlin.\n');
  });

  it.each<[string, string[]]>([
    ['24h', ['3 hours ago']],
    ['2d', ['30 hours ago', '3 hours ago']],
    ['2w', ['200 hours ago', '30 hours ago', '3 hours ago']],
    ['2020-01-01', ['200 hours ago', '30 hours ago', '3 hours ago']],
    ['2020-01-01T09:00', ['200 hours ago', '30 hours ago', '3 hours ago']],
    ['10m', []],
  ])('since %s', async (since, expected) => {
    const { world } = await withTrail();

    expect((await sentences(world, '--since', since)).filter((each) => each.endsWith('ago'))).toEqual(expected);
  });

  it('of a member by address or id, of a lock by name or id, also of one that is gone, and no more than asked', async () => {
    const { world, ada, ben, studio } = await withTrail();

    expect(await sentences(world, '--member', 'ADA@example.com', '--lock', 'studio')).toEqual([
      '30 hours ago',
      expect.stringMatching(/^may open Studio/),
    ]);
    expect(await sentences(world, '--member', ben.id, '--lock', studio, '--limit', '1')).toEqual([
      expect.stringMatching(/^may open Studio/),
    ]);
    expect(await sentences(world, '--lock', 'lock_gone')).toEqual(['3 hours ago']);
    expect(await sentences(world, '--member', ada.id, '--since', '1h')).toHaveLength(3);
  });

  it('refuses what it does not know', async () => {
    const { world } = await withTrail();

    const wrongs = await Promise.all(
      [
        ['audit', '--since', 'yesterday'],
        ['audit', '--member', 'nobody@example.com'],
        ['audit', '--lock', 'Studoi'],
        ['audit', '--limit', '0'],
      ].map((words) => world.run(words)),
    );

    expect(wrongs.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(wrongs.map(({ err }) => err.split('\n')[0])).toEqual([
      'Error: "yesterday" is neither a duration nor a date',
      'Error: nobody is known by "nobody@example.com"',
      'Error: there is no lock "Studoi"; did you mean "Studio"?',
      expect.stringContaining('It is not a whole number from 1 to 100000.'),
    ]);
  });

  it('says so where there is nothing', async () => {
    const { world } = await withTrail();

    expect(await world.run('audit --since 2099-01-01')).toMatchObject({
      code: 0,
      out: 'There is nothing of that kind in the audit trail.\n',
    });
  });
});

describe('forget', () => {
  it('takes the name out of the trail and keeps the lines', async () => {
    const { world, ada } = await withTrail();
    world.cobot.cancel(ada, '2020-01-31');
    await world.run('sync --yes');
    const before = (await sentences(world)).length;

    const ran = await world.run('forget ADA@example.com');

    const after = await world.run('audit');
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Forgotten: 1 membership; names taken out of 7 audit entries/),
    });
    expect(after.out).not.toMatch(/Ada Lovelace|ada@example/);
    expect(after.out).not.toContain(ada.id);
    expect(await sentences(world)).toHaveLength(before);
    expect(await world.run('forget ada@example.com')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nobody'),
    });
  });

  it('is refused for a current member', async () => {
    const { world, ben } = await withTrail();

    const ran = await world.run(`forget ${ben.id} --yes`);

    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('current or coming, so nothing is forgotten') });
    expect((await world.run('audit')).out).toContain('Ben');
  });

  it('asks on a terminal, with the name, and without a yes forgets nothing', async () => {
    const { world, ada } = await withTrail();
    world.cobot.cancel(ada, '2020-01-31');
    await world.run('sync --yes');

    const ran = await world.run('forget ada@example.com', { terminal: { ask: async () => false } });

    expect(ran).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^Here is known: Ada Lovelace \(membership .+\nNothing was forgotten\.\n$/),
    });
    expect((await world.run('audit')).out).toContain('Ada Lovelace');
  });
});
