import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { openWorld, type World } from './world.ts';

const AT = Date.parse('2026-11-23T09:04:00Z');
const WEBHOOK = { id: 'delivery-1', receivedAt: AT, source: 'cobot', event: 'created_booking' } as const;

/** Two dead jobs and one that waits; the first is about Ada. */
async function withJobs(): Promise<World & { ids: string[] }> {
  const world = await openWorld();
  const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
  await world.run('sync --yes');
  const ids = await world.withApp(async ({ parts: { queue } }) => {
    for (const key of [ada.id, 'm2', 'm3'])
      await queue.add([{ name: 'reconcile', key, payload: { membershipId: key, cause: 'test' } }]);
    return (await queue.list({ name: 'reconcile' })).map(({ id }) => id);
  });
  const database = await openDatabase({ dataDir: world.dataDir });
  await database.sql
    .updateTable('jobs')
    .set({ state: 'dead', last_error: 'Cobot said no' })
    .where('id', 'in', ids.slice(0, 2))
    .execute();
  await database.close();
  return { ...world, ids };
}

const statesOf = ({ withApp }: World) =>
  withApp(async ({ parts: { queue } }) =>
    (await queue.list({ name: 'reconcile' })).map(({ state }) => state).toSorted(),
  );

describe('jobs', () => {
  it('lists them, the dead ones first, with member, error and what to do', async () => {
    const world = await withJobs();

    const ran = await world.run('jobs');

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out.split('\n')[1]).toMatch(/^dead +[\w-]+ +reconcile +Ada Lovelace +\d+ +Cobot said no$/);
    expect(ran.out).toContain('2 dead, 0 running, ');
    expect(ran.out).toContain('"relay jobs redrive <id>" puts a dead one back to work');
  });

  it('lists them in JSON', async () => {
    const world = await withJobs();

    const ran = await world.run('jobs list --json');

    expect(ran.answer()).toMatchObject({
      zone: 'Europe/Berlin',
      jobs: expect.arrayContaining([expect.objectContaining({ state: 'dead', member: 'Ada Lovelace' })]),
    });
  });

  it('redrives one, and says that it takes the service to run it', async () => {
    const world = await withJobs();

    const ran = await world.run(`jobs redrive ${world.ids[0]}`);

    expect(ran).toMatchObject({ code: 0, out: '1 job put back to work; it runs once the service does\n' });
    expect(await statesOf(world)).toEqual(['dead', 'waiting', 'waiting']);
  });

  it('redrives all', async () => {
    const world = await withJobs();

    const ran = await world.run('jobs redrive --all --json');

    expect(ran.answer()).toEqual({ redriven: 2 });
    expect(await statesOf(world)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(await world.run('jobs redrive --all')).toMatchObject({ code: 0, out: 'no job is dead\n' });
  });

  it('redrives none that is not dead or not there', async () => {
    const world = await withJobs();

    const waiting = await world.run(`jobs redrive ${world.ids[2]}`);
    const unknown = await world.run('jobs redrive nobody --json');

    expect(waiting).toMatchObject({ code: 1, out: '' });
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('no dead job has the id nobody') });
    expect(unknown.answer()).toMatchObject({ error: { code: 'no_such_job' } });
  });

  it.each(['jobs redrive', 'jobs redrive some-id --all'])('refuses "%s"', async (words) => {
    const world = await openWorld();

    const ran = await world.run(words);

    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('give the id of one dead job, or --all') });
  });
});

describe('problems', () => {
  it('shows since when, who and what, of members and of the space', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    await world.run('sync --yes');
    await world.withApp(async ({ parts: { store } }) => {
      await store.problems.replace(ada.id, [{ kind: 'no-email', sentence: 'has no email' }], AT);
      await store.problems.replace('', [{ kind: 'odd', sentence: 'something is odd' }], AT);
    });

    const ran = await world.run('problems');
    const json = await world.run('problems --json');

    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^2026-11-23 10:04 +the space +something is odd$/m);
    expect(ran.out).toMatch(new RegExp(`^2026-11-23 10:04 +Ada Lovelace +has no email +${ada.id}$`, 'm'));
    expect(ran.out).toContain('2 problems. Times are those of Europe/Berlin.');
    expect(json.answer()).toMatchObject({ problems: [{ membershipId: null, since: '2026-11-23T09:04:00Z' }, {}] });
  });

  it('says so when there are none', async () => {
    const world = await openWorld();
    await world.withApp(({ parts: { store } }) => store.problems.replace('', [], AT));

    expect(await world.run('problems')).toMatchObject({ code: 0, out: 'There are no problems.\n' });
  });
});

describe('webhooks', () => {
  it('lists them or those that were not understood, with the body of these alone', async () => {
    const world = await openWorld();
    await world.withApp(async ({ parts: { store } }) => {
      const understood = { ...WEBHOOK, body: '{"url":"u"}', understood: true, subject: 'b1' };
      const odd = {
        ...WEBHOOK,
        id: 'delivery-2',
        event: 'new_event',
        body: '<?>',
        understood: false,
        subject: 'no JSON',
      };
      await store.inbox.accept({ delivery: understood, jobs: [] });
      await store.inbox.accept({ delivery: odd, jobs: [] });
    });

    const all = await world.run('webhooks');
    const odd = await world.run('webhooks --not-understood --json');
    const one = await world.run('webhooks --limit 1 --json');

    expect(all.out).toMatch(/cobot +created_booking +understood +b1$/m);
    expect(all.out).toMatch(/cobot +new_event +not understood +no JSON$/m);
    expect(odd.answer()).toMatchObject({ webhooks: [{ id: 'delivery-2', body: '<?>' }] });
    expect(one.answer()).toMatchObject({ webhooks: [{}] });
    expect(await world.run('webhooks --limit 0')).toMatchObject({ code: 1, err: expect.stringContaining('1 to 1000') });
  });
});
