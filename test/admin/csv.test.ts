// The audit trail as a file for a table of numbers: nothing in it is run, nothing of it is lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvField, csvLines } from '../../src/admin/csv.ts';

const entry = {
  at: '2026-11-30T07:45:00Z',
  action: 'grant',
  member: 'Ada',
  membershipId: 'm1',
  lock: null,
  lockId: null,
  lockUserId: null,
  sentence: 'may open',
  cause: 'start',
};

describe('a field', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =HYPERLINK("x")', '|calc', '%0A'])(
    'that a table would run is a text: %j',
    (text) => {
      expect(csvField(text)).toBe(`"'${text.replaceAll('"', '""')}"`);
    },
  );

  it('is never a formula, and comes out as it went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const field = csvField(text);

        const inside = field.slice(1, -1).replaceAll('""', '"');
        expect(inside.replace(/^'/, '')).toBe(text.replace(/^'/, ''));
        expect(inside).not.toMatch(/^\s*[=+\-@\t\r]/);
        expect(field.slice(1, -1).replaceAll('""', '')).not.toContain('"');
      }),
    );
  });

  it('that is not there is empty', () => {
    expect(csvField(null)).toBe('""');
  });
});

describe('the lines', () => {
  it('have a head, and times by both clocks', () => {
    const [head, line] = [...csvLines([entry], 'Europe/Berlin')];

    expect(head).toMatch(/^\ufeff"time","local time","action"/);
    expect(line).toBe(
      '"2026-11-30T07:45:00Z","2026-11-30 08:45:00","grant","Ada","m1","","","","may open","start"\r\n',
    );
  });
});
