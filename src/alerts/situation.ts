// What is known at this moment of the things that somebody may have to be told. Reads the store and the queue alone.
import type { Instant } from '../access/model.ts';
import type { Queue } from '../queue/queue.ts';
import type { Store } from '../store/store.ts';
import type { Situation } from './conditions.ts';

export async function readSituation(
  { store, queue, freshFor }: { store: Store; queue: Queue; freshFor: number },
  now: Instant,
): Promise<Situation> {
  const { settings } = store;
  const names = async (id: string) => (await store.evidence.of(id))?.membership.name ?? null;
  const refused: Situation['refused'][number][] = [];
  for (const [membershipId, { at, words }] of await store.refusals.all(now))
    refused.push({ membershipId, name: await names(membershipId), at, words });
  const calls = (await store.refusedCalls.all()).filter(({ at }) => now - at <= freshFor);
  const refusedBy = [...Map.groupBy(calls, ({ side }) => side)].flatMap(([side, those]) => {
    const [latest] = those.toSorted((one, other) => other.at - one.at);
    return latest ? [{ side, since: Math.min(...those.map(({ since }) => since)), sentence: latest.sentence }] : [];
  });
  return {
    lastGoodSweep: (await settings.get('last-good-sweep')) ?? null,
    madeAt: (await settings.get('made-at')) ?? now,
    problems: (await store.problems.all()).filter(({ subject }) => subject === ''),
    refusedBy,
    held: (await store.holds.open())?.lines ?? [],
    // One that could not be told is no reason to tell of it in the same way.
    dead: (await queue.list({ state: 'dead' })).filter(({ name }) => name !== 'alert' && name !== 'alert-look'),
    refused,
  };
}
