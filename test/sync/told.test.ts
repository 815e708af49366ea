import { describe, expect, it } from 'vitest';
import { counting, createRelayWorld, HOUR, MINUTE, type RelayWorld, SECOND, UNAVAILABLE } from '../support/relay.ts';

async function bookingTold(world: RelayWorld, { id }: { id: string }, membershipId: string | null = null) {
  await world.parts.queue.add([
    { name: 'booking', key: id, payload: { bookingId: id, membershipId, cause: 'webhook updated_booking' } },
  ]);
  await world.pass(SECOND);
}

async function checkInTold(world: RelayWorld, { id }: { id: string }, event = 'created_checkin') {
  await world.parts.queue.add([
    { name: 'cobot-check-in', key: id, payload: { checkInId: id, cause: `webhook ${event}` } },
  ]);
  await world.settle();
}

async function rooms() {
  const world = await createRelayWorld({
    locks: ['Room'],
    policy: 'version: 1\nrules: [{ name: Room, locks: [Room], booking: { resource: Room } }]\n',
  });
  const resource = world.cobot.addResource('Room');
  const plan = world.cobot.addPlan({ name: 'Full' });
  const [ada, ben] = world.addMembers(2, plan);
  if (!ada || !ben) throw new Error('too few');
  await world.sweep();
  const from = world.clock.now() - MINUTE;
  const booking = world.cobot.addBooking({ resource, member: ada, from, to: from + HOUR });
  return { world, ada, ben, booking };
}

describe('a booking that Cobot tells about', () => {
  it('lets its member in', async () => {
    const { world, ada, booking } = await rooms();

    await bookingTold(world, booking);

    expect(world.opens(ada)).toEqual(['Room']);
  });

  it('that was moved to somebody else is looked at for both', async () => {
    const { world, ada, ben, booking } = await rooms();
    await bookingTold(world, booking);
    booking.memberId = ben.id;

    await bookingTold(world, booking);

    expect([world.opens(ada), world.opens(ben)]).toEqual([[], ['Room']]);
  });

  it('that is gone is looked at for who had it', async () => {
    const { world, ada, booking } = await rooms();
    await bookingTold(world, booking);
    world.cobot.removeBooking(booking);

    await bookingTold(world, booking);

    expect(world.opens(ada)).toEqual([]);
  });

  it('that was deleted with its membership told costs no read of the booking', async () => {
    const { world, ada, booking } = await rooms();
    await bookingTold(world, booking);
    world.cobot.removeBooking(booking);
    const reads = counting(world.cobot, 'GET /api/bookings/:id');

    await bookingTold(world, booking, ada.id);

    expect(world.opens(ada)).toEqual([]);
    // The one that is asked for because the list lacks it.
    expect(reads()).toBe(1);
  });

  it('is told again later where it cannot be read', async () => {
    const { world, ada, booking } = await rooms();
    const sabotage = world.cobot.sabotage('GET /api/bookings/:id', UNAVAILABLE, { times: 1 });
    await bookingTold(world, booking);
    expect([sabotage.hits, world.opens(ada)]).toEqual([1, []]);

    await world.pass(MINUTE);

    expect(world.opens(ada)).toEqual(['Room']);
  });

  it('costs nothing where no rule is about bookings', async () => {
    const world = await createRelayWorld();
    await world.sweep();
    const calls = counting(world.cobot);

    await bookingTold(world, { id: 'b1' });

    expect(calls()).toBe(0);
  });
});

describe('a check-in that Cobot tells about', () => {
  async function limitedMember() {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    const pass = world.cobot.addPass(member);
    await world.sweep();
    const from = world.clock.now();
    const checkIn = world.cobot.addCheckIn(member, { from, until: from + 8 * HOUR, pass });
    return { world, member, checkIn };
  }

  it('keeps the door open until it ends, and no longer', async () => {
    const { world, member, checkIn } = await limitedMember();

    await checkInTold(world, checkIn);

    expect(world.locks.windows(member.email ?? '', 'Front door')).toMatchObject([{ until: checkIn.until }]);
    expect(await world.store.checkIns.of(checkIn.id)).toMatchObject({ membershipId: member.id });
  });

  it('twice costs no second read', async () => {
    const { world, checkIn } = await limitedMember();
    await checkInTold(world, checkIn);
    const calls = counting(world.cobot);

    await checkInTold(world, checkIn);

    expect(calls()).toBe(0);
  });

  it('and ends by a check-out closes the door', async () => {
    const { world, member, checkIn } = await limitedMember();
    await checkInTold(world, checkIn);
    await world.pass(HOUR);
    checkIn.until = world.clock.now();

    await checkInTold(world, checkIn, 'created_checkout');

    expect(world.opens(member)).toEqual([]);
    expect((await world.store.checkIns.of(checkIn.id))?.until).toBe(world.clock.now());
  });

  it('of an unlimited member is remembered and costs one read', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    await world.sweep();
    const from = world.clock.now();
    const checkIn = world.cobot.addCheckIn(member, { from, until: from + 8 * HOUR });
    const calls = counting(world.cobot);

    await checkInTold(world, checkIn);

    expect(calls()).toBe(1);
    expect(await world.store.checkIns.of(checkIn.id)).toMatchObject({ membershipId: member.id });
  });

  it('that Cobot has no more changes nothing', async () => {
    const { world, member } = await limitedMember();

    await checkInTold(world, { id: 'gone' });

    expect(world.opens(member)).toEqual(['Front door']);
  });
});
