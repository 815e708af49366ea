import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import type { SmartLockUser } from '../../src/simulators/smartlock/account.ts';
import { adopt, findAdoptable } from '../../src/sync/adopt.ts';
import { createRelayWorld, DAY, FORBIDDEN, MONDAY, type RelayOptions, type RelayWorld } from '../support/relay.ts';

const LONG_GONE = '2026-10-31';

/** A building that was run by hand: a member, a former member and a stranger, each with a grant at the front door. */
async function oldBuilding(options: RelayOptions = {}) {
  const world = await createRelayWorld({ locks: ['Front door', 'Studio'], idle: true, ...options });
  const plan = world.cobot.addPlan({ name: 'Full Time' });
  const [front, studio] = world.doors;
  if (!front || !studio) throw new Error('no doors');
  const give = (email: string, more: { until?: number; lock?: typeof front } = {}) => {
    const user = world.locks.userByEmail(email) ?? world.locks.addUser({ email });
    world.locks.addAccess({ user, lock: more.lock ?? front, until: more.until ?? null, note: 'by hand' });
    return user;
  };
  const ada = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-01-01' });
  const eve = world.cobot.addMember({ name: 'Eve', plan, startsOn: '2026-01-01', canceledTo: LONG_GONE });
  const users = { ada: give('ada@example.com'), eve: give('eve@example.com'), stranger: give('stranger@example.com') };
  return { world, plan, front, studio, give, ada, eve, users };
}

/** Its jobs are left lying, so that nothing happens but what a test asks for. */
const sweep = ({ app }: RelayWorld) => app.sync({ dryRun: false, cause: 'test' });

async function adoptAll(world: RelayWorld, email?: string) {
  const { locks } = await world.parts.policy();
  const found = await findAdoptable(world.parts, email);
  return adopt(found, world.parts, (id) => locks.find((lock) => lock.id === id));
}

const notesOf = ({ locks }: RelayWorld, user: SmartLockUser) =>
  [...locks.access.values()].filter(({ userId }) => userId === user.id).map(({ note }) => note?.split(' ')[0]);

/** Requests that change a grant, in the order in which they came. */
const writes = ({ locks }: RelayWorld) =>
  locks.requests
    .filter(({ method, endpoint }) => method !== 'GET' && /access/.test(endpoint))
    .map(({ method }) => method);

const names = (found: Awaited<ReturnType<typeof findAdoptable>>) =>
  found.map(({ membership, isFormer, grants }) => [membership.name, isFormer, grants.length]);

describe('what could be taken over', () => {
  it('are grants by others of members and of former members, not of strangers', async () => {
    const { world } = await oldBuilding();

    expect(names(await findAdoptable(world.parts))).toEqual([
      ['Ada', false, 1],
      ['Eve', true, 1],
    ]);
  });

  it('are only those that open something now or later, and that are not ours', async () => {
    const { world, give, studio, ada } = await oldBuilding();
    give('eve@example.com', { until: MONDAY - DAY, lock: studio });
    await sweep(world);
    await adoptAll(world, ada.email ?? '');

    expect(names(await findAdoptable(world.parts))).toEqual([['Eve', true, 1]]);
  });

  it('can be those of one address, whatever its capitals', async () => {
    const { world } = await oldBuilding();

    expect(names(await findAdoptable(world.parts, ' EVE@Example.com '))).toEqual([['Eve', true, 1]]);
    expect(await findAdoptable(world.parts, 'stranger@example.com')).toEqual([]);
  });

  it('are never those of who is on never_touch', async () => {
    const policy =
      'version: 1\nrules: [{ name: All, locks: [all], members: all }]\nnever_touch: [eve@example.com, ADA@example.com]\n';
    const { world, users } = await oldBuilding({ policy });

    expect(await adoptAll(world)).toMatchObject({ taken: 0 });
    expect([notesOf(world, users.ada), notesOf(world, users.eve)]).toEqual([['by'], ['by']]);
  });

  it('belong to the current membership of somebody who also has an old one', async () => {
    const { world, plan } = await oldBuilding();
    const back = world.cobot.addMember({ id: 'zz-back', name: 'Eve again', plan, email: 'eve@example.com' });

    const found = await findAdoptable(world.parts, 'eve@example.com');

    expect(found.map(({ membership, isFormer }) => [membership.id, isFormer])).toEqual([[back.id, false]]);
  });
});

describe('taking over', () => {
  it('makes ours before theirs goes, so that nobody is locked out in between', async () => {
    const { world, users } = await oldBuilding();
    const before = writes(world).length;

    const { taken, failed } = await adoptAll(world);

    expect([taken, failed]).toEqual([2, []]);
    expect(writes(world).slice(before)).toEqual(['POST', 'DELETE', 'POST', 'DELETE']);
    expect([notesOf(world, users.ada), notesOf(world, users.eve), notesOf(world, users.stranger)]).toEqual([
      [expect.stringMatching(/^relay:/)],
      [expect.stringMatching(/^relay:/)],
      ['by'],
    ]);
    expect(world.locks.opens('ada@example.com')).toEqual(['Front door']);
  });

  it('keeps the window of the grant', async () => {
    const { world, give, studio, ada } = await oldBuilding();
    give('ada@example.com', { until: MONDAY + 10 * DAY, lock: studio });

    await adoptAll(world);

    expect(world.locks.windows(ada.email ?? '', 'Studio')).toMatchObject([{ from: null, until: MONDAY + 10 * DAY }]);
  });

  it('leaves it to the sweep to take away what a former member had, and to keep what a member has', async () => {
    const { world, ada, eve } = await oldBuilding();
    await sweep(world);
    const byHand = world.opens(eve);
    await adoptAll(world);

    const { changes } = await sweep(world);

    expect(byHand).toEqual(['Front door']);
    expect([world.opens(ada), world.opens(eve)]).toEqual([['Front door', 'Studio'], []]);
    expect(changes.filter(({ action }) => action === 'remove').map(({ sentence }) => sentence)).toEqual([
      `may no longer open Front door: membership ended on ${LONG_GONE}`,
      'doubled grant at Front door taken away',
    ]);
    expect((await sweep(world)).changes).toEqual([]);
    expect(world.locks.opens('stranger@example.com')).toEqual(['Front door']);
  });

  it('asks for a sweep', async () => {
    const { world } = await oldBuilding();

    await adoptAll(world);

    expect((await world.jobs('sweep')).map(({ payload }) => payload)).toEqual([{ cause: 'operator, adopt' }]);
  });

  it('of many former members is held by the brake', async () => {
    const { world, plan, give } = await oldBuilding();
    const gone: Member[] = [];
    for (let n = 0; n < 12; n += 1) {
      gone.push(world.cobot.addMember({ name: `Gone ${n}`, plan, startsOn: '2026-01-01', canceledTo: LONG_GONE }));
      give(`gone.${n}@example.com`);
    }
    await adoptAll(world);

    const { held } = await sweep(world);

    expect(held).toBe(13);
    expect(world.openers(gone)).toBe(12);
  });

  it('is known after the database was lost', async () => {
    const { world, ada, eve } = await oldBuilding();
    await adoptAll(world);

    await world.loseDatabase();
    await sweep(world);

    expect([world.opens(ada), world.opens(eve)]).toEqual([['Front door', 'Studio'], []]);
  });

  it('is written down with its cause', async () => {
    const { world, ada, front } = await oldBuilding();

    await adoptAll(world, ada.email ?? '');

    expect(await world.store.audit.list()).toMatchObject([
      {
        action: 'adopt',
        membershipId: ada.id,
        lockId: front.id,
        sentence: 'grant at Front door taken over as ours',
        cause: 'operator, adopt',
      },
    ]);
  });

  it('goes on with the others where one fails, and leaves that one as it was', async () => {
    const { world, ada, eve, users } = await oldBuilding();
    world.locks.sabotage(
      (request) => request.method === 'POST' && JSON.stringify(request.body).includes(users.ada.id),
      FORBIDDEN,
    );

    const { taken, failed } = await adoptAll(world);

    expect([taken, failed.map(({ membershipId }) => membershipId)]).toEqual([1, [ada.id]]);
    expect([notesOf(world, users.ada), notesOf(world, users.eve)]).toEqual([
      ['by'],
      [expect.stringMatching(/^relay:/)],
    ]);
    expect(world.opens(eve)).toEqual(['Front door']);
  });
});
