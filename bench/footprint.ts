// What it takes to have the relay at all: how soon it is ready, what memory it holds, what production installs, and what
// lies in the image.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoadMethods } from './load/load-process.ts';
import { type Aim, type Benchmark, type Options, type Report, type Row, short } from './report.ts';
import { confirmationBody, paths, type Subject, startBareExpress, startRelay } from './subjects/subjects.ts';
import { type Child, startChild } from './support/child.ts';
import { type Engine, openEngines } from './support/engines.ts';
import { cpuMsOf, residentMbOf } from './support/process-cost.ts';
import { median } from './support/statistics.ts';
import { startUpstreams } from './upstreams/upstreams.ts';

type Held = {
  name: string;
  readyMs: number;
  idleMb: number;
  loadedMb: number;
  idleCpu: number;
  /** Webhooks taken so far, and the memory then. */
  taken: (readonly [webhooks: number, mb: number])[];
};
type Part = { what: string; files: number; mb: number };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONNECTIONS = 50;
const MB = 2 ** 20;
/** Points of the curve. */
const SLICES = 5;

export const footprint: Benchmark = { name: 'footprint', title: 'Footprint', run: measure };

async function measure(options: Options): Promise<Report> {
  const rounds = options.rounds ?? (options.quick ? 1 : 5);
  const idleMs = options.quick ? 2000 : 8000;
  const loadMs = options.quick ? 1000 : 5000;
  const { engines, missing } = await openEngines(options.engines);
  const load = await startChild<LoadMethods>(new URL('./load/load-process.ts', import.meta.url));
  const upstreams = await startUpstreams();
  const held: Held[] = [];
  try {
    await upstreams.ask('addMembers', 200, { confirmed: true });
    const contenders = [
      { name: 'bare Express', start: async (): Promise<Subject> => startBareExpress() },
      ...engines.map((engine: Engine) => ({
        name: engine.words,
        start: async (): Promise<Subject> => startRelay(upstreams.env, await engine.newDatabase()),
      })),
    ];
    for (let round = 1; round <= rounds; round += 1)
      for (const { name, start } of contenders) {
        options.say(`round ${round} of ${rounds}: ${name}`);
        held.push(await hold(name, start, load, { idleMs, loadMs }));
      }
  } finally {
    for (const each of [load, upstreams, ...engines]) await each.close();
  }
  const parts = [...sourceParts(), ...installed(options, missing)];
  return reportOn(held, parts, { missing, rounds });
}

async function hold(
  name: string,
  start: () => Promise<Subject>,
  load: Child<LoadMethods>,
  { idleMs, loadMs }: { idleMs: number; loadMs: number },
): Promise<Held> {
  const subject = await start();
  const pid = subject.pid() ?? 0;
  try {
    await sleep(idleMs / 2);
    const before = cpuMsOf(pid);
    await sleep(idleMs);
    const idleCpu = (cpuMsOf(pid) - before) / idleMs;
    const idleMb = residentMbOf(pid).now;
    const post = { port: subject.port, path: paths.confirmation, body: confirmationBody('https://co-up.cobot.me') };
    const taken: [webhooks: number, mb: number][] = [];
    for (let slice = 0; slice < SLICES; slice += 1) {
      const { acknowledged } = await load.ask('closedLoop', post, CONNECTIONS, loadMs / SLICES);
      taken.push([(taken.at(-1)?.[0] ?? 0) + acknowledged, residentMbOf(pid).now]);
    }
    return { name, readyMs: subject.readyMs, idleMb, loadedMb: residentMbOf(pid).most, idleCpu, taken };
  } finally {
    await subject.close();
  }
}

/** What the Dockerfile copies. */
function sourceParts(): Part[] {
  const source = (path: string) => ({ what: path, ...sizeOf(join(ROOT, path)) });
  const inside = (path: string) => ({ ...source(path), what: `${path}, of src` });
  return [source('src'), inside('src/simulators'), inside('src/cli/demo')];
}

/** As the image and a production server install it; from a registry, which may not be there. */
function installed({ quick, say }: Options, missing: string[]): Part[] {
  if (quick) {
    missing.push('NOT measured in a quick run: what production installs.');
    return [];
  }
  say('installing what production installs');
  const folder = mkdtempSync(join(tmpdir(), 'relay-install-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(ROOT, file), join(folder, file));
    execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: folder,
      stdio: 'ignore',
    });
    return [{ what: 'node_modules of production', ...sizeOf(join(folder, 'node_modules')) }];
  } catch {
    missing.push('What production installs was NOT measured: npm ci did not get through here.');
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): { files: number; mb: number } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { files: files.length, mb: bytes / MB };
}

function reportOn(
  plays: readonly Held[],
  parts: readonly Part[],
  { missing, rounds }: { missing: string[]; rounds: number },
): Report {
  const figures = [...Map.groupBy(plays, ({ name }) => name)].map(([name, group]): Held => {
    const of = (pick: (held: Held) => number) => median(group.map(pick));
    return {
      name,
      readyMs: of(({ readyMs }) => readyMs),
      idleMb: of(({ idleMb }) => idleMb),
      loadedMb: of(({ loadedMb }) => loadedMb),
      idleCpu: of(({ idleCpu }) => idleCpu),
      // Of one round: each has taken another number.
      taken: group.at(-1)?.taken ?? [],
    };
  });
  const bare = figures.find(({ name }) => name === 'bare Express');
  const against = (value: number, base: number | undefined) => short(value / (base ?? Number.NaN));
  const relays = figures.filter(({ name }) => name !== 'bare Express');
  return {
    tables: [
      {
        title: `A space of 200 members, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}`,
        columns: [
          'what',
          'ready after ms',
          'of bare Express',
          'MB idle',
          'of bare Express',
          `MB at most, ${CONNECTIONS} connections at full speed`,
          'of a core, idle',
        ],
        rows: figures.map(
          (each): Row => [
            each.name,
            short(each.readyMs),
            against(each.readyMs, bare?.readyMs),
            short(each.idleMb),
            against(each.idleMb, bare?.idleMb),
            short(each.loadedMb),
            `${short(each.idleCpu * 100)} %`,
          ],
        ),
      },
      {
        title: 'What lies in the image, beside Node itself',
        columns: ['what', 'files', 'MB'],
        rows: parts.map(({ what, files, mb }): Row => [what, short(files), short(mb)]),
      },
    ],
    aims: relays.flatMap(({ name, readyMs, loadedMb }): Aim[] => [
      { what: `${name}: ready after a start`, bound: { most: 1000 }, value: readyMs, unit: ' ms' },
      { what: `${name}: resident memory under load`, bound: { most: 200 }, value: loadedMb, unit: ' MB' },
    ]),
    charts: [
      {
        file: 'footprint-memory',
        title: 'Memory, as webhooks come in at full speed',
        x: 'webhooks taken',
        y: 'resident MB',
        log: { x: false, y: false },
        series: figures.map(({ name, idleMb, taken }) => ({ name, points: [[0, idleMb] as const, ...taken] })),
        level: { at: 200, name: 'aim' },
      },
    ],
    missing,
    unsound: plays
      .filter(({ readyMs }) => !Number.isFinite(readyMs))
      .map(({ name }) => `${name}: it is not known when it was ready.`),
    figures: { held: figures, parts },
  };
}
