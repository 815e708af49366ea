// One way to fuzz for all targets: a fixed and a random seed in every run of the tests, and as many cases as asked for by
// `npm run fuzz` (run.ts), which reads what is written down here. What fails names the command that plays it again.
import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect } from 'vitest';

export type Target = {
  name: string;
  /** Cases of one seed in the tests, and in a run on demand. */
  few: number;
  many: number;
  /** What must hold for all cases so far: nothing in the log, no memory lost. Asked now and then, and at the end. */
  between?: () => void | Promise<void>;
  /** For one case; a hang is a failure. */
  timeoutMs?: number;
};

const FIXED_SEED = 20_261_130;
const MOST_GROWTH_MB = 150;
const BETWEEN = 500;
const env = (name: string) => process.env[`FUZZ_${name}`];

/** Under `npm run fuzz` a target has all the time that it needs. */
export const patience = env('SEED') === undefined ? 120_000 : 3_600_000;

export async function fuzz<Ts>(target: Target, property: fc.IAsyncProperty<Ts>): Promise<void> {
  const { name, few, many } = target;
  if ((env('TARGET') ?? name) !== name) return;
  const seed = env('SEED');
  if (seed !== undefined) return await run(target, property, Number(seed), Math.ceil(many * Number(env('SCALE') ?? 1)));
  for (const each of [FIXED_SEED, randomInt(2 ** 31)]) await run(target, property, each, few);
}

async function run<Ts>(target: Target, property: fc.IAsyncProperty<Ts>, seed: number, cases: number): Promise<void> {
  const { name, between, timeoutMs = 20_000 } = target;
  const path = env('PATH_OF_CASE');
  let count = 0;
  const counted: fc.IAsyncProperty<Ts> = Object.assign(Object.create(property), {
    async beforeEach() {
      await property.runBeforeEach();
    },
    async run(value: Ts, ...more: []) {
      count += 1;
      if (count % BETWEEN === 0) {
        await between?.();
        report({ name, seed, count, cases });
      }
      return await property.run(value, ...more);
    },
  });
  const before = heapMb();

  const details = await fc.check(counted, {
    seed,
    numRuns: cases,
    interruptAfterTimeLimit: patience - 10_000,
    markInterruptAsFailure: true,
    ...(path === undefined ? {} : { path, endOnFailure: true }),
    timeout: timeoutMs,
  } as fc.Parameters<Ts>);
  const message = details.failed ? await messageOf(details) : undefined;
  const again = `npm run fuzz -- --target ${name} --seed ${seed} --path ${details.counterexamplePath ?? ''}`;
  report({ name, seed, count, cases, over: true, ...(message === undefined ? {} : { message, again }) });
  if (message !== undefined) throw new Error(`${name} fails; play it again with: ${again}\n${message}`);
  await between?.();
  expect(heapMb() - before, `megabytes that ${name} has not given back after ${cases} cases`).toBeLessThan(
    MOST_GROWTH_MB,
  );
}

const LONGEST = 3000;

async function messageOf<Ts>(details: fc.RunDetails<Ts>): Promise<string> {
  const { errorInstance: error } = details;
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${why.slice(0, LONGEST)}\n${(await fc.asyncDefaultReportMessage(details))?.slice(0, LONGEST)}`;
}

function report(line: object): void {
  const file = env('REPORT');
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function heapMb(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 1_000_000;
}
