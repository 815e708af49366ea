// Spaces as tests of the relay often want them, and what they often ask about them.
import { createRelayWorld, type RelayOptions, type RelayWorld } from './relay.ts';

/** So many members of one plan, with everything that an earlier relay would have given them, seen by a first sweep. */
export async function spaceOf(count: number, options: RelayOptions = {}) {
  const world = await createRelayWorld(options);
  const members = world.addMembers(count);
  for (const member of members) world.giveEverything(member);
  await world.sweep();
  if (world.openers(members) !== count) throw new Error('not everybody got in');
  return { world, members };
}

/** What waits for a person. */
export const linesOf = async ({ store }: RelayWorld) => (await store.holds.open())?.lines ?? [];
export const holdOf = async ({ store }: RelayWorld) => (await store.holds.open())?.id;

/** When a sweep was good for the last time. */
export const lastGood = ({ store }: RelayWorld) => store.settings.get('last-good-sweep');
