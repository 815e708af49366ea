import { describe, expect, it } from 'vitest';
import { judge } from './scenario-run.ts';
import { readTable } from './scenario-schema.ts';

const TABLE = `zone: Europe/Berlin
locks: [Front door]
rooms: [Room A]
plans: { Full Time: unlimited }
policy: |
  version: 1
  rules: [{ name: Everybody, locks: [Front door], members: all }]
cases:
  - name: a case
    now: 2026-11-24 10:00
    members: [{ plan: Full Time, canceled to: 2026-11-30 }]
    expect:
      Front door: { opens: 2026-01-01 00:00 to 2026-12-01 00:00, because: 'Everybody: plan "Full Time"' }
`;

/** The table with that text replaced, judged. */
function judged(from: string, to: string): string[] {
  expect(TABLE).toContain(from);
  const table = readTable('table.yaml', TABLE.replace(from, to));
  return table.cases.flatMap((each) => judge(table, each));
}

describe('a table of scenarios', () => {
  it('holds as it stands', () => {
    expect(judged('a case', 'another case')).toEqual([]);
  });

  it.each([
    ['a key that nobody knows', 'canceled to: 2026-11-30', 'cancelled to: 2026-11-30', /table\.yaml, line 11/],
    ['a key of the case that nobody knows', 'now:', 'at:', /table\.yaml, line 9/],
    ['a plan that the table lacks', 'plan: Full Time,', 'plan: Full Tim,', /no plan Full Tim/],
    ['a kind of plan that there is not', 'unlimited', 'unlimitd', /table\.yaml, line 4/],
    ['a lock that the table lacks', 'Front door: {', 'Frontdoor: {', /nothing is expected at Front door/],
    ['a lock too many', '    expect:\n', '    expect:\n      Cellar: { shut: x }\n', /no lock Cellar/],
    ['a date that is none', '2026-11-30', '30.11.2026', /no date/],
    ['a time that is none', '2026-11-24 10:00', '2026-11-24', /no time/],
    ['a time that the clock leaves out', '2026-11-24 10:00', '2026-03-29 02:30', /on the clock/],
    ['a time that comes twice', '2026-11-24 10:00', '2026-10-25 02:30', /on the clock/],
    ['an offset that the zone has not then', '2026-11-24 10:00', '2026-11-24 10:00 +02:00', /Offset/i],
    ['a window that ends before it begins', ' to 2026-12-01', ' to 2025-12-01', /ends before it begins/],
    ['a window without an end', ' to 2026-12-01 00:00', '', /no window/],
    ['windows without a reason', `, because: 'Everybody: plan "Full Time"'`, '', /belong together/],
    [
      'no expectation',
      `opens: 2026-01-01 00:00 to 2026-12-01 00:00, because: 'Everybody: plan "Full Time"'`,
      '',
      /say/,
    ],
    ['a policy with a mistake', 'members: all', 'membres: all', /unknown key "membres"/],
    ['a policy that names nothing there is', '[Front door], m', '[Back door], m', /no lock/],
    [
      'a room that the table lacks',
      'canceled to: 2026-11-30',
      'bookings: [{ room: B, from: x, until: y }]',
      /no room B/,
    ],
    ['bad YAML', 'cases:', 'cases: [', /table\.yaml/],
  ])('refuses %s', (_, from, to, message) => {
    expect(() => judged(from, to)).toThrow(message);
  });

  it.each([
    ['another window', '2026-12-01 00:00', '2026-12-01 00:01', 'Front door opens: expected 2026-01-01 00:00 to'],
    ['another reason', `'Everybody: plan`, `'Nobody: plan`, 'Front door opens because: expected Nobody'],
  ])('tells what came out in place of %s', (_, from, to, beginning) => {
    expect(judged(from, to)).toEqual([expect.stringContaining(beginning)]);
  });
});
