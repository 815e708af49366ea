import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openWorld } from './world.ts';

const COMMANDS = [
  'subscribe',
  'sync',
  'why',
  'who',
  'holds',
  'holds approve',
  'holds reject',
  'policy check',
  'policy schema',
  'jobs',
  'jobs redrive',
  'problems',
  'webhooks',
  'audit',
  'adopt',
  'forget',
  'codes',
  'doctor',
  'completion',
  'demo',
];

describe('the command line', () => {
  it.each(COMMANDS)('explains "%s" with examples', async (command) => {
    const world = await openWorld();

    const ran = await world.run(`${command} --help`);

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      new RegExp(`Usage: relay ${command}[\\s\\S]*--json[\\s\\S]*Examples:\\n {2}\\$ relay ${command}`),
    );
  });

  it.each([
    ['sincy', 'Did you mean sync?'],
    ['jobs lst', 'did you mean "jobs list"?'],
    ['policy chek', 'Did you mean check?'],
    ['why', "missing required argument 'member'"],
    ['holds aprove h1', 'did you mean "holds approve"?'],
    ['sync --dryrun', 'Did you mean --dry-run?'],
    ['holds list more', 'too many arguments'],
    ['', 'Usage: relay <command>'],
  ])('refuses "%s", and says what was meant', async (words, meant) => {
    const world = await openWorld();

    const ran = await world.run(words);

    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining(meant) });
  });

  it.each(['sync', 'sync --dry-run', 'holds', 'jobs', 'problems', 'webhooks'])(
    'tells "%s" every problem of the configuration at once',
    async (words) => {
      const world = await openWorld();

      const ran = await world.run(words, { env: { COBOT_ACCESS_TOKEN: undefined, SWEEP_MINUTES: 'never' } });

      expect(ran).toMatchObject({ code: 1, out: '' });
      expect(ran.err).toMatch(/ {2}- COBOT_ACCESS_TOKEN is not set\.[\s\S]* {2}- SWEEP_MINUTES is not a whole number/);
    },
  );

  it.each([
    'holds',
    'holds approve h1',
    'why a',
    'who a',
    'jobs',
    'jobs redrive --all',
    'audit',
    'forget a',
    'webhooks',
  ])('makes no database for "%s", since DATA_DIR is more likely to be wrong', async (words) => {
    const world = await openWorld();

    const ran = await world.run(words);

    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('set DATA_DIR to that folder') });
    expect(existsSync(world.dataDir)).toBe(false);
  });

  it('tells those who read JSON too what was asked wrongly', async () => {
    const world = await openWorld();

    const ran = await world.run('sincy --json');

    expect(ran.code).toBe(1);
    expect(ran.answer()).toEqual({
      error: {
        code: 'usage',
        what: "unknown command 'sincy' (Did you mean sync?)",
        where: null,
        advice: '"relay --help" lists the commands',
        details: [],
      },
    });
  });

  it('shows a stack trace only to those who debug', async () => {
    const world = await openWorld();
    await world.cobot.down();

    const usual = await world.run('sync --dry-run');
    const debugging = await world.run('sync --dry-run', { env: { LOG_LEVEL: 'debug' } });

    expect(usual.err).not.toMatch(/^ +at /m);
    expect(debugging.err).toMatch(/^ +at /m);
    await world.cobot.up();
  });

  it('lets no secret out, even where the other side says it', async () => {
    const world = await openWorld();
    for (const secret of world.secrets) world.cobot.addMember({ name: `Ada ${secret}`, plan: world.plan });

    const runs = [await world.run('sync --dry-run'), await world.run('sync --json'), await world.run('jobs')];

    for (const { out, err } of runs) {
      expect(out).toContain('[hidden]');
      for (const secret of world.secrets) expect(out + err).not.toContain(secret);
    }
  });

  it('prints no line of the log', async () => {
    const world = await openWorld();
    world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });

    const ran = await world.run('sync');

    expect(ran.err).toBe('');
    expect(ran.out).not.toContain('"level"');
  });
});
