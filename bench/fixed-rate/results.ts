// What the plays at a fixed rate come to: tables, and the claims that were made beforehand.
import { type Aim, type Report, type Row, short } from '../report.ts';
import { median } from '../support/statistics.ts';
import type { Repeated } from './again-and-late.ts';
import type { Played } from './play.ts';
import { DELAY } from './scenarios.ts';

/** Membership, look-up of the email, lock user, access: one after the other. */
const CALLS = 4;
const LATE_MS = 250;

export function reportOn(
  plays: readonly Played[],
  repeated: readonly Repeated[],
  { missing }: { missing: readonly string[] },
): Report {
  const figures = mediansOf(plays);
  const rows = figures.map(
    (each): Row => [
      each.scenario,
      String(each.perSecond),
      each.name,
      String(each.rounds),
      short(each.events),
      short(each.acknowledged),
      short(each.ack.p50),
      short(each.ack.p99),
      short(each.lag.p50),
      short(each.lag.p99),
      short(each.firstLagP99),
      short(each.lost),
      short(each.refusedAndLost),
      short(each.twice),
      short(each.settledMs / 1000),
    ],
  );
  return {
    tables: [
      {
        title: 'Confirmations at a fixed rate, medians over rounds; times in ms',
        columns: [
          'other sides',
          'a second',
          'what',
          'rounds',
          'sent',
          'acknowledged',
          'ack p50',
          'ack p99',
          'effect p50',
          'effect p99',
          'of the first 16',
          'acknowledged and lost',
          'refused and lost',
          'done twice',
          'settled after s',
        ],
        rows,
      },
      {
        title: 'Told again, and in the wrong order',
        columns: ['what', 'openings told 5 times', 'extra check-ins', 'told in the wrong order', 'wrong doors'],
        rows: repeated.map(
          (each): Row => [
            each.name,
            String(each.members),
            String(each.extraCheckIns),
            String(each.reordered),
            String(each.wrongDoors),
          ],
        ),
      },
    ],
    aims: aimsOf(figures, repeated),
    charts: chartsOf(figures),
    missing,
    unsound: unsoundIn(plays),
    figures: { plays: figures, repeated },
  };
}

function mediansOf(plays: readonly Played[]): (Played & { rounds: number })[] {
  const groups = Map.groupBy(plays, ({ name, scenario, perSecond }) => `${scenario} ${perSecond} ${name}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const of = (pick: (play: Played) => number) => median(group.map(pick));
    const most = (pick: (play: Played) => number) => Math.max(...group.map(pick));
    const spread = (pick: (play: Played) => Played['ack']) => ({
      p50: of((play) => pick(play).p50),
      p99: of((play) => pick(play).p99),
      most: of((play) => pick(play).most),
    });
    return {
      ...first,
      rounds: group.length,
      ack: spread(({ ack }) => ack),
      lag: spread(({ lag }) => lag),
      acknowledged: of(({ acknowledged }) => acknowledged),
      firstLagP99: of(({ firstLagP99 }) => firstLagP99),
      settledMs: of(({ settledMs }) => settledMs),
      // Of these one is too many, in whichever round.
      lost: most(({ lost }) => lost),
      refusedAndLost: most(({ refusedAndLost }) => refusedAndLost),
      twice: most(({ twice }) => twice),
    };
  });
}

export function aimsOf(figures: readonly Played[], repeated: readonly Repeated[]): Aim[] {
  const mine = figures.filter(({ name }) => name.startsWith('relay'));
  const [subject = ''] = mine.map(({ name }) => name);
  const at = (scenario: string, perSecond: number) =>
    mine.find((each) => each.name === subject && each.scenario === scenario && each.perSecond === perSecond);
  const usual = at('answering', 20);
  const aims: (Aim | null)[] = [
    aim(at('answering', 20), '1. ack p99 at 20 a second', { most: 10 }, ({ ack }) => ack.p99, ' ms'),
    aim(at('answering', 100), '1. ack p99 at 100 a second', { most: 20 }, ({ ack }) => ack.p99, ' ms'),
    ...(['refusing', 'hanging'] as const).map((trouble) =>
      aim(
        at(trouble, 20),
        `2. ack p99 at 20 a second, other sides ${trouble}, against answering`,
        { most: 2 },
        ({ ack }) => ack.p99 / (usual?.ack.p99 ?? Number.NaN),
        ' times',
      ),
    ),
    aim(usual, '3. effect p99 at 20 a second', { most: CALLS * DELAY + 50 }, ({ lag }) => lag.p99, ' ms'),
    aim(
      usual,
      '3. effect p99 at 20 a second, of the first 16',
      { most: CALLS * DELAY + 50 },
      ({ firstLagP99 }) => firstLagP99,
      ' ms',
    ),
    ...[20, 100, 500].flatMap((rate) => [
      aim(
        at('failing', rate),
        `4. lost of ${at('failing', rate)?.events} at ${rate} a second, other sides failing`,
        { most: 0 },
        lost,
        '',
      ),
      aim(
        at('failing', rate),
        `4. settled at ${rate} a second, other sides failing`,
        { most: 90 },
        ({ settledMs }) => settledMs / 1000,
        ' s',
      ),
    ]),
    ...(['refusing', 'hanging'] as const).flatMap((trouble) => [
      aim(at(trouble, 20), `5. lost at 20 a second, other sides ${trouble}`, { most: 0 }, lost, ''),
      aim(at(trouble, 20), `5. caught up after ${trouble}`, { most: 10 }, ({ settledMs }) => settledMs / 1000, ' s'),
    ]),
    aim(at('killed', 25), '6. acknowledged and lost at three kill -9', { most: 0 }, ({ lost }) => lost, ''),
    mine.length === 0
      ? null
      : {
          what: '7. extra lock users, grants and tokens, over all of these',
          bound: { most: 0 },
          value: mine.reduce((sum, { twice }) => sum + twice, 0),
          unit: '',
        },
    ...repeated
      .filter(({ name }) => name.startsWith('relay'))
      .flatMap(({ extraCheckIns, wrongDoors, members, reordered }): Aim[] => [
        {
          what: `8. extra check-ins of ${members} openings told five times`,
          bound: { most: 0 },
          value: extraCheckIns,
          unit: '',
        },
        {
          what: `9. wrong doors of ${reordered} told in the wrong order`,
          bound: { most: 0 },
          value: wrongDoors,
          unit: '',
        },
      ]),
  ];
  return aims.filter((each) => each !== null);
}

/** The sender does not try again: what it was refused is lost as well. */
const lost = (play: Played): number => play.lost + play.refusedAndLost;

function aim(
  play: Played | undefined,
  what: string,
  bound: Aim['bound'],
  pick: (play: Played) => number,
  unit: string,
): Aim | null {
  return play ? { what, bound, value: pick(play), unit } : null;
}

function chartsOf(figures: readonly Played[]): Report['charts'] {
  const [subject] = figures.filter(({ name }) => name.startsWith('relay')).map(({ name }) => name);
  const series = ['answering', 'refusing', 'hanging', 'failing'].map((scenario) => ({
    name: scenario,
    points: figures
      .filter((each) => each.name === subject && each.scenario === scenario)
      .map((each) => [each.perSecond, each.ack.p99] as const),
  }));
  if (subject === undefined) return [];
  return [
    {
      file: 'fixed-rate-ack',
      title: `Waiting for the 204, p99, ${subject}`,
      x: 'webhooks a second',
      y: 'ms',
      log: { x: true, y: true },
      series: series.filter(({ points }) => points.length > 0),
    },
  ];
}

function unsoundIn(plays: readonly Played[]): string[] {
  return plays.flatMap(({ name, scenario, perSecond, acknowledged, lateP99 }) => {
    const where = `${name}, other sides ${scenario}, ${perSecond} a second`;
    return [
      ...(lateP99 > LATE_MS ? [`${where}: the load generator was ${short(lateP99)} ms late at p99.`] : []),
      ...(acknowledged === 0 ? [`${where}: nothing was acknowledged.`] : []),
    ];
  });
}
