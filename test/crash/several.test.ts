// A few rounds of `npm run crash` on PostgreSQL: one process whose database goes away, and two behind the balancer.
import { describe, expect, it } from 'vitest';
import { noPostgres } from '../support/postgres.ts';
import { noHaproxy } from './balancer.ts';
import { holds, notesOf, type Report } from './report.ts';
import { RUNS } from './runs.ts';

const PATIENCE = 300_000;
const ROUNDS: Readonly<Record<string, number>> = {
  'PostgreSQL stopped': 2,
  'kill -9, one of 2': 3,
  'one of 2 freezes and thaws': 1,
  'rolling restart of 2': 1,
  'one budget of Cobot for 2': 1,
};
const runs = RUNS.filter(({ name, engine }) => engine === 'postgres' && name in ROUNDS);

const whatHappened = (report: Report): string => (holds(report) ? 'held' : notesOf(report));

describe.skipIf(noPostgres || noHaproxy)('the relay on PostgreSQL, under load', () => {
  it('is tried in each of these ways', () => {
    expect(runs.map(({ name }) => name).toSorted()).toEqual(Object.keys(ROUNDS).toSorted());
  });

  it.each(runs)('loses nothing and does nothing twice: $name', { timeout: PATIENCE }, async ({ name, play }) => {
    const report = await play({ rounds: ROUNDS[name] ?? 0, seed: 1, say: () => undefined });

    expect(whatHappened(report)).toBe('held');
    expect(report.acknowledged).toBeGreaterThan(0);
  });
});
