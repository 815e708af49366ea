import { describe, expect, it } from 'vitest';
import { isoTime, parseInstant, parseLocalDate, v1Time } from '../../src/cobot/dates.ts';

const NOON = Date.UTC(2026, 10, 30, 12, 0, 0);

describe('an instant', () => {
  it.each([
    '2026/11/30 12:00:00 +0000',
    '2026-11-30 12:00:00 +0000',
    '2026-11-30 12:00 +0000',
    '2026-11-30T12:00:00Z',
    '2026-11-30T12:00:00.987Z',
    '2026-11-30T13:00:00+01:00',
    '2026/11/30 07:30:00 -0430',
    '2026-11-30 12:00:00 UTC',
    '2026/11/30 12:00:00',
  ])('is read from %s', (text) => {
    expect(parseInstant(text)).toBe(NOON);
  });

  it.each([
    '2026/11/30',
    '2026-02-30 12:00:00 +0000',
    '2026-13-01 12:00 +0000',
    '2026-11-30 24:00:00 +0000',
    'today',
    '',
    '2026-11/30 12:00 +0000',
  ])('is not guessed from %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('comes back the same from both spellings that we send', () => {
    expect(v1Time(NOON)).toBe('2026-11-30 12:00:00 +0000');
    expect(isoTime(NOON)).toBe('2026-11-30T12:00:00Z');
    expect(parseInstant(v1Time(NOON))).toBe(NOON);
    expect(parseInstant(isoTime(NOON))).toBe(NOON);
  });
});

describe('a local date', () => {
  it.each(['2026/11/30', '2026-11-30', '2026/11/30 00:00:00 +0000', '2026-11-30T00:00:00Z'])(
    'is read from %s',
    (text) => {
      expect(parseLocalDate(text)).toBe('2026-11-30');
    },
  );

  it.each(['2026/11/31', '2026-11-30T23:00:00Z', '30.11.2026', ''])('is not guessed from %j', (text) => {
    expect(parseLocalDate(text)).toBeUndefined();
  });
});
