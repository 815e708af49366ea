import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openWorld, type World } from './world.ts';

const YESTERDAY_AT_THE_LATEST = '2020-01-31';
const opens = ({ lock }: World, { email }: { email: string | null }) => (email === null ? [] : lock.opens(email));

/** So many members with access, as the relay gave it. */
async function withMembers(count: number) {
  const world = await openWorld();
  const members = Array.from({ length: count }, (_, n) =>
    world.cobot.addMember({ name: `Member ${n}`, plan: world.plan }),
  );
  expect(await world.run('sync --yes')).toMatchObject({ code: 0 });
  return { world, members };
}

describe('sync --dry-run', () => {
  it('names member and lock for each change, changes nothing on either side, and ends with 2', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });

    const ran = await world.run('sync --dry-run');

    expect(ran.code).toBe(2);
    expect(ran.out).toContain(`Ada Lovelace (membership ${ada.id})`);
    expect(ran.out).toMatch(/^ {4}\+ registered as a new lock user \(.*invitation\)$/m);
    expect(ran.out).toMatch(/^ {4}\+ may open Studio: .*Full Time/m);
    expect(ran.out).toContain('Sum: 1 lock user registered, 2 accesses given, 1 check-in token linked');
    expect(ran.out.trimEnd().split('\n').at(-1)).toMatch(/^Sum: .*Nothing was changed yet\.$/);
    expect(world.writes()).toEqual([]);
  });

  it('ends with 0 where there is nothing to change', async () => {
    const world = await openWorld();

    const ran = await world.run('sync --dry-run');

    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('nothing to change for 0 memberships') });
  });

  it('shows problems with the member that they are about', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan, email: null });

    const ran = await world.run('sync --dry-run');

    expect(ran.out).toMatch(new RegExp(`^Problems:\n {4}! Ada Lovelace \\(membership ${ada.id}\\): .*email`, 'm'));
    expect(ran.code).toBe(0);
  });

  it('shows what would be held', async () => {
    const { world, members } = await withMembers(8);
    for (const member of members.slice(0, 6)) world.cobot.cancel(member, YESTERDAY_AT_THE_LATEST);

    const ran = await world.run('sync --dry-run');

    expect(ran.code).toBe(2);
    expect(ran.out).toMatch(/^Held for a person to decide/m);
    expect(ran.out).toMatch(
      /^ {4}! would no longer open Studio: membership .+ \(as far as Cobot's lists tell; not confirmed\)$/m,
    );
    expect(ran.out).toContain('12 losses of 6 persons held');
    expect(await world.run('holds')).toMatchObject({ code: 0, out: 'Nothing is held.\n' });
  });

  it('says what could not be read, and ends with 1', async () => {
    const world = await openWorld();
    const limited = world.cobot.addPlan({ name: 'Ten Days', limited: true });
    world.cobot.addMember({ name: 'Ada Lovelace', plan: limited });
    world.cobot.sabotage('GET /api/time_passes/unused', {
      kind: 'answer',
      status: 403,
      json: { errors: { base: ['no'] } },
    });

    const ran = await world.run('sync --dry-run');

    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^Could not be read, .*:\n {4}! .*GET \/api\/time_passes\/unused/m);
  });
});

describe('sync', () => {
  it('shows the plan, applies it without asking where nobody is there to answer, and tells what was done', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });

    const ran = await world.run('sync');

    expect(ran.code).toBe(0);
    expect(opens(world, ada)).toEqual(['Front door', 'Studio']);
    expect(ran.out).toMatch(
      /What has to change:[\s\S]*Done:\n {2}Ada Lovelace[\s\S]*\nDone: 1 lock user registered, 2 accesses given/,
    );
    expect(ran.out).toContain('1 check-in token to be moved by the service, once it runs.');
  });

  it('takes access away again', async () => {
    const { world, members } = await withMembers(3);
    const [ada] = members;
    if (!ada) throw new Error('no member');
    world.cobot.cancel(ada, YESTERDAY_AT_THE_LATEST);

    const ran = await world.run('sync');

    expect(ran.code).toBe(0);
    expect(ran.out).toContain('- may no longer open Studio: membership ended on 2020-01-31');
    expect(opens(world, ada)).toEqual([]);
  });

  it('ends with 2 where something is held, and holds shows it', async () => {
    const { world, members } = await withMembers(8);
    for (const member of members.slice(0, 6)) world.cobot.cancel(member, YESTERDAY_AT_THE_LATEST);

    const ran = await world.run('sync');
    const holds = await world.run('holds');
    const list = await world.run('holds list --json');

    expect(ran.code).toBe(2);
    expect(members.map((member) => opens(world, member).length)).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect(holds.code).toBe(0);
    expect(holds.out).toMatch(
      /^Hold [\w-]+, since \d{4}-\d\d-\d\d \d\d:\d\d \(Europe\/Berlin\)\n6 persons would lose access, at 2 locks:/,
    );
    expect(holds.out).toMatch(
      /^Member 0 +Studio +membership .+ \(as far as Cobot's lists tell; not confirmed\) +\w+$/m,
    );
    expect(list.answer()).toMatchObject({
      hold: { persons: 6, lines: expect.arrayContaining([expect.objectContaining({ member: 'Member 5' })]) },
    });
  });

  it('asks on a terminal, and without a yes changes nothing', async () => {
    const world = await openWorld();
    world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    const asked: string[] = [];
    const ask = async (question: string) => asked.push(question) < 0;

    const ran = await world.run('sync', { terminal: { ask } });

    expect(asked).toEqual(['Apply 4 changes?']);
    expect(ran).toMatchObject({ code: 2, out: expect.stringContaining('Nothing was changed.') });
    expect(world.writes()).toEqual([]);
  });

  it('applies after a yes, and does not ask with --yes', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    let asked = 0;
    const ask = async () => ++asked > 0;

    expect(await world.run('sync', { terminal: { ask } })).toMatchObject({ code: 0 });
    const afterFirst = { asked, opens: opens(world, ada) };
    const ben = world.cobot.addMember({ name: 'Ben', plan: world.plan });
    expect(await world.run('sync --yes', { terminal: { ask } })).toMatchObject({ code: 0 });

    expect(afterFirst).toEqual({ asked: 1, opens: ['Front door', 'Studio'] });
    expect({ asked, opens: opens(world, ben) }).toEqual({ asked: 1, opens: ['Front door', 'Studio'] });
  });

  it('gives one JSON document, and asks on stderr with the plan before it', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });

    const refused = await world.run('sync --json', { terminal: { ask: async () => false } });
    const ran = await world.run('sync --json');
    const trial = await world.run('sync --json --dry-run');

    expect(refused.err).toContain('What has to change:');
    expect(refused.answer()).toMatchObject({ dryRun: false, done: null });
    expect(ran.answer()).toMatchObject({
      plan: { memberships: 1, changes: expect.arrayContaining([expect.objectContaining({ action: 'register' })]) },
      done: { changes: expect.arrayContaining([expect.objectContaining({ membershipId: ada.id, lock: 'Studio' })]) },
    });
    expect(trial.answer()).toMatchObject({ dryRun: true, plan: { held: [], unread: [] } });
  });

  it('ends with 2 where the lock system refused a change', async () => {
    const world = await openWorld();
    world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    world.lock.sabotage(/^POST .*/, {
      kind: 'answer',
      status: 422,
      json: { error: { code: 'invalid', message: 'no' } },
    });

    const ran = await world.run('sync');

    expect(ran.code).toBe(2);
    expect(ran.out).toContain('1 person not finished');
    expect(ran.out).toContain('could not be given access');
  });

  it('tells every mistake of a policy that was never in force, and ends with 1', async () => {
    const world = await openWorld();
    writeFileSync(
      world.policyFile,
      'version: 1\nrules:\n  - name: A\n    locks: [Frnt door]\n    members: all\n  - name: B\n    locks: [Stdio]\n    members: all\n',
    );

    const ran = await world.run('sync', { env: { ACCESS_POLICY: world.policyFile } });

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/line 4.*Front door[\s\S]*line 7.*Studio/);
    expect(world.writes()).toEqual([]);
  });

  it('says on stderr what it is at, once that takes more than a second', async () => {
    const world = await openWorld();
    world.cobot.sabotage('GET /api/memberships', { kind: 'delay', ms: 1200 });

    const slow = await world.run('sync --dry-run');

    expect(slow.progress).toMatch(/^(?:\.\.\. waiting for the answer\n)?\.\.\. reading Cobot and the lock system\n/);
  });

  it('uses colours on a terminal alone, and never alone', async () => {
    const world = await openWorld();
    world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });

    const piped = await world.run('sync --dry-run');
    const shown = await world.run('sync --dry-run', { terminal: { colours: true, width: 60 } });

    expect(piped.out).not.toContain('\u001b');
    expect(shown.out).toContain('\u001b[32m+ registered');
  });

  it('lets a member write nothing but a name into the terminal', async () => {
    const world = await openWorld();
    world.cobot.addMember({ name: 'Ada\u001b[2J\nSum: nothing', plan: world.plan, email: 'ada@example.com' });

    const ran = await world.run('sync --dry-run');

    expect(ran.out).not.toContain('\u001b');
    expect(ran.out).toContain('  Ada Sum: nothing (membership');
  });
});
