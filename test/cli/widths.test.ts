// What every command prints fits the terminal, loses nothing where it is none, and is JSON with --json. On a space with
// something to tell about everything.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/cli/words.ts';
import { openWorld, type World } from './world.ts';

const WIDTHS = [60, 80, 140];
/** To copy; the terminal breaks them itself. */
const COMMAND = /^\s*(\$|relay) /;
const rules = (locks: string) => `version: 1\nrules:\n  - { name: Office, locks: [${locks}], members: all }\n`;
const OPEN = rules('all');
const NARROW = rules('Front door');
const LONG = 'Maximiliane-Henriette von und zu Hohenstein-Wittgenstein-Berleburg, Bevollmächtigte';

const QUESTIONS = [
  'why ada@example.com',
  'why Nobody',
  'who Studio',
  'who Studio --at friday',
  'who Studio --at tomorrow',
  'who Nowhere',
  'holds',
  'holds approve nothing',
  'holds aprove',
  'sync --dry-run',
  'policy check',
  'policy check --changes',
  'policy check nofile.yaml',
  'jobs',
  'jobs redrive 123456',
  'problems',
  'alerts',
  'webhooks',
  'audit',
  'audit --since never',
  'audit --limit 0',
  'adopt',
  'codes ada@example.com',
  'forget ada@example.com',
  'doctor',
  'subscribe --list',
  'subscribe --dry-run',
  'nonsense',
];
const COMMANDS = [
  ...['subscribe', 'sync', 'why', 'who', 'holds', 'holds list', 'holds approve', 'holds reject', 'policy'],
  ...['policy check', 'policy schema', 'jobs', 'jobs list', 'jobs redrive', 'problems', 'alerts', 'alerts list'],
  ...['alerts test', 'webhooks', 'audit', 'adopt', 'forget', 'codes', 'doctor', 'smoke', 'completion', 'demo'],
];

const tooWide = (text: string, width: number) =>
  text.split('\n').filter((line) => widthOf(line) > width && !COMMAND.test(line));

describe.each(['help', ...COMMANDS.map((each) => `${each} --help`)])('relay %s', (words) => {
  it('fits the terminal', async () => {
    const world = await openWorld();
    for (const width of WIDTHS) {
      const { out, err } = await world.run(words, { terminal: { width } });

      expect(tooWide(out + err, width)).toEqual([]);
    }
  });

  it('has examples', async () => {
    const world = await openWorld();

    expect((await world.run(words)).out).toMatch(/Examples:\n {2}\$ relay /);
  });
});

describe('what every command answers', () => {
  it('fits the terminal, but for commands to copy', { timeout: 60_000 }, async () => {
    const world = await fullSpace();
    const wide: Record<string, string[]> = {};
    for (const width of WIDTHS)
      for (const words of QUESTIONS) {
        const { out, err } = await world.run(words, { terminal: { width } });
        expect(out + err).not.toBe('');
        const lines = tooWide(out + err, width);
        if (lines.length > 0) wide[`${words}, ${width}`] = lines;
      }

    expect(wide).toEqual({});
  });

  it('has neither colours nor anything left out where it is no terminal', { timeout: 60_000 }, async () => {
    const world = await fullSpace();
    for (const words of QUESTIONS) {
      const { out, err } = await world.run(words);

      expect(out + err).not.toContain('\u001b');
      expect(out).not.toContain('Left out');
    }
    expect((await world.run('why ada@example.com')).out).toContain(LONG);
    expect((await world.run('who Studio')).out).toContain(LONG);
  });

  it('is JSON with --json, and nothing else is printed with it', { timeout: 60_000 }, async () => {
    const world = await fullSpace();
    for (const words of QUESTIONS) {
      const ran = await world.run(`${words} --json`, { terminal: { width: 60, colours: true } });

      expect(ran.answer(), words).toBeTypeOf('object');
    }
  });
});

/** Long names, something held, something audited, a webhook, a policy. */
async function fullSpace(): Promise<World> {
  const world = await openWorld();
  world.env['ACCESS_POLICY'] = world.policyFile;
  writeFileSync(world.policyFile, OPEN);
  world.cobot.addMember({ name: LONG, email: 'ada@example.com', plan: world.plan });
  for (let n = 0; n < 8; n += 1) world.cobot.addMember({ name: `Member ${n}`, plan: world.plan });
  await world.run('sync --yes');
  writeFileSync(world.policyFile, NARROW);
  await world.run('sync --yes');
  expect((await world.run('holds')).out).toContain('9 persons would lose access');
  return world;
}
