import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from './scenario-run.ts';
import { type ExpectedLocks, readTable, type Scenario } from './scenario-schema.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');
const tables = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ file, table: readTable(join(FOLDER, file)) }));

describe.each(tables)('$file', ({ table }) => {
  it.each(table.cases.map((each) => [each.name, each] as const))('%s', (_, scenario) => {
    expect(judge(table, scenario)).toEqual([]);
  });

  it.each(table.cases.map((each) => [each.name, each] as const))('can fail: %s', (_, scenario) => {
    const spoiled = spoil(scenario);

    expect(spoiled.length).toBeGreaterThan(0);
    for (const { what, wrong } of spoiled) expect(judge(table, wrong), what).not.toEqual([]);
  });
});

it('has at least seventy cases, and no two of one name', () => {
  const names = tables.flatMap(({ file, table }) => table.cases.map(({ name }) => `${file}: ${name}`));

  expect(names.length).toBeGreaterThanOrEqual(70);
  expect(new Set(names).size).toBe(names.length);
});

/** The scenario with one expectation turned into its opposite, for every expectation that it has. */
function spoil(scenario: Scenario): { what: string; wrong: Scenario }[] {
  if (scenario.expect !== undefined) {
    return spoilLocks(scenario.expect).map(({ what, locks }) => ({ what, wrong: { ...scenario, expect: locks } }));
  }
  const persons = scenario['expect persons'] ?? [];
  return [
    ...persons.flatMap((person, index) =>
      spoilLocks(person.locks).map(({ what, locks }) => ({
        what,
        wrong: { ...scenario, 'expect persons': persons.with(index, { ...person, locks }) },
      })),
    ),
    ...persons.map((person, index) => ({
      what: 'another lock user',
      wrong: { ...scenario, 'expect persons': persons.with(index, { ...person, 'lock user': 'another' }) },
    })),
    { what: 'a person less', wrong: { ...scenario, 'expect persons': persons.slice(1) } },
    { what: 'another problem', wrong: { ...scenario, problems: { ...scenario.problems, m9: 'is on fire' } } },
  ].filter(({ what }) => what !== 'a person less' || persons.length > 0);
}

function spoilLocks(expected: ExpectedLocks): { what: string; locks: ExpectedLocks }[] {
  return Object.entries(expected).flatMap(([name, lock]) => {
    const others = [
      ...(lock.opens
        ? [
            { ...lock, opens: ['from 1999-01-01 00:00'] },
            { ...lock, because: ['it is Tuesday'] },
          ]
        : []),
      ...(lock.opens ? [] : [{ ...lock, opens: ['always'], because: ['it is Tuesday'] }]),
      ...(lock.shut ? [{ shut: ['it is Tuesday'] }] : []),
      { ...lock, unsure: 'it is Tuesday' },
    ];
    return others.map((other) => ({
      what: `${name}: ${JSON.stringify(other)}`,
      locks: { ...expected, [name]: other },
    }));
  });
}
