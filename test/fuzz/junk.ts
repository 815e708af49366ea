// What nobody expects: values, texts and changes of JSON, as fast-check can make and shrink them.
import fc from 'fast-check';

const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
const CUNNING = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '/',
  '//evil.example/x',
  '@evil.example',
  'a/../../b',
  '%2e%2e%2f',
  '%00',
  '\u0000',
  '\ud800',
  '\u202e',
  'ada@example.com',
  "'; drop table links; --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  `$\{x}`,
  '9'.repeat(400),
  'x'.repeat(10_000),
  '2026-13-45T99:99:99Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-00-00',
  ...PROTOTYPE_KEYS,
];
const NUMBERS = [0, -1, 1, 0.5, 1e21, -1e21, 1.7e308, 2 ** 53, -(2 ** 53), 8.64e15, 8.64e15 + 1, 1e15];

export const cunningText = fc.oneof(
  fc.constantFrom(...CUNNING),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string(),
);

const deep = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
};

/** `JSON.parse` makes own properties of what an object literal would make prototypes. */
const prototypeObject = fc
  .constantFrom(...PROTOTYPE_KEYS)
  .map((key): unknown => JSON.parse(`{"${key}": {"id": "x", "url": "https://evil.example/api/memberships/x"}}`));

export const junkValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], [{}]) },
  { weight: 3, arbitrary: cunningText },
  { weight: 2, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: prototypeObject },
  { weight: 1, arbitrary: fc.constantFrom(20, 200).map(deep) },
  { weight: 2, arbitrary: fc.jsonValue() },
);

/** One change of a JSON value, at a place that is chosen by a number, so that it fits whatever is there. */
export type Change = { at: number; kind: ChangeKind; junk: unknown };
export type ChangeKind = 'drop' | 'junk' | 'null' | 'wrap' | 'double' | 'swap' | 'empty' | 'add';

export const changeOf = (kinds: readonly ChangeKind[], junk: fc.Arbitrary<unknown> = junkValue): fc.Arbitrary<Change> =>
  fc.record({ at: fc.nat({ max: 4000 }), kind: fc.constantFrom(...kinds), junk });

type Place = { holder: Record<string, unknown> | unknown[]; key: string | number };

/** A copy with the changes; everything else stays as it was. */
export function changed(json: unknown, changes: readonly Change[]): unknown {
  const root = { value: structuredClone(json) };
  for (const change of changes) {
    const places = placesIn(root, []);
    const place = places[change.at % places.length];
    if (place) apply(change, place, places);
  }
  return root.value;
}

/** The same as the text that is sent. */
export const changedText = (json: unknown, changes: readonly Change[]): string =>
  JSON.stringify(changed(json, changes)) ?? '';

function placesIn(holder: object, found: Place[]): Place[] {
  if (found.length > 4000) return found;
  const entries: [string | number, unknown][] = Array.isArray(holder) ? [...holder.entries()] : Object.entries(holder);
  for (const [key, value] of entries) {
    found.push({ holder: holder as Place['holder'], key });
    if (typeof value === 'object' && value !== null) placesIn(value, found);
  }
  return found;
}

const read = ({ holder, key }: Place): unknown => Reflect.get(holder, key);
const write = ({ holder, key }: Place, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
};

function apply({ kind, at, junk }: Change, place: Place, places: readonly Place[]): void {
  const { holder, key } = place;
  const value = read(place);
  if (kind === 'drop' && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (kind === 'drop') Reflect.deleteProperty(holder, key);
  else if (kind === 'double' && Array.isArray(holder)) holder.push(structuredClone(value));
  else if (kind === 'add' && Array.isArray(holder)) holder.push(structuredClone(junk));
  else if (kind === 'add') Object.assign(holder, { unheard_of: structuredClone(junk) });
  else if (kind === 'junk') write(place, structuredClone(junk));
  else if (kind === 'null') write(place, null);
  else if (kind === 'wrap') write(place, at % 2 ? [value] : { value });
  else if (kind === 'empty' && Array.isArray(value)) write(place, []);
  else if (kind === 'empty' && typeof value === 'string') write(place, '');
  else if (kind === 'swap') {
    const other = places[(at * 31 + 7) % places.length];
    if (other) write(place, structuredClone(read(other)));
  }
}

/** The answer as text, spoilt on its way. */
export const spoiltText: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.nat({ max: 1000 }).map((at) => (text: string) => text.slice(0, (at * text.length) / 1000)),
  fc.constantFrom(
    () => '',
    () => '<!doctype html><title>Welcome to the hotel</title>',
    () => 'null',
    () => '"done"',
    (text: string) => `${text}${text}`,
    (text: string) => `\ufeff${text}`,
    (text: string) => `)]}',\n${text}`,
    () => '['.repeat(100_000),
    () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    () => `[${'{},'.repeat(50_000)}{}]`,
    () => `"${'x'.repeat(3_000_000)}"`,
  ),
  cunningText.map((junk) => () => junk),
);
