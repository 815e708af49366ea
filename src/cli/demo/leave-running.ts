// The end of `npm run demo -- --keep`: everything stays up, and what is printed is all that somebody needs to ask the
// page and the commands about this space. The commands find it by a file of settings, as they would find a real one.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '../terminal.ts';
import { POLICY } from './desk.ts';
import type { Play } from './morning.ts';
import { openPlayground } from './playground.ts';

const WIDER = POLICY.replace('plans: [Full Time]', 'plans: [Full Time, Part Time]');

/** Resolves when it is told to stop. */
export async function leaveRunning(play: Play, { out }: Pick<Terminal, 'out'>, stop: AbortSignal): Promise<void> {
  const { relay } = play.stage;
  await relay.start();
  const playground = await openPlayground(play);
  const { settings, wider } = writeFiles(play);
  out(`${[...whatToAsk(play, { settings, wider }), ...whatToPlayWith(play, playground.url), ''].join('\n')}\n`);
  try {
    if (!stop.aborted) await once(stop, 'abort');
    await relay.stop();
  } finally {
    playground.close();
  }
}

type Files = { settings: string; wider: string };

function writeFiles({ stage: { relay } }: Play): Files {
  const { cwd, env } = relay.surroundings;
  const settings = join(cwd, '.env');
  const wider = join(cwd, 'wider.yaml');
  const all = { ...env, ACCESS_POLICY: join(cwd, 'access.yaml') };
  const lines = Object.entries(all).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(settings, lines.join(''), { mode: 0o600 });
  writeFileSync(wider, WIDER);
  return { settings, wider };
}

function whatToAsk({ stage: { relay, env } }: Play, { settings, wider }: Files): string[] {
  return [
    '',
    "The operator's page: who may open what, and why",
    `  page        ${relay.url}/admin`,
    `  password    ${env['ADMIN_PASSWORD']}`,
    '',
    'The same answers from the commands, in another terminal in this folder. First, so that they ask this space:',
    `  export DOTENV_CONFIG_PATH=${settings}`,
    'then',
    '  npm run relay -- who Studio --at "friday 07:45"       who may enter the studio then, and why',
    '  npm run relay -- why Ben                              why Ben was refused this morning',
    '  npm run relay -- holds                                what the held change is about',
    '  npm run relay -- policy check --changes \\',
    `    ${wider}    what happens if the studio is for one more plan`,
    '  npm run relay -- doctor                               is all well?',
  ];
}

function whatToPlayWith({ stage: { cobot, locks, relay } }: Play, playground: string): string[] {
  return [
    '',
    'To play with:',
    `  curl ${playground}                                    who may open what`,
    `  curl -X POST ${playground}/open/Greta/Workshop        Greta opens the Workshop, and is checked in`,
    `  curl -X POST ${playground}/cancel/Ada                 Ada has left, too, which waits with the held change`,
    `  curl -X POST ${playground}/confirm/Zoe                Zoe has joined`,
    `  curl ${relay.url}/readyz`,
    `  curl ${relay.url}/metrics`,
    `  curl -H 'Authorization: Bearer ${cobot.token}' ${cobot.url}/api/memberships`,
    '',
    'Everything is left running; Ctrl-C ends it. The tokens are made up; all of them are in the file of settings.',
    `  relay       ${relay.url} (log: ${relay.logFile})`,
    `  Cobot       ${cobot.url}`,
    `  ${locks.name.padEnd(11)} ${locks.url}`,
  ];
}
