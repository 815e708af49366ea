// How many webhooks a second are acknowledged, each stored durably before its 204, while the other sides hang and the
// worker is at work: against Express that stores nothing, and against the guide's relay that works inside the request.
import type { ClosedLoad, LoadMethods, Post } from './load/load-process.ts';
import type { Benchmark, Options, Report, Row } from './report.ts';
import { short } from './report.ts';
import {
  confirmationBody,
  paths,
  type Subject,
  startBareExpress,
  startGuide,
  startRelay,
} from './subjects/subjects.ts';
import { type Child, startChild } from './support/child.ts';
import { type Engine, openEngines } from './support/engines.ts';
import { median } from './support/statistics.ts';
import { startUpstreams, type Upstreams } from './upstreams/upstreams.ts';

const CONNECTIONS = [1, 10, 50, 200];
const FOCUS = 50;
const GUIDE_DELAY = 50;
/** One call after the other: membership, lock user, access, token. */
const GUIDE_CALLS = 4;
/** The generator would measure itself. */
const TOO_BUSY = 0.95;

type Contender = { name: string; play(): Promise<Map<number, ClosedLoad>> };
type Tools = { load: Child<LoadMethods>; ms: number; unsound: Set<string> };

export const acknowledging: Benchmark = {
  name: 'acknowledging',
  title: 'Acknowledging',
  run: measure,
};

async function measure(options: Options): Promise<Report> {
  const rounds = options.rounds ?? (options.quick ? 1 : 4);
  const ms = options.quick ? 1000 : 2000;
  const { engines, missing } = await openEngines(options.engines);
  const load = await startChild<LoadMethods>(new URL('./load/load-process.ts', import.meta.url));
  const forRelay = await startUpstreams();
  const forGuide = await startUpstreams();
  const tools: Tools = { load, ms, unsound: new Set() };
  const contenders: Contender[] = [
    { name: 'bare Express', play: () => playBare(tools) },
    ...engines.map((engine) => ({ name: engine.words, play: () => playRelay(engine, forRelay, tools) })),
    { name: 'guide', play: () => playGuide(forGuide, tools) },
  ];
  const found = new Map<string, Map<number, ClosedLoad>[]>(contenders.map(({ name }) => [name, []]));
  try {
    await forGuide.ask('setMode', { kind: 'answering', delayMs: GUIDE_DELAY });
    for (let round = 1; round <= rounds; round += 1)
      for (const { name, play } of contenders) {
        options.say(`round ${round} of ${rounds}: ${name}`);
        found.get(name)?.push(await play());
      }
  } finally {
    for (const each of [load, forRelay, forGuide, ...engines]) await each.close();
  }
  return reportOn(found, { missing, unsound: [...tools.unsound], rounds, ms });
}

async function playBare(tools: Tools): Promise<Map<number, ClosedLoad>> {
  const subject = await startBareExpress();
  return atEach(subject, 'bare Express', tools);
}

async function playRelay(engine: Engine, upstreams: Upstreams, tools: Tools): Promise<Map<number, ClosedLoad>> {
  await upstreams.ask('setMode', { kind: 'answering', delayMs: 0 });
  const subject = await startRelay(upstreams.env, await engine.newDatabase());
  await upstreams.ask('setMode', { kind: 'hanging' });
  return await atEach(subject, engine.words, tools, async (acknowledged) => {
    const metrics = await (await fetch(`${subject.relay.url}/metrics`)).text();
    for (const words of notAsPromised(metrics, acknowledged)) tools.unsound.add(`${engine.words}: ${words}`);
  });
}

/** Every webhook was about another member, and nothing can be done for any: so many jobs have to be in the store. */
export function notAsPromised(metrics: string, acknowledged: number): string[] {
  const jobs = [...metrics.matchAll(/^relay_jobs\{([^}]*)\} (\d+)/gm)].filter(([, labels = '']) =>
    labels.includes('name="reconcile"'),
  );
  const stored = jobs.reduce((sum, [, , count]) => sum + Number(count), 0);
  const isBusy = jobs.some(([, labels = '', count]) => labels.includes('state="running"') && Number(count) > 0);
  return [
    ...(isBusy ? [] : ['no job was running, so the worker was not busy.']),
    ...(stored >= acknowledged ? [] : [`of ${acknowledged} webhooks acknowledged, ${stored} jobs are in the store.`]),
  ];
}

/** Before the load that counts, one that does not: code gets warm. */
async function atEach(
  subject: Subject,
  name: string,
  tools: Tools,
  lookAfter: (acknowledged: number) => Promise<void> = async () => undefined,
): Promise<Map<number, ClosedLoad>> {
  const { load, ms } = tools;
  const post: Post = { port: subject.port, path: paths.confirmation, body: confirmationBody('https://co-up.cobot.me') };
  const found = new Map<number, ClosedLoad>();
  try {
    let { acknowledged } = await load.ask('closedLoop', post, 20, Math.max(1000, ms / 2));
    for (const connections of CONNECTIONS) {
      const result = await load.ask('closedLoop', post, connections, ms);
      judge(`${name} at ${connections} connections`, result, tools);
      found.set(connections, result);
      acknowledged += result.acknowledged;
    }
    await lookAfter(acknowledged);
  } finally {
    await subject.close();
  }
  return found;
}

export function judge(
  where: string,
  { acknowledged, others, busy }: ClosedLoad,
  { unsound }: Pick<Tools, 'unsound'>,
): void {
  if (acknowledged === 0) unsound.add(`${where}: nothing was acknowledged.`);
  for (const [status, count] of Object.entries(others)) unsound.add(`${where}: ${count} answers of ${status}.`);
  if (busy > TOO_BUSY) unsound.add(`${where}: the load generator was busy itself (${short(busy)} of a core).`);
}

/** Its members have to be there, since it looks at each while the sender waits. */
async function playGuide(upstreams: Upstreams, tools: Tools): Promise<Map<number, ClosedLoad>> {
  const { load, ms } = tools;
  const subject = await startGuide(upstreams.env);
  const found = new Map<number, ClosedLoad>();
  try {
    for (const connections of CONNECTIONS) {
      const most = Math.ceil(connections * (1 + ms / (GUIDE_CALLS * GUIDE_DELAY)));
      const ids = await upstreams.ask('addMembers', most, { confirmed: true });
      const post = {
        port: subject.port,
        path: paths.confirmation,
        body: confirmationBody('https://co-up.cobot.me'),
        ids,
      };
      const result = await load.ask('closedLoop', post, connections, ms);
      judge(`guide at ${connections} connections`, result, tools);
      found.set(connections, result);
    }
  } finally {
    await subject.close();
  }
  return found;
}

type Figures = { connections: number; name: string; perSecond: number; p50: number; p99: number; busy: number };

function reportOn(
  found: ReadonlyMap<string, readonly Map<number, ClosedLoad>[]>,
  { missing, unsound, rounds, ms }: { missing: string[]; unsound: string[]; rounds: number; ms: number },
): Report {
  const figures = CONNECTIONS.flatMap((connections) =>
    [...found].map(([name, plays]): Figures => {
      const of = (pick: (load: ClosedLoad) => number) =>
        median(plays.flatMap((play) => play.get(connections) ?? []).map(pick));
      return {
        connections,
        name,
        perSecond: of((load) => load.perSecond),
        p50: of((load) => load.p50),
        p99: of((load) => load.p99),
        busy: of((load) => load.busy),
      };
    }),
  );
  const at = (connections: number, name: string) =>
    figures.find((each) => each.connections === connections && each.name === name);
  const share = (each: Figures) => each.perSecond / (at(each.connections, 'bare Express')?.perSecond ?? Number.NaN);
  const tail = (each: Figures) => each.p99 / (at(each.connections, 'bare Express')?.p99 ?? Number.NaN);
  const rows = figures.map(
    (each): Row => [
      String(each.connections),
      each.name,
      short(each.perSecond),
      short(share(each)),
      short(each.p50),
      short(each.p99),
      short(tail(each)),
    ],
  );
  const aims = [...found.keys()].flatMap((name) => {
    const focus = at(FOCUS, name);
    if (!focus || !name.startsWith('relay')) return [];
    const least = name.includes('SQLite') ? 0.7 : 0.4;
    const words = `${name}, ${FOCUS} connections`;
    return [
      {
        what: `${words}: acknowledgements against bare Express`,
        bound: { least },
        value: share(focus),
        unit: ' of it',
      },
      { what: `${words}: p99 against bare Express`, bound: { most: 4 }, value: tail(focus), unit: ' times' },
    ];
  });
  const chart = (file: string, title: string, y: string, pick: (each: Figures) => number) => ({
    file,
    title,
    x: 'connections',
    y,
    log: { x: true, y: true },
    series: [...found.keys()].map((name) => ({
      name,
      points: figures.filter((each) => each.name === name).map((each) => [each.connections, pick(each)] as const),
    })),
  });
  return {
    tables: [
      {
        title: `Closed loop, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`} of ${ms / 1000} s`,
        columns: ['connections', 'what', 'acks a second', 'of bare Express', 'p50 ms', 'p99 ms', 'p99 of bare Express'],
        rows,
      },
    ],
    aims,
    charts: [
      chart('acknowledging-rate', 'Acknowledgements', 'a second', ({ perSecond }) => perSecond),
      chart('acknowledging-p99', 'Waiting for the 204, p99', 'ms', ({ p99 }) => p99),
    ],
    missing,
    unsound,
    figures,
  };
}
