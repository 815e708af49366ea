import { describe, expect, it } from 'vitest';
import { cobotDay, endOfCobotDay, localDate, spanEnd, wholeDay } from '../../src/simulators/local-time.ts';

const zone = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());

describe('the Cobot day', () => {
  it.each([
    ['at 04:00 it begins', '2026-11-30T03:00:00Z', '2026-11-30T03:00:00.000Z', '2026-12-01T03:00:00.000Z'],
    [
      'at 03:59:59 the one before goes on',
      '2026-11-30T02:59:59Z',
      '2026-11-29T03:00:00.000Z',
      '2026-11-30T03:00:00.000Z',
    ],
    [
      'when summer ends it has 25 hours',
      '2026-10-24T12:00:00Z',
      '2026-10-24T02:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ],
    ['when summer begins it has 23', '2026-03-28T12:00:00Z', '2026-03-28T03:00:00.000Z', '2026-03-29T02:00:00.000Z'],
  ])('%s', (_, now, from, until) => {
    const day = cobotDay(at(now), zone);

    expect([iso(day.from), iso(day.until)]).toEqual([from, until]);
  });

  it('ends a second before the next one, and lies ahead even in the last second', () => {
    expect(iso(endOfCobotDay(at('2026-11-30T08:00:00Z'), zone))).toBe('2026-12-01T02:59:59.000Z');
    expect(iso(endOfCobotDay(at('2026-12-01T02:59:59Z'), zone))).toBe('2026-12-02T02:59:59.000Z');
  });

  it('is not the calendar day', () => {
    expect(localDate(at('2026-11-29T23:30:00Z'), zone)).toBe('2026-11-30');
  });
});

describe('a span', () => {
  it.each([
    ['before its hours', { from: '09:00', to: '17:00' }, '2026-11-30T07:59:59Z', null],
    ['from their first second on', { from: '09:00', to: '17:00' }, '2026-11-30T08:00:00Z', '2026-11-30T16:00:00.000Z'],
    ['no more at their end', { from: '09:00', to: '17:00' }, '2026-11-30T16:00:00Z', null],
    ['of the whole day, at night', wholeDay, '2026-11-30T01:00:00Z', '2026-11-30T02:59:59.000Z'],
    [
      'past midnight, by the day it began',
      { from: '22:00', to: '06:00', weekdays: [1] },
      '2026-12-01T04:00:00Z',
      '2026-12-01T05:00:00.000Z',
    ],
    ['past midnight of another day', { from: '22:00', to: '06:00', weekdays: [2] }, '2026-12-01T04:00:00Z', null],
    ['of a length, on its weekday', { minutes: 90, weekdays: [1] }, '2026-11-30T08:00:00Z', '2026-11-30T09:30:00.000Z'],
    ['of a length, on another', { minutes: 90, weekdays: [7] }, '2026-11-30T08:00:00Z', null],
  ])('fits %s', (_, span, now, end) => {
    expect(iso(spanEnd(span, at(now), zone))).toBe(end);
  });
});
