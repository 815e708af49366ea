// Plays one script: builds the world, lets everything in it happen, and looks on. Ends with a verdict: the first thing that
// must never be, or nothing; and in any case what happened, so that a run in which nothing did cannot pass for a good one.
import { createInProcess } from '../../src/simulators/carrier.ts';
import { checkCalm } from './calm.ts';
import type { Happening } from './happening.ts';
import type { Script } from './script.ts';
import { createTrace } from './trace.ts';
import { Violation } from './violation.ts';
import { buildWorld } from './world.ts';

export type Verdict = {
  script: Script;
  violation: { rule: string; words: string; at: number } | null;
  /** How often each kind of thing happened. */
  counts: Map<string, number>;
  fingerprint: string;
  trace: string[];
  /** What somebody had beyond the facts, and why. */
  excuses: Map<string, number>;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export async function run(script: Script, show?: (line: string) => void): Promise<Verdict> {
  const world = await buildWorld(script, createInProcess(), (now) => createTrace(now, show));
  const { clock, trace } = world;
  let violation: Verdict['violation'] = null;
  try {
    await world.until(clock.now() + 30 * MINUTE);
    const begin = clock.now();
    for (const happening of script.happenings) {
      await world.until(begin + happening.at);
      happen(happening, world);
    }
    await world.until(begin + script.days * 24 * HOUR);
    await checkCalm(world);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = { rule: error.rule, words: error.message, at: clock.now() };
    trace.line(`XX ${error.message}`);
  }
  return {
    script,
    violation,
    counts: world.counts,
    fingerprint: trace.fingerprint(),
    trace: trace.latest(),
    excuses: world.excuses,
  };
}

function happen(happening: Happening, world: Awaited<ReturnType<typeof buildWorld>>): void {
  const { at: _, ...what } = happening;
  world.trace.line(`>> ${JSON.stringify(what)}`);
  world.happen(happening);
}
