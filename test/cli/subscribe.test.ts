import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COBOT_EVENTS } from '../../src/lib/callback-path.ts';
import { KEY, openWorld, type World } from './world.ts';

const subscriptions = ({ cobot }: World) => [...cobot.subscriptions.values()];

/** Made by the same token, under whatever URL. */
async function post({ cobot }: World, event: string, callbackUrl: string): Promise<void> {
  const answer = await fetch(`${cobot.url}/api/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cobot.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ event, callback_url: callbackUrl }),
  });
  expect(answer.status).toBe(201);
}

describe('subscribe', () => {
  it('registers every event, shows host and path, and never the key', async () => {
    const world = await openWorld();

    const ran = await world.run('subscribe');

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(
      subscriptions(world)
        .map(({ event }) => event)
        .toSorted(),
    ).toEqual([...COBOT_EVENTS].toSorted());
    expect(ran.out).toMatch(/^created_booking +made +relay\.example\.com\/doors\/cobot\/created_booking$/m);
    expect(ran.out).not.toContain(KEY);
    expect(ran.out).not.toContain('key=');
  });

  it('changes nothing when it is repeated', async () => {
    const world = await openWorld();
    await world.run('subscribe');
    const before = world.writes().length;

    const again = await world.run('subscribe');

    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('19 in order, nothing to change.') });
    expect(world.writes()).toHaveLength(before);
  });

  it('only shows what would be done in a dry run, and ends with 2 while something would', async () => {
    const world = await openWorld();

    const trial = await world.run('subscribe --dry-run');

    expect(trial).toMatchObject({ code: 2, out: expect.stringContaining('19 changes to be made; nothing was done.') });
    expect(trial.out).toMatch(/^deleted_booking +would be made/m);
    expect(world.writes()).toEqual([]);
    await world.run('subscribe');
    expect(await world.run('subscribe --dry-run')).toMatchObject({ code: 0 });
  });

  it('lists what is there and what is not, and changes nothing', async () => {
    const world = await openWorld();
    await world.run('subscribe');
    for (const each of subscriptions(world)) if (each.event === 'created_booking') each.active = false;
    const before = world.writes().length;

    const ran = await world.run('subscribe --list');

    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('18 in order, 1 not: "relay subscribe" mends') });
    expect(ran.out).toMatch(/^created_booking +inactive/m);
    expect(world.writes()).toHaveLength(before);
  });

  it('removes all of ours and leaves those of others, which it counts', async () => {
    const world = await openWorld();
    await world.run('subscribe');
    await post(world, 'created_booking', 'https://calendar.example.org/hook/s3cret-path');

    const trial = await world.run('subscribe --remove --dry-run');
    const untouched = subscriptions(world).length;
    const ran = await world.run('subscribe --remove');

    expect(trial).toMatchObject({ code: 2, out: expect.stringContaining('would be removed') });
    expect(untouched).toBe(20);
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 webhook of others, untouched: calendar.example.org'),
    });
    expect(ran.out).not.toContain('s3cret-path');
    expect(subscriptions(world).map(({ callbackUrl }) => callbackUrl)).toEqual([
      'https://calendar.example.org/hook/s3cret-path',
    ]);
  });

  it('tells which events Cobot does not offer, and that is all well', async () => {
    const world = await openWorld({ switches: { notOffered: ['membership_removed_time_passes'] } });

    const ran = await world.run('subscribe');

    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/Not offered by this Cobot \(422\).*: membership_removed_time_passes$/m);
  });

  it('shows those under another URL with a key of ours, and takes them over only with --replace', async () => {
    const world = await openWorld();
    await post(world, 'created_booking', `https://real.example.com/cobot/created_booking?key=${KEY}`);

    const ran = await world.run('subscribe');
    const stayed = subscriptions(world).length;
    const replaced = await world.run('subscribe --replace');

    expect(ran.out).toMatch(
      /^! elsewhere: created_booking goes to real\.example\.com\/cobot\/created_booking .*--replace/m,
    );
    expect(ran.out).not.toContain(KEY);
    expect(stayed).toBe(20);
    expect(replaced).toMatchObject({ code: 0 });
    expect(subscriptions(world).filter(({ callbackUrl }) => callbackUrl.includes('real.example.com'))).toEqual([]);
  });

  it('ends with 1 where an event failed, and says why', async () => {
    const world = await openWorld();
    world.cobot.sabotage('POST /api/subscriptions', {
      kind: 'answer',
      status: 403,
      json: { errors: { base: ['no'] } },
    });

    const ran = await world.run('subscribe');

    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^✗ failed: confirmed_membership, .+, deleted_booking: .*403/m);
  });

  it('says what, where and what to do where Cobot is not there', async () => {
    const world = await openWorld();
    await world.cobot.down();

    const ran = await world.run('subscribe --list --json');

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^Error: .+\n {2}Where: +GET \/api\/subscriptions.*\n {2}What to do: .+\n$/);
    expect(ran.answer()).toMatchObject({
      error: { code: expect.stringContaining('cobot'), advice: expect.any(String) },
    });
    await world.cobot.up();
  });

  it('needs PUBLIC_URL and says how to set it', async () => {
    const world = await openWorld();

    const ran = await world.run('subscribe', { env: { PUBLIC_URL: undefined } });

    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('PUBLIC_URL is not set. Give a full address, for example PUBLIC_URL=https://');
    expect(world.cobot.requests).toEqual([]);
  });

  it('needs neither a lock system nor a database nor a policy', async () => {
    const world = await openWorld();
    const env = { SMARTLOCK_API_TOKEN: undefined, SMARTLOCK_URL: undefined, ACCESS_POLICY: '/nowhere/access.yaml' };

    const ran = await world.run('subscribe', { env });

    expect(ran.code).toBe(0);
    expect(existsSync(world.dataDir)).toBe(false);
  });

  it('warns of a PUBLIC_URL without https', async () => {
    const world = await openWorld();

    const ran = await world.run('subscribe', { env: { PUBLIC_URL: 'http://relay.example.com' } });

    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('Warning: PUBLIC_URL is http') });
  });

  it('answers in JSON without the key', async () => {
    const world = await openWorld();

    const ran = await world.run('subscribe --json');

    expect(ran.answer()).toMatchObject({ changes: 19, foreign: [] });
    expect(ran.out).not.toContain(KEY);
  });

  it.each(['--list --remove', '--list --dry-run', '--list --replace', '--remove --replace'])(
    'takes no %s together',
    async (options) => {
      const world = await openWorld();

      const ran = await world.run(`subscribe ${options}`);

      expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('cannot be used with') });
      expect(world.cobot.requests).toEqual([]);
    },
  );
});
