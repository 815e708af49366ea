// From a webhook to the last call at the lock system, with other sides that answer at once: what the relay itself adds.
// Cobot's limits are lifted, as for a space that has more calls; the first events, which fit into them, are told apart.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadMethods } from './load/load-process.ts';
import type { Benchmark, Options, Report, Row } from './report.ts';
import { short } from './report.ts';
import { lagsOf, type Sending, sendConfirmations, warmUp } from './subjects/effects.ts';
import { type Subject, startGuide, startRelay } from './subjects/subjects.ts';
import { startChild } from './support/child.ts';
import { openEngines } from './support/engines.ts';
import { median, percentile } from './support/statistics.ts';
import { startUpstreams, type Upstreams } from './upstreams/upstreams.ts';

const RATES = [1, 10, 50];
const QUICK_RATES = [10];
const EVENTS: Readonly<Record<number, number>> = { 1: 16, 10: 60, 50: 150 };
const QUICK_EVENTS: Readonly<Record<number, number>> = { 10: 24 };
/** Of a relay that was just started, so many surely fit into Cobot's minute beside its first sweep. */
const FIRST = 16;
const PATIENCE = 60_000;
/** GET /api/memberships/:id. */
const COBOT_CALLS = 1;
const LATE_MS = 100;
/** Events' worth of calls that are made directly. */
const PACED = 20;

type Figures = {
  perSecond: number;
  name: string;
  events: number;
  /** What the other sides took of it. */
  ownMs: number;
  first: { p50: number; p99: number };
  all: { p50: number; p99: number };
};

export const eventToEffect: Benchmark = { name: 'event-to-effect', title: 'Event to effect', run: measure };

async function measure(options: Options): Promise<Report> {
  const rounds = options.rounds ?? 1;
  const { engines, missing } = await openEngines(options.engines);
  const load = await startChild<LoadMethods>(new URL('./load/load-process.ts', import.meta.url));
  const unsound = new Set<string>();
  const found: Figures[] = [];
  const contenders = [
    { name: 'guide', start: (upstreams: Upstreams): Promise<Subject> => startGuide(upstreams.env) },
    ...engines.map((engine) => ({
      name: engine.words,
      start: async (upstreams: Upstreams): Promise<Subject> => startRelay(upstreams.env, await engine.newDatabase()),
    })),
  ];
  try {
    for (let round = 1; round <= rounds; round += 1)
      for (const perSecond of options.quick ? QUICK_RATES : RATES)
        for (const { name, start } of contenders) {
          options.say(`round ${round} of ${rounds}: ${name}, ${perSecond} a second`);
          const upstreams = await startUpstreams();
          const subject = await start(upstreams);
          try {
            const count = (options.quick ? QUICK_EVENTS : EVENTS)[perSecond] ?? FIRST;
            const target = { load, upstreams, port: subject.port };
            await warmUp(target);
            const sending = await sendConfirmations(target, { count, perSecond, patienceMs: PATIENCE });
            judge(`${name} at ${perSecond} a second`, sending, unsound);
            const calls = median(sending.told.slice(0, FIRST).map((each) => each.calls)) + COBOT_CALLS;
            const ownMs = await timeOfCalls(upstreams, { calls, perSecond });
            found.push(figuresOf(name, perSecond, sending, ownMs));
          } finally {
            await subject.close();
            await upstreams.close();
          }
        }
  } finally {
    for (const each of [load, ...engines]) await each.close();
  }
  return reportOn(found, { missing, unsound: [...unsound], rounds });
}

/**
 * Milliseconds, at the median, of as many calls made directly as an event takes, one after another on a connection that is
 * kept, and at the pace of the events: what comes once a second meets a machine that has gone to sleep meanwhile.
 */
async function timeOfCalls(
  { env }: Upstreams,
  { calls, perSecond }: { calls: number; perSecond: number },
): Promise<number> {
  const times: number[] = [];
  for (let event = 0; event < PACED; event += 1) {
    const began = performance.now();
    for (let call = 0; call < calls; call += 1) {
      const answer = await fetch(`${env['SMARTLOCK_URL']}/locks`, {
        headers: { 'x-api-token': env['SMARTLOCK_API_TOKEN'] ?? '' },
      });
      await answer.text();
    }
    times.push(performance.now() - began);
    await sleep(Math.max(0, 1000 / perSecond - (performance.now() - began)));
  }
  return median(times);
}

function judge(where: string, { told, load }: Sending, unsound: Set<string>): void {
  const refused = told.filter(({ status }) => status !== 204).length;
  const lost = told.filter(({ lagMs }) => lagMs === null).length;
  if (refused > 0) unsound.add(`${where}: ${refused} of ${told.length} webhooks were not acknowledged.`);
  if (lost > 0) unsound.add(`${where}: ${lost} of ${told.length} doors did not open within ${PATIENCE / 1000} s.`);
  if (load.lateP99 > LATE_MS) unsound.add(`${where}: the load generator was ${short(load.lateP99)} ms late at p99.`);
}

function figuresOf(name: string, perSecond: number, { told }: Sending, ownMs: number): Figures {
  const spread = (lags: number[]) => ({ p50: percentile(lags, 0.5), p99: percentile(lags, 0.99) });
  const first = told.slice(0, FIRST);
  return {
    perSecond,
    name,
    events: told.length,
    ownMs,
    first: spread(lagsOf(first)),
    all: spread(lagsOf(told)),
  };
}

function reportOn(
  plays: readonly Figures[],
  { missing, unsound, rounds }: { missing: string[]; unsound: string[]; rounds: number },
): Report {
  const names = [...new Set(plays.map(({ name }) => name))];
  const figures = RATES.flatMap((perSecond) =>
    names.flatMap((name) => {
      const mine = plays.filter((play) => play.perSecond === perSecond && play.name === name);
      const of = (pick: (play: Figures) => number) => median(mine.map(pick));
      if (mine.length === 0) return [];
      return {
        perSecond,
        name,
        events: of(({ events }) => events),
        ownMs: of(({ ownMs }) => ownMs),
        first: { p50: of(({ first }) => first.p50), p99: of(({ first }) => first.p99) },
        all: { p50: of(({ all }) => all.p50), p99: of(({ all }) => all.p99) },
      };
    }),
  );
  const guideAt = (rate: number) => figures.find((each) => each.perSecond === rate && each.name === 'guide');
  const rows = figures.map(
    (each): Row => [
      String(each.perSecond),
      each.name,
      short(each.events),
      short(each.ownMs),
      short(each.first.p50),
      short(each.first.p99),
      short(each.first.p50 / (guideAt(each.perSecond)?.first.p50 ?? Number.NaN)),
      short(each.all.p50),
      short(each.all.p99),
    ],
  );
  const aims = figures
    .filter(({ name }) => name.startsWith('relay'))
    .flatMap(({ name, perSecond, first, all, ownMs }) => {
      const bound = { most: name.includes('SQLite') ? 10 : 50 };
      const words = `${name}, ${perSecond} a second: p50 above the other sides' own time`;
      return [
        { what: `${words}, the first ${FIRST}`, bound, value: first.p50 - ownMs, unit: ' ms' },
        { what: `${words}, all`, bound, value: all.p50 - ownMs, unit: ' ms' },
      ];
    });
  return {
    tables: [
      {
        title: `Webhook in to the last call at the lock system, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}`,
        columns: [
          'a second',
          'what',
          'events',
          'own time of the other sides, ms',
          `first ${FIRST}: p50 ms`,
          'p99 ms',
          'of the guide',
          'all: p50 ms',
          'p99 ms',
        ],
        rows,
      },
    ],
    aims,
    charts: [
      {
        file: 'event-to-effect',
        title: `Event to effect, p50 of the first ${FIRST} and of all`,
        x: 'events a second',
        y: 'ms',
        log: { x: true, y: true },
        series: names.flatMap((name) => {
          const mine = figures.filter((each) => each.name === name);
          return [
            { name: `${name}, first`, points: mine.map(({ perSecond, first }) => [perSecond, first.p50] as const) },
            ...(name === 'guide'
              ? []
              : [{ name: `${name}, all`, points: mine.map(({ perSecond, all }) => [perSecond, all.p50] as const) }]),
          ];
        }),
      },
    ],
    missing,
    unsound,
    figures,
  };
}
