// The policy file: whatever stands in it, it is read or its mistakes are told with their lines; soon, and never a crash.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, resolvePolicy } from '../../src/access/policy-load.ts';
import { fuzz, patience } from './fuzz.ts';
import { cunningText, junkValue } from './junk.ts';

const KEYS = [
  'version',
  'rules',
  'cancellation_date',
  'never_touch',
  'blocked',
  'brake',
  'name',
  'locks',
  'members',
  'plans',
];
const MORE_KEYS = [
  'except',
  'passes',
  'hours',
  'booking',
  'days',
  'from',
  'to',
  'resource',
  'resources',
  'before',
  'after',
];
const GOOD = `version: 1
rules:
  - name: Front door for everybody
    locks: [Front door]
    members: all
    except: [Virtual Office]
    hours:
      - { days: [mon, tue], from: "08:00", to: "20:00" }
  - name: Meeting room A for bookers
    booking: { resource: Meeting Room A, before: 10m, after: 5m }
    locks: [Meeting room A, "Front door"]
  - name: Any room
    booking: { resources: all }
cancellation_date: last day in
never_touch: [cleaner@example.com]
blocked:
  - trouble@example.com
brake: { members: 5, percent: 10, at_most: 50 }
`;
const catalog = {
  plans: [{ id: 'p1', name: 'Virtual Office' }],
  resources: [{ id: 'r1', name: 'Meeting Room A' }],
  locks: [
    { id: 'l1', name: 'Front door' },
    { id: 'l2', name: 'Meeting room A' },
  ],
};
const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]']
  .concat(
    [...'bcdefghijk'].map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(', ')}]`,
    ),
  )
  .join('\n');
const BOMBS = [
  laughs,
  'a: &a [*a]',
  'a: &a { <<: *a }',
  '&a [*b]',
  '['.repeat(20_000),
  '{a: '.repeat(5000),
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}- `).join('\n'),
  Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  '- '.repeat(5000),
  '? '.repeat(3000),
  `version: ${'9'.repeat(100_000)}`,
  `version: 1\nrules: ${'x'.repeat(300_000)}`,
  `version: 1\nrules:\n${'  - { name: a, locks: [b], members: all }\n'.repeat(3000)}`,
  `version: 1\n${'blocked: [a@b]\n'.repeat(2000)}`,
  '__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }',
  'version: 1\nrules: [{ __proto__: { name: a, locks: [b], members: all } }]',
  '!!js/function "function(){}"',
  '%YAML 9.9\n---\nversion: 1',
  '---\nversion: 1\n---\nversion: 1',
  '\ufeffversion: 1',
  'version: 1\u0000',
  'key: |\n  \u0001',
  '"\\',
  '!<tag:yaml.org,2002:binary> x',
];

const key = fc.oneof(fc.constantFrom(...KEYS, ...MORE_KEYS), cunningText);
const scalar = fc.oneof(
  fc.constantFrom(
    '1',
    'all',
    'Front door',
    'mon',
    '"08:00"',
    '10m',
    '99999999999999h',
    '24h',
    '0',
    '-1',
    '1e999',
    '*a',
    '&a x',
    '~',
    '|',
    '>',
  ),
  cunningText,
);
/** Lines that look like YAML, at depths that may or may not fit. */
const lines = fc
  .array(fc.tuple(fc.nat({ max: 4 }), fc.constantFrom('', '- ', '- - ', '? ', '\t'), fc.option(key), scalar), {
    maxLength: 25,
  })
  .map((all) =>
    all
      .map(([depth, dash, name, value]) => `${'  '.repeat(depth)}${dash}${name === null ? '' : `${name}: `}${value}`)
      .join('\n'),
  );
/** Flow YAML is a superset of JSON. */
const json = fc.oneof(
  junkValue,
  fc.record({
    version: fc.constantFrom<unknown>(1, '1', 2, null),
    rules: fc.array(fc.dictionary(key, junkValue, { maxKeys: 6 }), { maxLength: 3 }),
  }),
  fc.dictionary(fc.constantFrom(...KEYS), junkValue),
);
/** A good file, edited by somebody in a hurry. */
const edited = fc
  .array(
    fc.record({ at: fc.nat({ max: GOOD.length }), cut: fc.nat({ max: 12 }), put: fc.oneof(scalar, fc.constant('')) }),
    { minLength: 1, maxLength: 5 },
  )
  .map((edits) => edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), GOOD));
const text = fc.oneof(
  { weight: 4, arbitrary: edited },
  { weight: 3, arbitrary: lines },
  { weight: 2, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...BOMBS, GOOD), { minLength: 1, maxLength: 2 })
      .map((parts) => parts.join('\n')),
  },
);

const MOST_MS = 4000;

function check(yaml: string): void {
  // Of the processor, since others may be at work on the same machine.
  const began = process.cpuUsage();
  const parsed = parsePolicy(yaml);
  const resolved = parsed.ok ? resolvePolicy(parsed.draft, catalog, {}, parsed.positions) : undefined;
  const took = process.cpuUsage(began).user / 1000;

  expect(took, 'milliseconds').toBeLessThan(MOST_MS);
  const mistakes = parsed.ok ? (resolved?.state === 'wrong' ? resolved.mistakes : []) : parsed.mistakes;
  if (!parsed.ok || resolved?.state === 'wrong') expect(mistakes.length).toBeGreaterThan(0);
  const count = yaml.split('\n').length;
  for (const { line, column, message } of mistakes) {
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(count + 1);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toBe('');
  }
  if (resolved?.state === 'resolved') {
    for (const rule of resolved.policy.rules) {
      const known = catalog.locks.map(({ id }) => id);
      if (rule.locks !== 'all') expect(known).toEqual(expect.arrayContaining([...rule.locks]));
      expect(rule.name).not.toBe('');
    }
    expect(resolved.policy.brake.percent).toBeLessThanOrEqual(100);
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

describe('whatever stands in a policy file', () => {
  it.each(BOMBS)('is read or refused, soon: %#', (bomb) => check(bomb));

  it('is read or refused with its mistakes and their lines', { timeout: patience }, async () => {
    await fuzz(
      { name: 'policy', few: 500, many: 25_000 },
      fc.asyncProperty(text, async (yaml) => check(yaml)),
    );
  });
});
