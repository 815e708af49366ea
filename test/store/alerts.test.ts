import { beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import { ENGINES, openSpaces, type Spaces } from './open-spaces.ts';
import { now } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let spaces: Spaces;

  beforeEach(async () => {
    spaces = await openSpaces(engine);
  });

  const hold: Alert = {
    key: 'hold',
    kind: 'hold',
    since: now,
    sentence: 'The brake holds 3 losses',
    who: null,
    toldAt: now + 1000,
    goneSince: null,
  };
  const ben: Alert = {
    ...hold,
    key: 'refused:ben',
    kind: 'refused',
    who: 'Ben',
    since: now + 1,
    toldAt: null,
    goneSince: now + 2,
  };
  const message = (key: string) => ({
    name: 'alert' as const,
    key,
    payload: { channel: 'chat', at: now, title: 'A title', text: 'A text' },
  });

  describe('alerts', () => {
    it('come back as they were kept, in their own space, and are replaced as a whole', async () => {
      const { store, elsewhere } = spaces;
      await store.alerts.replace([ben, hold], []);

      const both = await store.alerts.all();
      await store.alerts.replace([ben], []);

      expect(both).toEqual([hold, ben]);
      expect(await store.alerts.all()).toEqual([ben]);
      expect(await elsewhere.alerts.all()).toEqual([]);
    });

    it('are kept together with the messages that tell them', async () => {
      const { store, queue } = spaces;

      await store.alerts.replace([hold], [message('a'), message('b')]);

      const jobs = await queue.list({ name: 'alert' });
      expect(jobs.map(({ key, payload }) => [key, payload]).toSorted()).toEqual([
        ['a', message('a').payload],
        ['b', message('b').payload],
      ]);
    });
  });

  describe('refused calls', () => {
    it('keep since when they go on, are taken out one by one, and do not cross over', async () => {
      const { store, elsewhere } = spaces;
      const call = { side: 'Cobot', call: 'memberships', sentence: 'refused (401)' };
      await store.refusedCalls.put({ ...call, at: now });
      await store.refusedCalls.put({ ...call, sentence: 'refused (403)', at: now + 5 });
      await store.refusedCalls.put({ ...call, call: 'space', at: now });

      const both = await store.refusedCalls.all();
      await store.refusedCalls.remove('Cobot', 'space');

      expect(both).toEqual([
        { ...call, sentence: 'refused (403)', since: now, at: now + 5 },
        { ...call, call: 'space', since: now, at: now },
      ]);
      expect(await store.refusedCalls.all()).toEqual(both.slice(0, 1));
      expect(await elsewhere.refusedCalls.all()).toEqual([]);
    });

    it('that are old are thrown away', async () => {
      const { store } = spaces;
      await store.refusedCalls.put({ side: 'Cobot', call: 'space', sentence: 'refused (401)', at: now });

      await store.refusedCalls.prune(now + 1);

      expect(await store.refusedCalls.all()).toEqual([]);
    });
  });
});
