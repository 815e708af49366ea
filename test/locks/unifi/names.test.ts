import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinName, splitName } from '../../../src/locks/unifi/names.ts';

const back = (name: string) => {
  const { first_name, last_name } = splitName(name);
  return joinName({ first: first_name, last: last_name, full: `${first_name} ${last_name}` });
};

describe('a name from Cobot', () => {
  it.each([
    ['Ada Lovelace', 'Ada', 'Lovelace'],
    ['Ada King Lovelace', 'Ada King', 'Lovelace'],
    ['Ada', 'Ada', '-'],
    ['Ada -', 'Ada -', '-'],
    ['Ada  Lovelace', 'Ada  Lovelace', '-'],
    ['Ada ', 'Ada ', '-'],
    ['', '-', '-'],
    ['  ', '-', '-'],
  ])('%j is split without an empty part', (name, first_name, last_name) => {
    expect(splitName(name)).toEqual({ first_name, last_name });
  });

  it('is read back as it was given, whatever it is, and no part is empty', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('A', 'b', ' ', '-', '\u00a0') }),
    );
    fc.assert(
      fc.property(name, (given) => {
        const { first_name, last_name } = splitName(given);

        expect(first_name.trim()).not.toBe('');
        expect(last_name.trim()).not.toBe('');
        if (given.trim() !== '') expect(back(given)).toBe(given);
      }),
    );
  });
});

describe('a name at the console', () => {
  it.each([
    [{ first: 'Ada', last: '', full: '' }, 'Ada'],
    [{ first: '', last: 'Lovelace', full: '' }, 'Lovelace'],
    [{ first: '', last: '', full: 'Ada Lovelace' }, 'Ada Lovelace'],
    [{ first: '', last: '-', full: '' }, '-'],
    [{ first: '', last: '', full: '' }, null],
  ])('%j of others is read as it is', (parts, name) => {
    expect(joinName(parts)).toBe(name);
  });
});
