// relay doctor: is everything there that the relay needs, and what to do where it is not. Changes nothing.
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { UpstreamError } from '../lib/errors.ts';
import { failureOf } from '../lib/failure.ts';
import { createHttp } from '../lib/http.ts';
import { counted } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Call, type Does, type ExitCode, examples } from './cli.ts';
import { item, paragraph, type Sign } from './look.ts';
import { busy } from './progress.ts';
import { type Place, withOperator } from './reach-operator.ts';
import type { Terminal } from './terminal.ts';

type Line = Answers['checkUp']['lines'][number];
/** `isFatal`: with this nothing else could be looked at. */
type Examined = { lines: Line[]; isFatal: boolean };

const OLDEST_NODE = 26;

export function addDoctor(program: Command, does: Does): void {
  const doctor = program
    .command('doctor')
    .description('look whether everything is there that the relay needs, and say what to do where it is not')
    .addHelpText('after', examples('relay doctor', 'relay doctor --json'))
    .addHelpText(
      'after',
      [
        'Exit codes: 0 all is well, or there are only remarks (!); 2 something has to be mended (✗); 1 the relay cannot',
        'run like that, so that the rest could not be looked at. Changes nothing. A --json answer has "ok": true, false or',
        'null (a remark), and "advice": what to do.',
      ].join('\n'),
    );
  does(doctor, async (call) => {
    const { lines, isFatal } = await examine(call);
    call.print({ lines }, linesText(lines, call.terminal));
    return exitCode(lines, isFatal);
  });
}

function exitCode(lines: readonly Line[], isFatal: boolean): ExitCode {
  if (isFatal) return 1;
  return lines.some(({ ok }) => ok === false) ? 2 : 0;
}

async function examine(call: Call): Promise<Examined> {
  const [major = ''] = process.versions.node.split('.', 1);
  const isNew = Number(major) >= OLDEST_NODE;
  const node: Line = {
    what: 'Node',
    ok: isNew,
    sentence: `version ${process.versions.node}`,
    advice: isNew
      ? null
      : `install Node ${OLDEST_NODE} or newer, or run it through npm after "npm ci", which brings one`,
  };
  const loaded = loadConfig(call.env);
  if (!loaded.ok) {
    const advice = 'set it in the environment or in .env; .env.example shows all of them';
    const lines = loaded.problems.map((sentence): Line => ({ what: 'environment', ok: false, sentence, advice }));
    return { lines: [node, ...lines], isFatal: true };
  }
  const { config, warnings } = loaded;
  const own: Line[] = [
    node,
    { what: 'environment', ok: true, sentence: settingsWords(config), advice: null },
    ...warnings.map((sentence): Line => ({ what: 'environment', ok: null, sentence, advice: null })),
  ];
  const reached = await busy('asking PUBLIC_URL', call, () => reach(config, call));
  const parts = await askParts(call);
  return { lines: [...own, ...reached, ...parts.lines], isFatal: parts.isFatal || !isNew };
}

function settingsWords({ locks, databaseUrl, dataDir }: Config): string {
  const database = databaseUrl === null ? `SQLite in ${dataDir}` : 'PostgreSQL';
  return `complete; the lock system is ${locks.system}, the database ${database}`;
}

/** From here, which may be another way than Cobot's. No key goes along. */
async function reach({ publicUrl }: Config, { clock }: Call): Promise<Line[]> {
  if (publicUrl === null) return [];
  const what = 'PUBLIC_URL';
  const gate = { run: <T>(_: string, work: () => Promise<T>) => work(), pause: () => undefined };
  const http = createHttp({ name: 'the relay', setting: what, baseUrl: publicUrl, headers: {}, clock, gate });
  try {
    await http({ method: 'GET', endpoint: 'GET /healthz', path: '/healthz', expect: [200], repeatable: true });
    return [{ what, ok: true, sentence: 'the relay answers there, seen from here', advice: null }];
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const sentence = `not reached from here: ${failureOf(error).what}`;
    const advice = 'start the service; if Cobot reaches it another way than this machine does, that is no harm';
    return [{ what, ok: null, sentence, advice }];
  }
}

async function askParts(call: Call): Promise<Examined> {
  try {
    return await withOperator(call, { newDatabase: 'made' }, async (operator, place) => {
      const { lines } = await operator.checkUp({});
      return { lines: [serviceLine(place), ...lines], isFatal: false };
    });
  } catch (error) {
    const { what, advice } = failureOf(error);
    return { lines: [{ what: 'database', ok: false, sentence: what, advice }], isFatal: true };
  }
}

function serviceLine(place: Place): Line {
  const what = 'service';
  if (place === 'service') return { what, ok: true, sentence: 'it runs and answers', advice: null };
  return { what, ok: null, sentence: 'it does not run here', advice: '"npm start" starts it' };
}

const signOf = (ok: boolean | null): Sign => (ok === null ? 'look' : ok ? 'good' : 'bad');

function linesText(lines: readonly Line[], terminal: Terminal): string {
  const count = (wanted: boolean | null) => lines.filter(({ ok }) => ok === wanted).length;
  const sum = [
    `${count(true)} of ${lines.length} good`,
    ...(count(null) > 0 ? [counted(count(null), 'remark')] : []),
    ...(count(false) > 0 ? [`${count(false)} to mend`] : []),
  ];
  const shown = lines.flatMap(({ what, ok, sentence, advice }) => [
    item(signOf(ok), `${what}: ${sentence}`, { terminal, indent: 0 }),
    ...(advice === null ? [] : [item('mend', advice, { terminal, indent: 2 })]),
  ]);
  return [...shown, '\n', paragraph(`${sum.join(', ')}.`, terminal)].join('');
}
