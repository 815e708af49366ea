// The benchmark can fail: what is lost and what is done twice is counted, by the state of the other sides.
import { describe, expect, it, onTestFinished } from 'vitest';
import { playAgainAndLate } from '../../bench/fixed-rate/again-and-late.ts';
import { type Contender, judge, type Played, play } from '../../bench/fixed-rate/play.ts';
import { aimsOf } from '../../bench/fixed-rate/results.ts';
import type { LoadMethods } from '../../bench/load/load-process.ts';
import { isMet } from '../../bench/report.ts';
import { startBareExpress, startGuide, startRelay } from '../../bench/subjects/subjects.ts';
import { startChild } from '../../bench/support/child.ts';

const relay: Contender = { name: 'relay', start: ({ env }) => startRelay(env, null) };
const guide: Contender = { name: 'guide', start: ({ env }) => startGuide(env) };
/** Says 204 to everything, and does nothing. */
const liar: Contender = { name: 'liar', start: startBareExpress };

async function generator() {
  const load = await startChild<LoadMethods>(new URL('../../bench/load/load-process.ts', import.meta.url));
  onTestFinished(load.close);
  return load;
}

describe('a play', { timeout: 60_000 }, () => {
  it('of the relay loses nothing, where other sides fail', async () => {
    const scenario = { name: 'failing', perSecond: 10, seconds: 1 } as const;

    const played = await play(relay, scenario, await generator(), 45_000);

    expect(played).toMatchObject({ events: 10, acknowledged: 10, lost: 0, refusedAndLost: 0, twice: 0 });
    expect(played.lag.p50).toBeGreaterThan(0);
  });

  it('counts every event of whoever acknowledges and does nothing as lost', async () => {
    const scenario = { name: 'answering', perSecond: 20, seconds: 1 } as const;

    expect(await play(liar, scenario, await generator(), 500)).toMatchObject({
      events: 20,
      acknowledged: 20,
      lost: 20,
    });
  });

  it('counts what the guide refuses and never does, while other sides refuse', async () => {
    const trouble = { from: 0, until: 1500 };
    const scenario = { name: 'refusing', perSecond: 20, seconds: 1, trouble } as const;

    const { acknowledged, lost, refusedAndLost } = await play(guide, scenario, await generator(), 500);

    expect(lost).toBe(0);
    expect(acknowledged + refusedAndLost).toBe(20);
    expect(refusedAndLost).toBeGreaterThan(0);
  });
});

describe('told again and in the wrong order', { timeout: 60_000 }, () => {
  it('the guide checks in five times, and the wrong people have doors', async () => {
    const { extraCheckIns, wrongDoors } = await playAgainAndLate(guide, await generator(), 2, 1500);

    expect(extraCheckIns).toBe(8);
    expect(wrongDoors).toBe(2);
  });

  it('the relay does neither', async () => {
    expect(await playAgainAndLate(relay, await generator(), 2)).toMatchObject({ extraCheckIns: 0, wrongDoors: 0 });
  });
});

describe('the verdict', () => {
  const told = (status: number, lagMs: number | null) => ({ id: 'm', status, ackMs: 5, lagMs, sentAt: 1000, calls: 3 });
  const played = (more: Partial<Played> = {}): Played => ({
    ...judge({
      name: 'relay, SQLite',
      scenario: { name: 'killed', perSecond: 25, seconds: 1 },
      sending: {
        told: [told(204, 10), told(204, null), told(0, null), told(0, 7)],
        load: { busy: 0, lateP99: 0 },
        settledAt: 9005,
      },
      troubledUntil: 3000,
      twice: ['2 lock users'],
    }),
    ...more,
  });

  it('tells lost from refused, and counts from the end of the trouble', () => {
    expect(played()).toMatchObject({
      events: 4,
      acknowledged: 2,
      lost: 1,
      refusedAndLost: 1,
      twice: 1,
      settledMs: 6005,
    });
  });

  it.each([
    ['6. acknowledged and lost', { lost: 0 }],
    ['7. extra lock users', { twice: 0 }],
  ])('one is too many: %s', (claim, none) => {
    const verdict = (more: Partial<Played>) =>
      aimsOf([played(more)], [])
        .filter(({ what }) => what.startsWith(claim))
        .map(isMet);

    expect([verdict({}), verdict(none)]).toEqual([[false], [true]]);
  });
});
