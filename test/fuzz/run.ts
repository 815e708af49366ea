// `npm run fuzz`: all targets, as many cases as asked for, from one seed. Prints how far each is, what failed and how to
// play it again, and a verdict. The cases themselves are the tests beside this file.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

type Line = { name: string; count: number; cases: number; over?: true; message?: string; again?: string };

const USAGE = 'npm run fuzz -- [--target <name>] [--seed <number>] [--scale <factor>] [--path <path of a case>]';
const EVERY_MS = 5000;
/** Without a scale, a target or a path: what a whole run has to reach, else targets went missing. */
const LEAST_CASES = 100_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    seed: { type: 'string' },
    scale: { type: 'string' },
    path: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) say(USAGE);
else process.exitCode = await main();

async function main(): Promise<number> {
  const { target, seed = String(randomInt(2 ** 31)), scale = '1', path } = values;
  const folder = mkdtempSync(join(tmpdir(), 'relay-fuzz-'));
  const report = join(folder, 'report');
  say(`seed ${seed}, Node ${process.version}`);
  const env = {
    ...process.env,
    FUZZ_SEED: seed,
    FUZZ_SCALE: scale,
    FUZZ_REPORT: report,
    ...(target === undefined ? {} : { FUZZ_TARGET: target }),
    ...(path === undefined ? {} : { FUZZ_PATH_OF_CASE: path }),
  };
  const child = spawn('npx', ['vitest', 'run', 'test/fuzz', '--reporter=dot'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  let ended: number | null = null;
  child.once('close', (code) => {
    ended = code ?? 1;
  });

  const shown = new Map<string, string>();
  for (;;) {
    const isLast = ended !== null;
    for (const { name, count, cases, over, message } of latest(report)) {
      const line = `${name.padEnd(20)} ${String(count).padStart(7)} of ${cases}${over ? (message ? '  FAILED' : '  held') : ''}`;
      if (shown.get(name) !== line) say(line);
      shown.set(name, line);
    }
    if (isLast) break;
    await sleep(EVERY_MS);
  }

  const lines = latest(report);
  rmSync(folder, { recursive: true, force: true });
  const isWhole = target === undefined && path === undefined && scale === '1';
  const hasFailed = verdict(lines, isWhole ? LEAST_CASES : 1) || ended !== 0;
  // A crash has no line of its own: the test runner's words are all there is.
  if (hasFailed && !lines.some(({ message }) => message)) say((await output).join('\n'));
  say(`\n${totalOf(lines)} cases, ${lines.length} targets: ${hasFailed ? 'FAILED' : 'nothing failed'} (seed ${seed})`);
  return hasFailed ? 1 : 0;
}

function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { count }) => sum + count, 0);
}

/** Whether anything failed, which is printed. */
function verdict(lines: readonly Line[], least: number): boolean {
  const failures = lines.filter(({ message }) => message !== undefined);
  for (const { name, message, again } of failures) say(`\n${name}\n${message}\nplay it again: ${again}`);
  if (failures.length > 0) return true;
  if (totalOf(lines) >= least) return false;
  say(`fewer cases than ${least}: targets are missing`);
  return true;
}

/** The last word of each target. */
function latest(report: string): Line[] {
  if (!existsSync(report)) return [];
  const whole = readFileSync(report, 'utf8').split('\n').slice(0, -1);
  const lines = whole.map((line): Line => JSON.parse(line));
  return [...new Map(lines.map((line) => [line.name, line])).values()];
}
