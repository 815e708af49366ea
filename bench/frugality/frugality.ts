// Calls to Cobot, which are the scarce good: what the relay spends on typical days, against the fewest that any program
// could make and against the guide's code; and how long it takes under Cobot's limits until everybody has what is theirs.
import type { Aim, Benchmark, Options, Report, Row } from '../report.ts';
import { short } from '../report.ts';
import { type Cost, firstSyncOf, idleSweep, manyAtOnce, oneEvent, openings } from './cases.ts';

type Case = { words: string; play(): Promise<Cost>; isLong?: boolean };

const SECOND = 1000;
/** Of the bound. */
const ENOUGH = 1.5;

const cases: readonly Case[] = [
  { words: 'one confirmation', play: oneEvent },
  { words: '300 webhooks at once among 2,000 members', play: () => manyAtOnce(300, 2000) },
  { words: '400 openings by 100 members', play: () => openings(400, 100) },
  { words: '2,000 openings by 500 members', play: () => openings(2000, 500), isLong: true },
  { words: 'the first sync of 100 members', play: () => firstSyncOf(100) },
  { words: 'the first sync of 1,000 members', play: () => firstSyncOf(1000), isLong: true },
  { words: 'the first sync of 10,000 members', play: () => firstSyncOf(10_000), isLong: true },
  { words: 'a sweep of 100 members with nothing to do', play: () => idleSweep(100) },
  { words: 'a sweep of 1,000 members with nothing to do', play: () => idleSweep(1000) },
  { words: 'a sweep of 10,000 members with nothing to do', play: () => idleSweep(10_000), isLong: true },
];

export const frugality: Benchmark = { name: 'frugality', title: 'Frugality', run: measure };

async function measure({ quick, say }: Options): Promise<Report> {
  const costs: Cost[] = [];
  const missing: string[] = [];
  for (const { words, play, isLong = false } of cases) {
    if (quick && isLong) {
      missing.push(`NOT measured in a quick run: ${words}.`);
      continue;
    }
    say(words);
    costs.push(await play());
  }
  return reportOn(costs, missing);
}

export function reportOn(costs: readonly Cost[], missing: readonly string[]): Report {
  const ratio = ({ calls, bound }: Cost) => calls / bound.calls;
  const count = (value: number) => value.toLocaleString('en');
  const named = (name: string) => costs.filter((cost) => cost.name === name);
  const [syncs, sweeps] = [named('the first sync'), named('a sweep with nothing to do')];
  const aims: Aim[] = costs.map((cost) => ({
    what: `${cost.name}, ${count(cost.members)} members: calls to Cobot against the bound`,
    bound: { most: ENOUGH },
    value: ratio(cost),
    unit: ' times',
  }));
  const [smallest, largest] = [sweeps[0], sweeps.at(-1)];
  if (smallest && largest && smallest !== largest)
    aims.push({
      what: `a sweep of ${count(largest.members)} members against one of ${count(smallest.members)}: calls to Cobot`,
      bound: { most: 1 },
      value: largest.calls / smallest.calls,
      unit: ' times',
    });
  return {
    tables: [
      {
        title: "Calls to Cobot, and virtual time under Cobot's limits",
        columns: [
          'what',
          'members',
          'relay',
          'bound',
          'of the bound',
          'guide',
          '429',
          'doors are right after',
          'tokens linked after',
        ],
        rows: costs.map(
          (cost): Row => [
            cost.name,
            count(cost.members),
            count(cost.calls),
            count(cost.bound.calls),
            short(ratio(cost)),
            cost.guide === null ? 'has none' : count(cost.guide),
            count(cost.refused),
            duration(cost.doorsMs),
            duration(cost.linksMs),
          ],
        ),
      },
      {
        title: 'Why not fewer than the bound',
        columns: ['what', 'because'],
        rows: [...new Map(costs.map(({ name, bound }) => [name, bound.because]))],
      },
      {
        title: 'Where the calls of the relay went',
        columns: ['what', 'members', 'calls'],
        rows: costs.map(({ name, members, byEndpoint }) => [
          name,
          count(members),
          Object.entries(byEndpoint)
            .toSorted(([, one], [, other]) => other - one)
            .map(([endpoint, calls]) => `${calls} ${endpoint}`)
            .join(', '),
        ]),
      },
    ],
    aims,
    charts: [
      ...(syncs.length > 1
        ? [
            {
              file: 'frugality-first-sync',
              title: 'The first sync, in virtual time',
              x: 'members',
              y: 'seconds',
              log: { x: true, y: true },
              series: [
                { name: 'doors are right', points: curve(syncs, ({ doorsMs }) => (doorsMs ?? Number.NaN) / SECOND) },
                { name: 'tokens are linked', points: curve(syncs, ({ linksMs }) => (linksMs ?? Number.NaN) / SECOND) },
                { name: 'bound: 60 tokens a minute', points: curve(syncs, ({ members }) => members) },
              ],
            },
          ]
        : []),
      ...(sweeps.length > 1
        ? [
            {
              file: 'frugality-sweep',
              title: 'Calls of a sweep with nothing to do',
              x: 'members',
              y: 'calls to Cobot',
              log: { x: true, y: false },
              series: [
                { name: 'relay', points: curve(sweeps, ({ calls }) => calls) },
                { name: 'bound', points: curve(sweeps, ({ bound }) => bound.calls) },
              ],
            },
          ]
        : []),
    ],
    missing,
    unsound: [
      ...costs
        .filter(({ name, doorsMs, linksMs }) => name === 'the first sync' && (doorsMs === null || linksMs === null))
        .map(({ members }) => `The first sync of ${members} members did not come to its end.`),
      // A bound that somebody stays below is none.
      ...costs
        .filter(({ calls, bound }) => calls < bound.calls)
        .map(({ name, calls, bound }) => `${name}: ${calls} calls are fewer than the bound of ${bound.calls}.`),
    ],
    figures: costs,
  };
}

const curve = (costs: readonly Cost[], pick: (cost: Cost) => number) =>
  costs.map((cost) => [cost.members, pick(cost)] as const);

function duration(ms: number | null): string {
  if (ms === null) return '';
  const seconds = ms / SECOND;
  return seconds < 120 ? `${short(seconds)} s` : `${short(seconds / 60)} min`;
}
