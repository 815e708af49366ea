// One member whom a first reconcile has let in.
import { createRelayWorld, type RelayOptions, type RelayWorld } from '../support/relay.ts';

/** The day before the tests begin. */
export const ENDED = '2026-11-29';

export async function oneMember(options: RelayOptions = {}) {
  const world = await createRelayWorld(options);
  const plan = world.cobot.addPlan({ name: 'Full' });
  const member = world.cobot.addMember({ name: 'Ada', plan });
  await world.reconcile(member);
  return { world, member, plan };
}

export const job = ({ id }: { id: string }) => ({
  name: 'reconcile' as const,
  key: id,
  payload: { membershipId: id, cause: 'test' },
});

/** What was done, oldest first. */
export const actions = async ({ store }: RelayWorld) =>
  (await store.audit.list()).map(({ action }) => action).toReversed();
