// Grants that are accepted and not in effect yet, or never (Seam), and doors that are open through what others gave (UniFi).
import { describe, expect, it } from 'vitest';
import { counting, DAY, MINUTE, SECOND } from '../support/relay.ts';
import { createRelayOn, seam, unifi } from '../support/relay-on.ts';

const ENDED = '2026-11-29';

describe('a grant that takes its time', () => {
  /** Issued two and a half minutes after it was accepted. */
  async function house() {
    const world = await createRelayOn(seam({ times: { issueAfterMs: 150 * SECOND } }));
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const made = counting(world.locks, 'POST /access_grants/create');
    await world.reconcile(ada);
    return { world, ada, made };
  }

  it('is looked at once more after a minute, and by itself not again', async () => {
    const { world } = await house();
    expect((await world.jobs('reconcile')).map(({ runAt }) => runAt - world.clock.now())).toEqual([MINUTE]);

    await world.pass(MINUTE);

    expect(await world.jobs('reconcile')).toEqual([]);
  });

  it('is shown as a problem while it is pending, and not any more once it is issued', async () => {
    const { world, ada } = await house();

    await world.pass(MINUTE);
    const [problem] = await world.problems();
    await world.pass(15 * MINUTE);
    await world.sweep();

    expect(problem).toMatchObject({
      membershipId: ada.id,
      kind: 'grant-pending',
      sentence: expect.stringContaining('Front door is given, and not in effect yet at the lock system'),
    });
    expect(await world.problems()).toEqual([]);
    expect(world.opens(ada)).toEqual(['Front door']);
  });

  it('is told as such to who asks why, and is not counted as open', async () => {
    const { world, ada } = await house();
    expect(world.opens(ada)).toEqual([]);

    const [front] = (await world.why(ada)).locks;
    const { people } = await world.who('Front door');

    expect(front).toMatchObject({ opens: true, lockSystem: 'is accepted, and not in effect yet' });
    expect(people).toMatchObject([{ membershipId: ada.id, through: 'rules', opens: false, wrong: true }]);
  });

  it('agrees, and is counted, once it is issued', async () => {
    const { world, ada } = await house();

    await world.pass(3 * MINUTE);

    expect((await world.why(ada)).locks[0]?.lockSystem).toBe('agrees');
    expect((await world.who('Front door')).people).toMatchObject([{ opens: true, wrong: false }]);
  });

  it('is no reason to give another', async () => {
    const { world, ada, made } = await house();

    const { changes } = await world.sweep();
    await world.reconcile(ada);

    expect([changes, made(), world.locks.grants().length]).toEqual([[], 1, 1]);
  });

  it('is taken back all the same when the membership ends meanwhile', async () => {
    const { world, ada } = await house();
    world.cobot.cancel(ada, ENDED);

    await world.reconcile(ada);
    await world.pass(5 * MINUTE);

    expect([world.locks.grants(), world.locks.canEver(ada.email ?? '', 'Front door')]).toEqual([[], false]);
  });
});

describe('a grant that the lock system cannot put into effect', () => {
  async function house() {
    const world = await createRelayOn(seam());
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.accessGrants.failIssuing(() => true, { message: 'The lock is not on the network.' });
    const made = counting(world.locks, 'POST /access_grants/create');
    await world.reconcile(ada);
    await world.pass(MINUTE);
    return { world, ada, made };
  }

  it("is shown with the system's words and what to do", async () => {
    const { world, ada } = await house();

    const [problem, ...more] = await world.problems();

    expect(more).toEqual([]);
    expect(problem).toMatchObject({ membershipId: ada.id, kind: 'grant-failed' });
    expect(problem?.sentence).toMatch(
      /could not put Front door into effect: .*The lock is not on the network\..*taken? (it )?away there/,
    );
  });

  it('is told to who asks why, and is not counted as open', async () => {
    const { world, ada } = await house();

    expect((await world.why(ada)).locks[0]).toMatchObject({
      opens: true,
      lockSystem: 'could not be put into effect',
    });
    expect((await world.who('Front door')).people).toMatchObject([{ opens: false, wrong: true }]);
  });

  it('is not tried again and again, but anew once somebody has taken it away over there', async () => {
    const { world, ada, made } = await house();
    await world.sweep();
    await world.sweep();
    expect(made()).toBe(1);

    const [failed] = world.locks.grants();
    world.locks.removeByHand(failed?.id ?? '');
    await world.sweep();

    expect(made()).toBe(2);
    await world.pass(MINUTE);
    await world.sweep();
    expect(await world.problems()).toMatchObject([{ membershipId: ada.id, kind: 'grant-failed' }]);
  });
});

describe('a door that is open through what others gave', () => {
  /** The console's admin gave Ada the front door before the relay came; a second assignment is not taken there. */
  async function house() {
    const world = await createRelayOn(unifi(), { locks: ['Front door', 'Studio'] });
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const id = world.locks.addPerson({ email: ada.email ?? '', name: 'Ada Lovelace' });
    world.locks.addByHand({ lockUserId: id, lockId: world.lock('Front door').id });
    await world.sweep();
    return { world, ada, id };
  }

  it('is shown, while the relay gives what is missing', async () => {
    const { world, ada } = await house();

    await world.sweep();

    expect(world.opens(ada)).toEqual(['Front door', 'Studio']);
    expect(await world.problems()).toMatchObject([
      { membershipId: ada.id, kind: 'open-through-others', sentence: expect.stringContaining('Front door was open') },
    ]);
    expect((await world.why(ada)).locks.map(({ lockSystem }) => lockSystem)).toEqual(['agrees', 'agrees']);
  });

  it('is shown by the first look, too', async () => {
    const { world } = await house();

    expect((await world.problems()).map(({ kind }) => kind)).toEqual(['open-through-others']);
  });

  it('is left alone, and not taken away when the membership ends: that is shown', async () => {
    const { world, ada } = await house();
    world.cobot.cancel(ada, ENDED);

    await world.sweep();
    await world.sweep();

    expect(world.opens(ada)).toEqual(['Front door']);
    const problems = await world.problems();
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'foreign-access', sentence: expect.stringContaining('can open Front door') }),
    );
  });

  it('is taken over when a person asks for it, and nobody is shut out in between', async () => {
    const { world, ada } = await house();
    const seen: string[][] = [];
    world.atEveryRequest(() => seen.push(world.opens(ada)));

    const done = await world.adopt(ada);
    await world.sweep();

    expect(done).toEqual({ taken: 1, failed: [] });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.filter((open) => !open.includes('Front door'))).toEqual([]);
    expect(await world.problems()).toEqual([]);
  });

  it('ends with the membership once it was taken over', async () => {
    const { world, ada } = await house();
    await world.adopt(ada);
    world.cobot.cancel(ada, ENDED);

    await world.sweep();

    expect(world.opens(ada)).toEqual([]);
  });

  it('is the relay\u2019s own again where the others take theirs away', async () => {
    const { world, ada, id } = await house();
    world.locks.removeByHand(`${id}:${world.lock('Front door').id}`);
    expect(world.opens(ada)).toEqual(['Studio']);

    await world.sweep();

    expect(world.opens(ada)).toEqual(['Front door', 'Studio']);
    await world.pass(DAY);
    world.cobot.cancel(ada, ENDED);
    await world.sweep();
    expect(world.opens(ada)).toEqual([]);
  });
});
