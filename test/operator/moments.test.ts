import { describe, expect, it } from 'vitest';
import { momentOf } from '../../src/operator/moments.ts';

const ZONE = 'Europe/Berlin';
/** Monday, 09:00 in Berlin. */
const NOW = Date.parse('2026-11-30T08:00:00Z');
const isoOf = (text: string, now = NOW) => new Date(momentOf(text, ZONE, now)).toISOString().slice(0, 16);

describe('a moment as somebody types it', () => {
  it.each([
    ['2026-12-24T09:00', '2026-12-24T08:00'],
    ['2026-12-24 09:00', '2026-12-24T08:00'],
    ['2026-12-24', '2026-12-23T23:00'],
    ['2026-12-24T09:00Z', '2026-12-24T09:00'],
    ['Friday 07:45', '2026-12-04T06:45'],
    ['fri 7:45', '2026-12-04T06:45'],
    ['FRIDAY at 07:45', '2026-12-04T06:45'],
    ['Monday 07:45', '2026-11-30T06:45'],
    ['Sunday 23:59', '2026-12-06T22:59'],
    ['today 10:00', '2026-11-30T09:00'],
    ['tomorrow 10:00', '2026-12-01T09:00'],
    ['07:45', '2026-11-30T06:45'],
    [' 7:45 ', '2026-11-30T06:45'],
  ])('"%s" is %s in UTC', (text, expected) => {
    expect(isoOf(text)).toBe(expected);
  });

  it('is by the clock of that day, also after the clocks were changed', () => {
    expect(isoOf('Sunday 12:00', Date.parse('2027-03-24T08:00:00Z'))).toBe('2027-03-28T10:00');
  });

  it.each(['', 'Friday', 'someday 07:45', 'fr 07:45', '24:00', '12:60', '2026-02-30', '7.45', 'yesterday 07:45'])(
    'refuses "%s", and says how to write one',
    (text) => {
      expect(() => momentOf(text, ZONE, NOW)).toThrow(`"${text}" is no time`);
    },
  );
});
