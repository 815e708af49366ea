import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { afterFailure } from '../../src/queue/after-failure.ts';

const state = { attempts: 9, refusals: 4, now: 0, random: () => 0 };

/** What SQLite says when nothing more goes in. */
function fullDisk(): unknown {
  const small = new DatabaseSync(':memory:');
  small.exec('create table t (x); pragma max_page_count = 3');
  try {
    for (;;) small.exec('insert into t values (hex(randomblob(5000)))');
  } catch (error) {
    return error;
  } finally {
    small.close();
  }
}

describe('a job that failed', () => {
  it('is tried for ever where our own disk was full: that is nobody’s refusal', () => {
    const error = fullDisk();

    expect(error).toMatchObject({ message: 'database or disk is full' });
    expect(afterFailure(error, state)).toMatchObject({ next: 'retry', transient: true });
  });

  it.each([
    { what: 'is not there', error: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) },
    { what: 'went away', error: new Error('Connection terminated unexpectedly') },
    { what: 'is stopping', error: Object.assign(new Error('terminating connection'), { code: '57P01' }) },
    { what: 'let another go first', error: Object.assign(new Error('deadlock detected'), { code: '40P01' }) },
  ])('is tried for ever where PostgreSQL $what', ({ error }) => {
    expect(afterFailure(error, state)).toMatchObject({ next: 'retry', transient: true });
  });

  it('is dead after the fifth failure that is the fault of what was asked', () => {
    expect(afterFailure(new Error('UNIQUE constraint failed'), state)).toMatchObject({ next: 'dead' });
  });
});
