import { describe, expect, it } from 'vitest';
import { formatTable, plain, wrap } from '../../src/cli/table.ts';

describe('a table', () => {
  const head = ['MEMBER', 'WHY'];
  const rows = [
    ['Ada', 'membership ended'],
    ['Benedikta', 'no day pass left'],
  ];

  it('is aligned', () => {
    expect(formatTable(head, rows, { width: null })).toBe(
      'MEMBER     WHY\nAda        membership ended\nBenedikta  no day pass left\n',
    );
  });

  it('fits the terminal, and nothing of it is cut off', () => {
    const long = [['Ada', 'would no longer open the front door because the membership ended in November']];

    const table = formatTable(head, long, { width: 40 });

    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(40);
    expect(table.replaceAll(/\s+/g, ' ')).toContain('because the membership ended in November');
  });

  it('is one line for each row where there is no terminal', () => {
    expect(formatTable(head, [['Ada', 'x '.repeat(200)]], { width: null }).split('\n')).toHaveLength(3);
  });

  it('breaks a word that is longer than its column', () => {
    expect(wrap('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
  });

  it('lets nobody move the cursor or begin a new line by a name', () => {
    expect(plain('Ada\u001b[2J\u001b[31m\r\nEvil\u0007')).toBe('Ada Evil ');
  });
});
