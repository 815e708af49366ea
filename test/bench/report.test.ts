import { describe, expect, it } from 'vitest';
import { asText } from '../../bench/print.ts';
import { blockOf, withBlock } from '../../bench/publish.ts';
import { type Aim, isMet, type Report, verdictOn } from '../../bench/report.ts';

const most = (value: number): Aim => ({ what: 'p99', bound: { most: 10 }, value, unit: ' ms' });
const least = (value: number): Aim => ({ what: 'rate', bound: { least: 0.7 }, value, unit: '' });

const report: Report = {
  tables: [{ title: 'Some', columns: ['what', 'ms'], rows: [['relay | one', '1']] }],
  aims: [most(25)],
  charts: [],
  missing: ['PostgreSQL was NOT measured.'],
  unsound: ['nothing was acknowledged'],
  figures: {},
};

describe('what was aimed at', () => {
  it('is met on its bound, and not beyond', () => {
    expect([most(10), most(10.1), least(0.7), least(0.69)].map(isMet)).toEqual([true, false, true, false]);
  });

  it('is not met by a value that is not there', () => {
    expect(isMet(most(Number.NaN))).toBe(false);
    expect(isMet(least(Number.NaN))).toBe(false);
    expect(verdictOn(most(Number.NaN))).toBe('not met: p99: at most 10 ms (- ms instead of 10 ms)');
  });

  it('is said with what came instead, and by how much', () => {
    expect(verdictOn(most(25))).toBe('not met: p99: at most 10 ms (25 ms instead of 10 ms, off by a factor of 2.5)');
    expect(verdictOn(least(0.6))).toBe('not met: rate: at least 0.7 (0.6 instead of 0.7, off by 17 %)');
    expect(verdictOn(least(0.9))).toBe('met: rate: at least 0.7 (0.9)');
  });
});

describe('a report', () => {
  it('says aloud what was not measured and what is not sound', () => {
    for (const text of [asText(report, null), blockOf(report, { machine: '2 cores', at: '2026-11-30', quick: true })]) {
      expect(text).toContain('PostgreSQL was NOT measured.');
      expect(text.toLowerCase()).toContain('not sound');
      expect(text).toContain('nothing was acknowledged');
      expect(text).toContain('not met: p99');
    }
  });

  it('is marked where it comes from a first look', () => {
    const block = (quick: boolean) => blockOf(report, { machine: '2 cores', at: '2026-11-30', quick });

    expect(block(true)).toContain('not a result');
    expect(block(false)).not.toContain('not a result');
  });

  it('takes the place of the one before, and of nothing else', () => {
    const page = 'a\n<!-- bench:one -->\nold\n<!-- /bench:one -->\nb\n<!-- bench:two -->\nkept\n<!-- /bench:two -->\n';

    const written = withBlock(page, 'one', 'new\n');

    expect(written).toBe(page.replace('old', 'new'));
    expect(() => withBlock(page, 'three', 'new\n')).toThrow('no place for "three"');
  });
});
