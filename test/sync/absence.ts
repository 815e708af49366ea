// Lists that lack things, and those who depend on what they lack.
import { lacking } from '../../src/simulators/sabotage.ts';
import { createRelayWorld, HOUR } from '../support/relay.ts';

const BOOKING_POLICY = `
version: 1
rules:
  - { name: Room, locks: [Room], booking: { resource: Room, before: 10m, after: 5m } }
`;

/** Is it the thing with one of these ids? */
export const among =
  (ids: readonly string[]) =>
  (item: unknown): boolean =>
    typeof item === 'object' && item !== null && 'id' in item && ids.some((id) => id === item.id);

/** The sabotage of a list that lacks these. */
export const lack = (...things: readonly { id: string }[]) =>
  ({ kind: 'replace', data: lacking(among(things.map(({ id }) => id))) }) as const;

/** Members of a limited plan with a pass each. */
export async function limitedSpaceOf(count: number) {
  const world = await createRelayWorld();
  const members = world.addMembers(count, world.cobot.addPlan({ name: 'Ten Days', limited: true }));
  const passes = members.map((member) => world.cobot.addPass(member));
  await world.sweep();
  if (world.openers(members) !== count) throw new Error('not everybody got in');
  return { world, members, passes };
}

/** A member who may enter a room because it is booked. */
export async function bookedRoom() {
  const world = await createRelayWorld({ locks: ['Room'], policy: BOOKING_POLICY });
  const resource = world.cobot.addResource('Room');
  const [member] = world.addMembers(1);
  if (!member) throw new Error('nobody');
  const from = world.clock.now() - HOUR;
  const booking = world.cobot.addBooking({ resource, member, from, to: from + 3 * HOUR });
  await world.sweep();
  if (world.opens(member).length === 0) throw new Error('the member did not get in');
  return { world, member, booking };
}
