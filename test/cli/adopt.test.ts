import { describe, expect, it } from 'vitest';
import { openWorld } from './world.ts';

/** A member and a former member, each with a grant that somebody gave by hand. */
async function byHand() {
  const world = await openWorld();
  const [front] = [...world.lock.locks.values()];
  const give = (name: string, more: { canceledTo?: string } = {}) => {
    const member = world.cobot.addMember({ name, plan: world.plan, startsOn: '2019-01-01', ...more });
    const user = world.lock.addUser({ email: member.email ?? '' });
    if (front) world.lock.addAccess({ user, lock: front });
    return member;
  };
  const [ada, eve] = [give('Ada'), give('Eve', { canceledTo: '2020-01-31' })];
  const notes = () => [...world.lock.access.values()].map(({ note }) => note?.split(' ')[0] ?? 'none');
  return { world, ada, eve, notes };
}

describe('adopt', () => {
  it('only shows what it would take over where nobody is there to ask, and ends with 2', async () => {
    const { world, ada, eve, notes } = await byHand();

    const ran = await world.run('adopt --all');

    expect(ran.code).toBe(2);
    expect(ran.out).toMatch(new RegExp(`^Ada +member +Front door +${ada.id}$`, 'm'));
    expect(ran.out).toMatch(new RegExp(`^Eve +former member +Front door +${eve.id}$`, 'm'));
    expect(ran.out).toMatch(/Nothing was taken over: add --yes to do it\.\n$/);
    expect(notes()).toEqual(['none', 'none']);
    expect(world.writes()).toEqual([]);
  });

  it('does it with --yes, and what a former member had goes with the next sweep', async () => {
    const { world, notes } = await byHand();

    const ran = await world.run('adopt --all --yes');
    const taken = notes();
    const swept = await world.run('sync --yes');

    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringContaining('Taken over: 2 grants. A sweep goes over them once'),
    });
    expect(taken.every((note) => note.startsWith('relay:'))).toBe(true);
    expect(swept.out).toContain('- may no longer open Front door: membership ended on 2020-01-31');
    expect([world.lock.opens('ada@example.com'), world.lock.opens('eve@example.com')]).toEqual([
      ['Front door', 'Studio'],
      [],
    ]);
    expect(await world.run('adopt --all')).toMatchObject({
      code: 0,
      out: 'There is no grant by others of a member or former member.\n',
    });
  });

  it('asks on a terminal, and takes over no more than was shown', async () => {
    const { world, notes } = await byHand();
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      const [, studio] = [...world.lock.locks.values()];
      const user = world.lock.userByEmail('ada@example.com');
      if (studio && user) world.lock.addAccess({ user, lock: studio });
      return true;
    };

    const ran = await world.run('adopt ada@example.com', { terminal: { ask } });

    expect([ran.code, asked]).toEqual([0, ['Take over 1 grant as ours?']]);
    expect(notes().toSorted()).toEqual(['none', 'none', expect.stringMatching(/^relay:/)]);
  });

  it('answers in one JSON document', async () => {
    const { world, eve } = await byHand();

    const shown = await world.run('adopt eve@example.com --json');
    const done = await world.run('adopt eve@example.com --json --yes');

    expect(shown.answer()).toMatchObject({
      grants: [{ member: 'Eve', isFormer: true, lock: 'Front door' }],
      done: null,
    });
    expect(done.answer()).toMatchObject({ grants: [{ membershipId: eve.id }], done: { taken: 1, failed: [] } });
  });

  it('wants one address or --all', async () => {
    const { world } = await byHand();

    expect(await world.run('adopt')).toMatchObject({ code: 1, err: expect.stringContaining('whose grants?') });
    expect(await world.run('adopt a@example.com --all')).toMatchObject({ code: 1 });
  });
});
