// Webhooks at a fixed rate, as they come in life, while the other sides answer in 50 ms, refuse, hang or fail: how long an
// acknowledgement and its effect take, what is lost, and what is done twice.
import type { LoadMethods } from '../load/load-process.ts';
import type { Benchmark, Options, Report } from '../report.ts';
import { startGuide, startRelay } from '../subjects/subjects.ts';
import { startChild } from '../support/child.ts';
import { openEngines } from '../support/engines.ts';
import { playAgainAndLate, type Repeated } from './again-and-late.ts';
import { type Contender, type Played, play } from './play.ts';
import { reportOn } from './results.ts';
import { QUICK_SCENARIOS, SCENARIOS, type Scenario } from './scenarios.ts';

export const fixedRate: Benchmark = { name: 'fixed-rate', title: 'At a fixed rate', run: measure };

/** What it does is done with the answer. */
const GUIDE_PATIENCE = 5000;

async function measure(options: Options): Promise<Report> {
  const roundsOf = ({ name }: Scenario) => options.rounds ?? (name === 'answering' && !options.quick ? 3 : 1);
  const { engines, missing } = await openEngines(options.engines);
  const load = await startChild<LoadMethods>(new URL('../load/load-process.ts', import.meta.url));
  const guide: Contender = { name: 'guide', start: ({ env }) => startGuide(env) };
  const relays = engines.map((engine) => ({
    name: engine.words,
    start: async ({ env }: { env: Readonly<Record<string, string>> }) => startRelay(env, await engine.newDatabase()),
  }));
  const [first, ...others] = relays;
  const subject = first ? [first] : [];
  const pairs = (options.quick ? QUICK_SCENARIOS : SCENARIOS).flatMap((scenario) =>
    [...subject, ...(!options.quick && isForAll(scenario) ? others : []), ...(isForGuide(scenario) ? [guide] : [])].map(
      (contender) => [contender, scenario] as const,
    ),
  );
  const plays: Played[] = [];
  const repeated: Repeated[] = [];
  try {
    for (let round = 1; pairs.some(([, scenario]) => round <= roundsOf(scenario)); round += 1)
      for (const [contender, scenario] of pairs.filter(([, each]) => round <= roundsOf(each))) {
        options.say(`${contender.name}: ${scenario.name}, ${scenario.perSecond} a second for ${scenario.seconds} s`);
        plays.push(await play(contender, scenario, load));
      }
    for (const contender of [...subject, guide]) {
      options.say(`${contender.name}: told again, and in the wrong order`);
      const patienceMs = contender === guide ? GUIDE_PATIENCE : undefined;
      repeated.push(await playAgainAndLate(contender, load, options.quick ? 10 : 50, patienceMs));
    }
  } finally {
    for (const each of [load, ...engines]) await each.close();
  }
  return reportOn(plays, repeated, { missing });
}

/** The stores differ in how they take and hand on, not in what is done about other sides that fail. */
const isForAll = ({ name, perSecond }: Scenario): boolean => name === 'answering' && perSecond <= 100;
/** To be killed and to come back proves nothing of what remembers nothing; and faster than this it only piles up. */
const isForGuide = ({ name, perSecond }: Scenario): boolean => name !== 'killed' && perSecond <= 100;
