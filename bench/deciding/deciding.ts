// What it costs to decide for a whole space, as the space grows: deciding alone, and a whole sweep with nothing to do, of
// the relay as a process of its own, over HTTP, with everything that a sweep reads and remembers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeOptions } from '../../src/cli/demo/relay-process.ts';
import type { Benchmark, Options, Report, Row, Table } from '../report.ts';
import { short } from '../report.ts';
import { startChild } from '../support/child.ts';
import { hottest } from '../support/profile.ts';
import { growth, median } from '../support/statistics.ts';
import type { DecideMethods, Memory } from './decide-process.ts';
import type { SpaceMethods } from './space-process.ts';
import type { SweepMethods, Swept } from './sweep-process.ts';

const LOCKS = 20;
const DECIDE_AT = [100, 10_000, 100_000];
const SWEEP_AT = [100, 1_000, 10_000];
const FOCUS = 10_000;
const HOTTEST = 12;

type Deciding = { members: number; cpuMs: number; perSecond: number } & Memory;
type Sweeping = { members: number; cpuMs: number; ms: number; emptyMb: number; mostMb: number };

export const deciding: Benchmark = { name: 'deciding', title: 'Deciding', run: measure };

async function measure(options: Options): Promise<Report> {
  const rounds = options.rounds ?? (options.quick ? 1 : 5);
  const unsound: string[] = [];
  const decided: Deciding[] = [];
  for (const members of DECIDE_AT.filter((size) => !options.quick || size <= FOCUS)) {
    options.say(`deciding for ${members} members`);
    decided.push(await decideFor(members, rounds, unsound));
  }
  const missing: string[] = [];
  const swept: Sweeping[] = [];
  for (const members of SWEEP_AT.filter((size) => !options.quick || size < FOCUS)) {
    options.say(`sweeping ${members} members`);
    try {
      swept.push(await sweepOf(members, rounds, unsound));
    } catch (error) {
      missing.push(`A sweep of ${members} members and ${LOCKS} locks did not get through: ${firstLine(error)}`);
    }
  }
  if (options.quick) missing.push(`A sweep of ${FOCUS} members was NOT measured: a quick run leaves it out.`);
  const profiles: Table[] = [];
  if (options.profile !== null || !options.quick) {
    options.say('taking profiles');
    profiles.push(...(await takeProfiles(options.profile)));
  }
  return reportOn(decided, swept, { profiles, missing, unsound, rounds });
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';

async function decideFor(members: number, rounds: number, unsound: string[]): Promise<Deciding> {
  const child = await startDecider(members);
  try {
    await child.ask('decide');
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { cpuMs, changes } = await child.ask('decide');
      if (changes > 0) unsound.push(`Deciding for ${members}: ${changes} changes where there is nothing to do.`);
      times.push(cpuMs);
    }
    const cpuMs = median(times);
    return { members, cpuMs, perSecond: (members * LOCKS * 1000) / cpuMs, ...(await child.ask('memory')) };
  } finally {
    await child.close();
  }
}

function startDecider(members: number) {
  const room = ['--max-old-space-size=8192'];
  return startChild<DecideMethods>(new URL('./decide-process.ts', import.meta.url), [String(members), String(LOCKS)], {
    node: room,
  });
}

const startSpace = (members: number, locks: number) =>
  startChild<SpaceMethods>(new URL('./space-process.ts', import.meta.url), [String(members), String(locks)]);

/** Its first sweep, which writes down what it finds, is over. */
async function openSweptSpace(members: number, locks: number) {
  const space = await startSpace(members, locks);
  const relay = await startChild<SweepMethods>(
    new URL('./sweep-process.ts', import.meta.url),
    [JSON.stringify(await space.ask('env'))],
    { node: nodeOptions },
  );
  const close = async () => {
    await relay.ask('end');
    await relay.close();
    await space.close();
  };
  try {
    const emptyMb = (await relay.ask('memory')).nowMb;
    await relay.ask('sweep');
    return { ...relay, emptyMb, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function sweepOf(members: number, rounds: number, unsound: string[]): Promise<Sweeping> {
  const relay = await openSweptSpace(members, LOCKS);
  try {
    const sweeps: Swept[] = [];
    for (let round = 0; round < rounds; round += 1) sweeps.push(await relay.ask('sweep'));
    const changes = sweeps.reduce((sum, each) => sum + each.changes, 0);
    if (changes > 0) unsound.push(`Sweeping ${members}: ${changes} changes where there is nothing to do.`);
    const { mostMb } = await relay.ask('memory');
    return {
      members,
      cpuMs: median(sweeps.map(({ cpuMs }) => cpuMs)),
      ms: median(sweeps.map(({ ms }) => ms)),
      emptyMb: relay.emptyMb,
      mostMb,
    };
  } finally {
    await relay.close();
  }
}

/** `folder`: where to keep them; null: they are only looked at. */
async function takeProfiles(folder: string | null): Promise<Table[]> {
  const mine = mkdtempSync(join(tmpdir(), 'relay-profile-'));
  try {
    const decided = join(folder ?? mine, 'deciding.cpuprofile');
    const child = await startDecider(FOCUS);
    await child.ask('decide');
    await child.ask('profile', decided);
    await child.close();

    const swept = join(folder ?? mine, 'sweep.cpuprofile');
    const relay = await openSweptSpace(FOCUS, LOCKS);
    await relay.ask('profile', swept);
    await relay.close();
    return [tableOf('Deciding', decided), tableOf('A sweep', swept)];
  } finally {
    rmSync(mine, { recursive: true, force: true });
  }
}

function tableOf(what: string, file: string): Table {
  return {
    title: `${what}, ${FOCUS.toLocaleString('en')} members: where the time goes, each function without those it calls`,
    columns: ['share', 'function'],
    rows: hottest(file, HOTTEST).map(({ where, share }) => [`${short(share * 100)} %`, where]),
  };
}

function reportOn(
  decided: readonly Deciding[],
  swept: readonly Sweeping[],
  { profiles, missing, unsound, rounds }: { profiles: Table[]; missing: string[]; unsound: string[]; rounds: number },
): Report {
  const count = (value: number) => value.toLocaleString('en');
  const how = rounds === 1 ? 'one round' : `medians of ${rounds} rounds`;
  const focus = swept.find(({ members }) => members === FOCUS);
  const grows = (points: readonly (readonly [number, number])[]) => growth(points.slice(-2));
  const decideCurve = decided.map(({ members, cpuMs }) => [members, cpuMs] as const);
  const sweepCurve = swept.map(({ members, cpuMs }) => [members, cpuMs] as const);
  return {
    tables: [
      {
        title: `Deciding alone, ${LOCKS} locks, nothing to do, ${how}`,
        columns: ['members', 'CPU ms', 'members x locks a second', 'MB before', 'MB with the facts', 'MB at most'],
        rows: decided.map(
          (each): Row => [
            count(each.members),
            short(each.cpuMs),
            short(each.perSecond),
            short(each.beforeMb),
            short(each.factsMb),
            short(each.mostMb),
          ],
        ),
      },
      {
        title: `A whole sweep, ${LOCKS} locks, nothing to do, ${how}`,
        columns: ['members', 'CPU ms', 'takes ms', 'MB before', 'MB at most'],
        rows: swept.map(
          (each): Row => [
            count(each.members),
            short(each.cpuMs),
            short(each.ms),
            short(each.emptyMb),
            short(each.mostMb),
          ],
        ),
      },
      ...profiles,
    ],
    aims: [
      {
        what: `a sweep of ${count(FOCUS)} members and ${LOCKS} locks: CPU`,
        bound: { most: 2000 },
        value: focus?.cpuMs ?? Number.NaN,
        unit: ' ms',
      },
      {
        what: `a sweep of ${count(FOCUS)} members and ${LOCKS} locks: resident memory`,
        bound: { most: 200 },
        value: focus?.mostMb ?? Number.NaN,
        unit: ' MB',
      },
      {
        what: 'deciding grows in proportion to the members (1: exactly so)',
        bound: { most: 1.15 },
        value: grows(decideCurve),
        unit: '',
      },
      {
        what: 'a sweep grows in proportion to the members (1: exactly so)',
        bound: { most: 1.15 },
        value: grows(sweepCurve),
        unit: '',
      },
    ],
    charts: [
      {
        file: 'deciding-cpu',
        title: 'CPU of deciding and of a sweep',
        x: `members, ${LOCKS} locks`,
        y: 'CPU ms',
        log: { x: true, y: true },
        series: [
          { name: 'deciding alone', points: decideCurve },
          { name: 'a whole sweep', points: sweepCurve },
        ],
      },
      {
        file: 'deciding-memory',
        title: 'Resident memory, at most',
        x: `members, ${LOCKS} locks`,
        y: 'MB',
        log: { x: true, y: true },
        series: [
          { name: 'deciding alone', points: decided.map(({ members, mostMb }) => [members, mostMb] as const) },
          { name: 'a relay that sweeps', points: swept.map(({ members, mostMb }) => [members, mostMb] as const) },
        ],
      },
    ],
    missing,
    unsound,
    figures: { locks: LOCKS, decided, swept },
  };
}
