// Against the simulator over HTTP: what is known, what is unknown, and what is asked for by its id.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Membership, TimePass } from '../../src/access/model.ts';
import { createCobotClient } from '../../src/cobot/client.ts';
import { type ReadMemberTerms, readMember, readSpace } from '../../src/cobot/facts.ts';
import { emptied } from '../../src/simulators/sabotage.ts';
import { openCobot } from '../simulators/open-cobot.ts';
import { DAY, HOUR, UNAVAILABLE } from '../support/relay.ts';

const ALL = { passes: () => true, bookings: true };

async function space() {
  const { clock, cobot } = await openCobot();
  onTestFinished(() => cobot.close());
  const client = createCobotClient({
    config: { subdomain: 'co-up', token: cobot.token, url: cobot.url, wwwUrl: cobot.url, api2Url: cobot.api2Url },
    clock,
  });
  const days = cobot.addPlan({ name: 'Days', limited: true });
  const ada = cobot.addMember({ name: 'Ada', plan: cobot.addPlan({ name: 'Full' }) });
  const ben = cobot.addMember({ name: 'Ben', plan: days });
  const now = clock.now();
  const terms: ReadMemberTerms = {
    needs: { passes: ({ plan }: Membership) => plan.limited, bookings: true },
    now,
    horizon: now + 5 * DAY,
    remembered: undefined,
    refusal: undefined,
    teamMates: async () => [],
    memoryLost: false,
  };
  const calls = () => cobot.requests.map(({ endpoint }) => endpoint);
  const readBen = (more: Partial<ReadMemberTerms> = {}) => readMember(client, ben.id, { ...terms, ...more });
  return { cobot, client, ada, ben, now, terms, calls, readBen };
}

const ids = (known: { known: boolean; value?: { id: string }[] }) => known.value?.map(({ id }) => id);
const nothing = { passes: [], checkIns: [], bookings: [] };
const remembered = (more: Partial<NonNullable<ReadMemberTerms['remembered']>>) => ({ ...nothing, ...more });
const passOf = (id: string, membershipId: string, more: Partial<TimePass> = {}): TimePass => ({
  id,
  membershipId,
  name: 'Day Pass',
  createdAt: null,
  expiresAt: null,
  usedAt: null,
  spans: [],
  ...more,
});

describe('the facts of one member', () => {
  it('are read in one call where nothing else is needed', async () => {
    const { client, ada, terms, calls } = await space();

    const reading = await readMember(client, ada.id, { ...terms, needs: { ...terms.needs, bookings: false } });

    expect(calls()).toEqual(['GET /api/memberships/:id']);
    expect(reading).toMatchObject({
      errors: [],
      facts: { membership: { id: ada.id, name: 'Ada' }, passes: { known: true, value: [] }, refusal: null },
    });
  });

  it('are passes, check-ins and bookings for who needs them: four calls', async () => {
    const { cobot, ben, now, calls, readBen } = await space();
    const pass = cobot.addPass(ben);
    const checkIn = cobot.addCheckIn(ben, { from: now - HOUR, until: now + HOUR });
    const booking = cobot.addBooking({ resource: cobot.addResource('Room'), member: ben, from: now, to: now + HOUR });

    const reading = await readBen();

    expect(calls()).toHaveLength(4);
    const { passes, checkIns, bookings } = reading?.facts ?? {};
    expect([passes, checkIns, bookings].map((known) => known && ids(known))).toEqual([
      [pass.id],
      [checkIn.id],
      [booking.id],
    ]);
  });

  it('are not there for a membership that Cobot does not know', async () => {
    const { client, terms } = await space();

    expect(await readMember(client, 'nobody', terms)).toBeUndefined();
  });

  it('are an error where the membership itself cannot be read', async () => {
    const { cobot, client, ada, terms } = await space();
    cobot.sabotage('GET /api/memberships/:id', UNAVAILABLE);

    await expect(readMember(client, ada.id, terms)).rejects.toThrow('503');
  });

  it('leave out passes that are used or expired, and check-ins that are over', async () => {
    const { cobot, ben, now, readBen } = await space();
    cobot.addPass(ben, { expiresAt: now });
    const good = cobot.addPass(ben, { expiresAt: now + HOUR });
    cobot.addCheckIn(ben, { from: now - 3 * HOUR, until: now });

    const reading = await readBen();

    expect(reading && [ids(reading.facts.passes), ids(reading.facts.checkIns)]).toEqual([[good.id], []]);
  });

  it('hold what is remembered where the list lacks it and it is there by its id', async () => {
    const { cobot, ben, now, readBen } = await space();
    const pass = cobot.addPass(ben);
    const checkIn = cobot.addCheckIn(ben, { from: now, until: now + HOUR });
    const booking = cobot.addBooking({ resource: cobot.addResource('Room'), member: ben, from: now, to: now + HOUR });
    const whole = await readBen();
    if (!whole?.facts.passes.known || !whole.facts.checkIns.known || !whole.facts.bookings.known)
      throw new Error('unknown');
    const before = {
      passes: whole.facts.passes.value,
      checkIns: whole.facts.checkIns.value,
      bookings: whole.facts.bookings.value,
    };
    for (const list of [
      'GET /api/memberships/:id/time_passes/unused',
      'GET /api/memberships/:id/check_ins',
      'GET /api/bookings',
    ])
      cobot.sabotage(list, { kind: 'replace', data: emptied });

    const reading = await readBen({ remembered: before });

    const { passes, checkIns, bookings } = reading?.facts ?? {};
    expect([passes, checkIns, bookings].map((known) => known && ids(known))).toEqual([
      [pass.id],
      [checkIn.id],
      [booking.id],
    ]);
  });

  it('lack what is remembered and nobody has any more', async () => {
    const { ben, now, readBen } = await space();
    const before = remembered({
      passes: [passOf('gone', ben.id)],
      checkIns: [{ id: 'gone', membershipId: ben.id, from: now, until: now + HOUR, passId: null }],
    });

    const reading = await readBen({ remembered: before });

    expect(reading).toMatchObject({ errors: [], facts: { passes: { value: [] }, checkIns: { value: [] } } });
  });

  it('lack a remembered pass that was used meanwhile', async () => {
    const { cobot, ben, now, readBen } = await space();
    const pass = cobot.addPass(ben, { usedAt: now });

    const reading = await readBen({ remembered: remembered({ passes: [passOf(pass.id, ben.id)] }) });

    expect(reading && ids(reading.facts.passes)).toEqual([]);
  });

  it('do not ask for what is remembered and over', async () => {
    const { ben, now, calls, readBen } = await space();
    const before = remembered({
      passes: [passOf('used', ben.id, { usedAt: now - DAY }), passOf('expired', ben.id, { expiresAt: now })],
      checkIns: [{ id: 'over', membershipId: ben.id, from: now - DAY, until: now, passId: null }],
      bookings: [{ id: 'long ago', resourceId: 'r', membershipId: ben.id, from: now - 9 * DAY, until: now - 8 * DAY }],
    });

    await readBen({ remembered: before });

    expect(calls().filter((endpoint) => /(time_passes|check_ins|bookings)\/:id$/.test(endpoint))).toEqual([]);
  });

  it('take the list of the member for the witness where a read by id is plainly refused', async () => {
    const { cobot, ben, readBen } = await space();
    cobot.sabotage('GET /api/time_passes/:id', { kind: 'answer', status: 405, json: {} });

    const reading = await readBen({ remembered: remembered({ passes: [passOf('p', ben.id)] }) });

    expect(reading).toMatchObject({ errors: [], facts: { passes: { known: true, value: [] } } });
  });

  it.each([
    ['passes', 'GET /api/memberships/:id/time_passes/unused'],
    ['checkIns', 'GET /api/memberships/:id/check_ins'],
    ['bookings', 'GET /api/bookings'],
  ] as const)('are unknown in %s alone where these cannot be read, with the reason', async (kind, endpoint) => {
    const { cobot, readBen } = await space();
    cobot.sabotage(endpoint, UNAVAILABLE);

    const reading = await readBen();

    const { facts, errors } = reading ?? { errors: [] };
    const unknown = (['passes', 'checkIns', 'bookings'] as const).filter((each) => facts?.[each].known === false);
    expect([unknown, errors.length]).toEqual([[kind], 1]);
    expect(facts?.[kind]).toMatchObject({ known: false, why: expect.stringContaining('503') });
  });

  it('are unknown where a remembered thing cannot be asked for', async () => {
    const { cobot, ben, readBen } = await space();
    cobot.sabotage('GET /api/time_passes/:id', UNAVAILABLE);

    const reading = await readBen({ remembered: remembered({ passes: [passOf('p', ben.id)] }) });

    expect(reading?.facts.passes.known).toBe(false);
  });

  it.each([
    ['passes', 'GET /api/memberships/:id/time_passes/unused'],
    ['checkIns', 'GET /api/memberships/:id/check_ins'],
  ] as const)('are unknown in %s where Cobot has the membership and denies these (404)', async (kind, endpoint) => {
    const { cobot, readBen } = await space();
    cobot.sabotage(endpoint, { kind: 'answer', status: 404, json: {} });

    const reading = await readBen();

    expect(reading?.facts[kind].known).toBe(false);
    expect(reading?.errors).toMatchObject([{ code: 'cobot_contradiction' }]);
  });

  it('hold the passes of the team, in one call more however many mates there are', async () => {
    const { cobot, calls, readBen } = await space();
    const mates = ['One', 'Two', 'Three'].map((name) =>
      cobot.addMember({ name, plan: cobot.addPlan({ name, limited: true }) }),
    );
    const passes = mates.map((mate) => cobot.addPass(mate));
    const stranger = cobot.addMember({ name: 'Stranger', plan: cobot.addPlan({ name: 'Other', limited: true }) });
    cobot.addPass(stranger);

    const reading = await readBen({ teamMates: async () => mates.map(({ id }) => id) });

    expect(reading && ids(reading.facts.passes)).toEqual(passes.map(({ id }) => id));
    expect(calls()).toHaveLength(5);
  });

  it('hold the bookings that only API 2 can tell after the memory was lost', async () => {
    const { cobot, client, ada, now, terms } = await space();
    const booking = cobot.addBooking({ resource: cobot.addResource('Room'), member: ada, from: now, to: now + HOUR });
    cobot.sabotage('GET /api/bookings', { kind: 'replace', data: emptied });

    const reading = await readMember(client, ada.id, { ...terms, memoryLost: true });

    expect(reading && ids(reading.facts.bookings)).toEqual([booking.id]);
  });

  it('take the bookings of the space where they were read already, and what was unknown in them', async () => {
    const { client, ada, now, terms, calls } = await space();
    const booking = { id: 'b1', resourceId: 'r1', membershipId: ada.id, from: now, until: now + HOUR };
    const others = { ...booking, id: 'b2', membershipId: 'somebody else' };

    const given = await readMember(client, ada.id, { ...terms, bookings: { known: true, value: [booking, others] } });
    const unread = await readMember(client, ada.id, { ...terms, bookings: { known: false, why: 'Cobot was down' } });

    expect(given && ids(given.facts.bookings)).toEqual(['b1']);
    expect(unread?.facts.bookings).toMatchObject({ known: false, why: expect.stringContaining('Cobot was down') });
    expect(calls().filter((endpoint) => endpoint.includes('bookings'))).toEqual([]);
  });
});

describe('the facts of the space', () => {
  it('are four lists, and only those that the policy asks for', async () => {
    const { client, now, terms, calls } = await space();

    await readSpace(client, ALL, { now, horizon: terms.horizon });
    await readSpace(client, { passes: () => false, bookings: false }, { now, horizon: terms.horizon });

    expect(calls().toSorted()).toEqual([
      'GET /api/bookings',
      'GET /api/memberships',
      'GET /api/memberships',
      'GET /api/time_passes/unused',
      'GET /api/work_sessions',
    ]);
  });

  it('are unknown in part where one list cannot be read', async () => {
    const { cobot, client, now, terms } = await space();
    cobot.sabotage('GET /api/work_sessions', UNAVAILABLE);

    const { memberships, passes, checkIns, bookings, errors } = await readSpace(client, ALL, {
      now,
      horizon: terms.horizon,
    });

    expect(memberships.items).toHaveLength(2);
    expect([passes.known, checkIns.known, bookings.known, errors.length]).toEqual([true, false, true, 1]);
  });

  it('are an error where the memberships cannot be read', async () => {
    const { cobot, client, now, terms } = await space();
    cobot.sabotage('GET /api/memberships', UNAVAILABLE);

    await expect(readSpace(client, ALL, { now, horizon: terms.horizon })).rejects.toThrow('503');
  });

  it('hold check-ins from yesterday to tomorrow', async () => {
    const { cobot, client, ben, now, terms } = await space();
    const yesterday = cobot.addCheckIn(ben, { from: now - 20 * HOUR, until: now - 10 * HOUR });
    cobot.addCheckIn(ben, { from: now - 3 * DAY, until: now - 2 * DAY });

    const { checkIns } = await readSpace(client, ALL, { now, horizon: terms.horizon });

    expect(checkIns.known && checkIns.value.items.map(({ id }) => id)).toEqual([yesterday.id]);
  });
});
