import { describe, expect, it } from 'vitest';
import { TransientError } from '../../src/lib/errors.ts';
import { impatient } from '../../src/operator/impatient.ts';

/** Time goes by when it is told to. */
function handClock() {
  const due = new Set<() => void>();
  return {
    after(_ms: number, work: () => void) {
      due.add(work);
      return () => void due.delete(work);
    },
    goOn: () => {
      for (const work of due) work();
    },
    waiting: () => due.size,
  };
}

describe('a side that is asked for somebody who waits', () => {
  it('answers as it would, and what is no call is as it is', async () => {
    const clock = handClock();
    const side = { name: 'co-up', member: async (id: string) => `member ${id}` };

    const asked = impatient(side, 'Cobot', clock);

    expect([asked.name, await asked.member('7')]).toEqual(['co-up', 'member 7']);
    expect(clock.waiting()).toBe(0);
  });

  it('hands its own failures on', async () => {
    const clock = handClock();
    const side = { member: () => Promise.reject(new Error('gone')) };

    await expect(impatient(side, 'Cobot', clock).member()).rejects.toThrow('gone');
    expect(clock.waiting()).toBe(0);
  });

  it('has not answered when it takes too long', async () => {
    const clock = handClock();
    const side = { member: () => new Promise<string>(() => undefined) };

    const answer = impatient(side, 'Cobot', clock).member();
    clock.goOn();

    await expect(answer).rejects.toThrow(TransientError);
    await expect(answer).rejects.toMatchObject({ code: 'answer_late', where: 'member on Cobot' });
  });
});
