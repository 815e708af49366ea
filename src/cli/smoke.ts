// relay smoke: an operator's own trial of a live lock system, with their own credentials. Needs no database and no Cobot.
import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { loadLockConfig } from '../config.ts';
import { LOCK_SYSTEMS } from '../config-variables.ts';
import { createLockSystem } from '../locks/catalog.ts';
import { type Tried, tryOut } from '../locks/try-out.ts';
import { type Call, configurationError, type Does, type ExitCode, examples } from './cli.ts';
import { item } from './look.ts';
import type { Terminal } from './terminal.ts';

const [usual, another] = LOCK_SYSTEMS;

export function addSmoke(program: Command, does: Does): void {
  const smoke = program
    .command('smoke')
    .description('try a live lock system: read it, then make one throw-away user and take it back')
    .addOption(new Option('--lock-system <name>', 'which one (default: LOCK_SYSTEM)').choices(LOCK_SYSTEMS))
    .option('--lock <name>', 'the lock to give for a moment, by name or id (default: the first)')
    .option('--email <address>', 'of the throw-away user (default: made up, at example.com)')
    .option('--yes', 'do not ask before something is written')
    .addHelpText(
      'after',
      examples(
        `relay smoke --lock-system ${another}`,
        'relay smoke --lock "Front door" --email relay-smoke@example.org',
      ),
    )
    .addHelpText('after', 'Asks before it writes; without a terminal it only reads, unless --yes is given.\n')
    .addHelpText('after', 'Exit codes: 0 all agreed with our reading of the API, 2 something did not, 1 error.');
  does(smoke, runSmoke);
}

async function runSmoke(call: Call): Promise<ExitCode> {
  const { env, terminal, clock, has, option, print } = call;
  const wanted = (option('lockSystem') ?? env['LOCK_SYSTEM'] ?? '').trim().toLowerCase();
  const system = LOCK_SYSTEMS.find((each) => each === wanted) ?? usual;
  const loaded = loadLockConfig(env, system);
  if (!loaded.ok) throw configurationError(loaded.problems);
  const stopping = new AbortController();
  const lockSystem = createLockSystem(loaded.locks, { clock, signal: stopping.signal });
  const isJson = has('json');
  const tried = await tryOut({
    lockSystem,
    clock,
    email: option('email') ?? `relay-smoke-${randomBytes(4).toString('hex')}@example.com`,
    lockName: option('lock'),
    isWanted: async (question) => has('yes') || (terminal.ask !== null && (await terminal.ask(question))),
    tell: (line) => {
      if (!isJson) terminal.out(lineText(line, terminal));
    },
  }).finally(() => stopping.abort());
  const differing = tried.filter(({ agrees }) => agrees === false).length;
  const sum =
    differing === 0
      ? 'All of it agreed with our reading of the API.\n'
      : `${differing} did not agree: please tell us.\n`;
  print({ lockSystem: lockSystem.name, tried }, sum);
  return differing === 0 ? 0 : 2;
}

function lineText({ what, agrees, detail }: Tried, terminal: Terminal): string {
  const sign = agrees === null ? 'note' : agrees ? 'good' : 'bad';
  return item(sign, `${what}: ${detail}`, { terminal, indent: 0 });
}
