import { describe, expect, it } from 'vitest';
import { item } from '../../src/cli/look.ts';
import { formatTable } from '../../src/cli/table.ts';
import { plain, widthOf, wrap } from '../../src/cli/words.ts';

const columns = [{ head: 'MEMBER' }, { head: 'WHY', least: 26 }];
const widest = (text: string) => Math.max(...text.split('\n').map(widthOf));

describe('a table', () => {
  const rows = [
    ['Ada', 'membership ended'],
    ['Benedikta', 'no day pass left'],
  ];

  it('is aligned', () => {
    expect(formatTable(columns, rows, { width: null })).toBe(
      'MEMBER     WHY\nAda        membership ended\nBenedikta  no day pass left\n',
    );
  });

  it('is aligned where a character takes two columns, or none', () => {
    const wide = [
      ['山田 太郎', 'ok'],
      ['Zoe\u0308', 'ok'],
      ['👩‍💻', 'ok'],
    ];

    const [, ...lines] = formatTable(columns, wide, { width: null }).trimEnd().split('\n');

    expect(lines.map((line) => widthOf(line.slice(0, line.indexOf('ok'))))).toEqual([11, 11, 11]);
  });

  it('fits the terminal, and nothing of it is cut off', () => {
    const long = [['Ada', 'would no longer open the front door because the membership ended in November']];

    const table = formatTable(columns, long, { width: 40 });

    expect(widest(table)).toBeLessThanOrEqual(40);
    expect(table.replaceAll(/\s+/g, ' ')).toContain('because the membership ended in November');
  });

  it('leaves out what can be spared rather than break a sentence into splinters, and says so', () => {
    const spared = [...columns, { head: 'MEMBERSHIP', spare: 1 }];
    const row = ['Ada', 'no day pass left for the rest of today', '4abe5b455f701e1911939829ca587f73'];

    const narrow = formatTable(spared, [row], { width: 50 });
    const wide = formatTable(spared, [row], { width: 90 });

    expect(widest(narrow)).toBeLessThanOrEqual(50);
    expect(narrow).toContain('Left out for want of room: MEMBERSHIP.');
    expect(wide).toContain('4abe5b455f701e1911939829ca587f73');
    expect(wide).not.toContain('Left out');
  });

  it('becomes a few lines for each row where even that is too wide', () => {
    const many = [{ head: 'TIME' }, { head: 'WHO' }, { head: 'WHAT', least: 26 }];
    const row = ['2026-11-30 08:24', 'Ada Lovelace', 'may open Front door: every active member may'];

    expect(formatTable(many, [row], { width: 44 })).toBe(
      '2026-11-30 08:24  Ada Lovelace\n    what: may open Front door: every active\n    member may\n',
    );
  });

  it('has no column in which nothing stands', () => {
    expect(formatTable([{ head: 'A' }, { head: 'B' }], [['x', ''], ['y']], { width: null })).toBe('A\nx\ny\n');
  });

  it('is one line for each row where there is no terminal', () => {
    expect(formatTable(columns, [['Ada', 'x '.repeat(200)]], { width: null }).split('\n')).toHaveLength(3);
  });
});

describe('words', () => {
  it('are broken where one is longer than its column, never within a character', () => {
    expect(wrap('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
    expect(wrap('👩‍💻👩‍💻👩‍💻', 4)).toEqual(['👩‍💻👩‍💻', '👩‍💻']);
  });

  it('let nobody move the cursor, begin a new line or turn the writing by a name', () => {
    expect(plain('Ada\u001b[2J\u001b[31m\r\nEvil\u0007\u202egnp')).toBe('Ada Evil gnp');
  });
});

describe('an item of a list', () => {
  const sentence = 'the token lacks write_check_ins';

  it('goes on below its first word', () => {
    const text = item('bad', sentence, { terminal: { width: 24, colours: false } });

    expect(text).toBe('  ✗ the token lacks\n    write_check_ins\n');
  });

  it('says by its sign what its colour says too', () => {
    const coloured = item('look', sentence, { terminal: { width: null, colours: true } });

    expect(coloured).toContain('\u001b[33m');
    expect(plain(coloured).trim()).toBe(`! ${sentence}`);
  });
});
