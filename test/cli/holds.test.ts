import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openWorld, type World } from './world.ts';

const LONG_AGO = '2020-01-31';

/** Eight members of whom six have left at once: held, at two locks each. */
async function heldSpace() {
  const world = await openWorld();
  const members = Array.from({ length: 8 }, (_, n) =>
    world.cobot.addMember({ name: `Member ${n}`, email: `member${n}@example.com`, plan: world.plan }),
  );
  await world.run('sync --yes');
  const left = members.slice(0, 6);
  for (const member of left) world.cobot.cancel(member, LONG_AGO);
  await world.run('sync --yes');
  return { world, members, left, id: await holdId(world) };
}

const holdOf = z.object({ hold: z.object({ id: z.string() }) });
const holdId = async (world: World) => holdOf.parse((await world.run('holds --json')).answer()).hold.id;
const openers = ({ lock }: World, members: readonly { email: string | null }[]) =>
  members.filter(({ email }) => lock.opens(email ?? '').length > 0).length;

describe('holds approve', () => {
  it('shows the lines, applies them where nobody is there to ask, and ends with 0', async () => {
    const { world, members, left, id } = await heldSpace();

    const ran = await world.run(`holds approve ${id}`);

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^Member 5 +Studio +membership .* +\w+$/m);
    expect(ran.out).toMatch(/\nApproved and applied: 12 losses of 6 persons\.\n$/);
    expect([openers(world, left), openers(world, members)]).toEqual([0, 2]);
    expect(await world.run('holds')).toMatchObject({ out: 'Nothing is held.\n' });
  });

  it('asks on a terminal, and without a yes decides nothing', async () => {
    const { world, left, id } = await heldSpace();
    const asked: string[] = [];
    const ask = async (question: string) => asked.push(question) > 1;

    const no = await world.run(`holds approve ${id}`, { terminal: { ask } });
    const afterNo = openers(world, left);
    const yes = await world.run(`holds approve ${id}`, { terminal: { ask } });

    expect(asked[0]).toBe('Take away 12 accesses of 6 persons?');
    expect(no).toMatchObject({ code: 2, out: expect.stringMatching(/Member 0[\s\S]*Nothing was decided\.\n$/) });
    expect([afterNo, yes.code, openers(world, left)]).toEqual([6, 0, 0]);
  });

  it('of one member leaves the others held', async () => {
    const { world, left, id } = await heldSpace();

    const ran = await world.run(`holds approve ${id} --member MEMBER3@example.com --yes`, {
      terminal: { ask: async () => expect.fail('asked') },
    });

    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('2 losses of 1 person') });
    expect(openers(world, left)).toBe(5);
    expect(await holdId(world)).toBe(id);
  });

  it('takes no more than what was shown with that id', async () => {
    const { world, members, left, id } = await heldSpace();
    for (const member of members.slice(6)) world.cobot.cancel(member, LONG_AGO);
    await world.run('sync --yes');

    const ran = await world.run(`holds approve ${id} --json`);

    expect(ran.answer()).toMatchObject({ decision: 'approved', open: [] });
    expect([openers(world, left), openers(world, members)]).toEqual([0, 2]);
    expect(await holdId(world)).not.toBe(id);
  });

  it('ends with 1 for an id that never was, that was decided, and for who is not in it', async () => {
    const { world, members, id } = await heldSpace();

    const unknown = await world.run('holds approve 4f1c');
    const nobody = await world.run(`holds approve ${id} --member nobody@example.com`);
    const notIn = await world.run(`holds reject ${id} --member ${members[7]?.id}`);
    await world.run(`holds approve ${id}`);
    const decided = await world.run(`holds approve ${id}`);

    expect([unknown, nobody, notIn, decided].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(unknown.err).toMatch(new RegExp(`no hold 4f1c waits[\\s\\S]*what waits now is hold ${id}`));
    expect(nobody.err).toContain('nobody is known by "nobody@example.com"');
    expect(notIn.err).toContain(`nothing of "${members[7]?.id}" waits in hold ${id}`);
    expect(decided.err).toMatch(/all of it was decided already[\s\S]*nothing is held now/);
  });

  it('ends with 2 while Cobot cannot be asked, and the next sweep goes on with it', async () => {
    const { world, left, id } = await heldSpace();
    world.cobot.sabotage('GET /api/memberships/:id', { kind: 'answer', status: 403, json: {} });

    const ran = await world.run(`holds approve ${id}`);
    const whileDown = openers(world, left);
    world.cobot.healAll();
    await world.run('sync --yes');

    expect(ran.code).toBe(2);
    expect(ran.out).toMatch(
      /Not applied yet for 6 members; .+:\n {2}! Member \d \(membership \w+\): .*403|Not applied yet/,
    );
    expect([whileDown, openers(world, left)]).toEqual([6, 0]);
  });

  it('is done by the running service, for which it says who goes on', async () => {
    const { world, left, id } = await heldSpace();
    await world.service();

    const shown = await world.run('holds');
    const ran = await world.run(`holds approve ${id}`);

    expect(shown.out).toContain(`relay holds approve ${id}`);
    expect(ran).toMatchObject({ code: 0 });
    expect(openers(world, left)).toBe(0);
  });
});

describe('holds reject', () => {
  it('leaves the access, and holds lists it as kept', async () => {
    const { world, left, id } = await heldSpace();

    const ran = await world.run(`holds reject ${id}`);
    await world.run('sync --yes');
    const shown = await world.run('holds');
    const json = await world.run('holds list --json');

    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('Rejected: 12 losses of 6 persons') });
    expect(openers(world, left)).toBe(6);
    expect(shown.out).toMatch(
      /^Nothing is held\.\n\nKept, since a person has rejected taking it away \(6 persons\):\n\nMEMBER/,
    );
    expect(json.answer()).toMatchObject({ hold: null, kept: { length: 12 } });
  });
});
