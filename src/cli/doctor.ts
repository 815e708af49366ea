// relay doctor: is everything there that the relay needs, and what to do where it is not. Changes nothing.
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { describeError, UpstreamError } from '../lib/errors.ts';
import { failureOf } from '../lib/failure.ts';
import { createHttp } from '../lib/http.ts';
import type { Answers } from '../operator/answers.ts';
import { type Call, type Does, examples } from './cli.ts';
import { withOperator } from './reach-operator.ts';
import { plain, wrap } from './table.ts';
import { type Colour, painter, slowProgress, type Terminal } from './terminal.ts';

type Line = Answers['checkUp']['lines'][number];

const OLDEST_NODE = 26;

export function addDoctor(program: Command, does: Does): void {
  const doctor = program
    .command('doctor')
    .description('look whether everything is there that the relay needs')
    .addHelpText('after', examples('relay doctor', 'relay doctor --json'))
    .addHelpText('after', 'Exit codes: 0 all is well, 2 something is not, 1 it could not be found out.');
  does(doctor, async (call) => {
    const progress = slowProgress(call.terminal, call.clock);
    progress.tell('looking at each part');
    const lines = await examine(call).finally(progress.end);
    call.print({ lines }, linesText(lines, call.terminal));
    return lines.some(({ ok }) => ok === false) ? 2 : 0;
  });
}

async function examine(call: Call): Promise<Line[]> {
  const major = Number(process.versions.node.split('.', 1).join(''));
  const node: Line = {
    what: 'Node',
    ok: major >= OLDEST_NODE,
    sentence: `version ${process.versions.node}; ${OLDEST_NODE} or newer is needed`,
  };
  const loaded = loadConfig(call.env);
  if (!loaded.ok)
    return [node, ...loaded.problems.map((sentence): Line => ({ what: 'environment', ok: false, sentence }))];
  const { config, warnings } = loaded;
  return [
    node,
    { what: 'environment', ok: true, sentence: `complete; the lock system is ${config.locks.system}` },
    ...warnings.map((sentence): Line => ({ what: 'environment', ok: null, sentence })),
    ...(await reach(config, call)),
    ...(await askParts(call)),
  ];
}

/** From here, which may be another way than Cobot's. */
async function reach({ publicUrl }: Config, { clock }: Call): Promise<Line[]> {
  if (publicUrl === null) return [];
  const what = 'PUBLIC_URL';
  const gate = { run: <T>(_: string, work: () => Promise<T>) => work(), pause: () => undefined };
  const http = createHttp({ name: 'the relay', setting: what, baseUrl: publicUrl, headers: {}, clock, gate });
  try {
    await http({ method: 'GET', endpoint: 'GET /healthz', path: '/healthz', expect: [200], repeatable: true });
    return [{ what, ok: true, sentence: 'the relay answers there, seen from here' }];
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const sentence = `not reached from here (is the service running?): ${describeError(error)}`;
    return [{ what, ok: null, sentence }];
  }
}

async function askParts(call: Call): Promise<Line[]> {
  try {
    return (await withOperator(call, { newDatabase: 'made' }, (operator) => operator.checkUp({}))).lines;
  } catch (error) {
    const { what, advice } = failureOf(error);
    return [{ what: 'database', ok: false, sentence: advice === null ? what : `${what}: ${advice}` }];
  }
}

const SIGNS: { of: boolean | null; sign: string; colour: Colour }[] = [
  { of: true, sign: '✓', colour: 'green' },
  { of: false, sign: '✗', colour: 'red' },
  { of: null, sign: '!', colour: 'yellow' },
];

function linesText(lines: readonly Line[], terminal: Terminal): string {
  const paint = painter(terminal);
  const room = (terminal.width ?? Number.POSITIVE_INFINITY) - 4;
  return lines
    .map(({ what, ok, sentence }) => {
      const { sign, colour } = SIGNS.find(({ of }) => of === ok) ?? { sign: '?', colour: 'dim' as const };
      const [first = '', ...rest] = wrap(plain(`${what}: ${sentence}`), room);
      return [`${paint(colour, sign)} ${first}`, ...rest.map((line) => `    ${line}`)].join('\n');
    })
    .join('\n')
    .concat('\n');
}
