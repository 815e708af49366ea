// One of each thing that the store keeps, for its tests.
import type { Booking, CheckIn, Membership, Opening, TimePass } from '../../src/access/model.ts';
import type { AuditEntry, Delivery, Evidence, HoldLine, Link } from '../../src/store/store.ts';

export const now = 1_800_000_000_000;
export const hour = 3_600_000;

const membership = (id: string): Membership => ({
  id,
  name: 'Ada Example',
  email: `${id}@example.com`,
  userId: null,
  teamId: 't1',
  confirmed: true,
  startsOn: '2026-01-01',
  canceledTo: null,
  plan: { name: 'Basic', offerId: 'p1', changesOn: '2026-12-01', limited: true, renewsPasses: ['month'] },
  upcomingPlan: { name: 'Full', offerId: null, changesOn: null, limited: false, renewsPasses: [] },
});
const pass = (id: string): TimePass => ({
  id,
  membershipId: 'm1',
  name: 'Day pass',
  createdAt: now,
  expiresAt: null,
  usedAt: null,
  spans: [
    { kind: 'hours', from: 480, to: 1200, weekdays: [1, 2] },
    { kind: 'duration', minutes: 60, weekdays: [] },
  ],
});
export const booking = (id: string): Booking => ({
  id,
  resourceId: 'r1',
  membershipId: 'm1',
  from: now,
  until: now + hour,
});
export const checkIn = (id: string, from = now, until = now + hour): CheckIn => ({
  id,
  membershipId: 'm1',
  from,
  until,
  passId: null,
});
export const evidence = (id: string, more: Partial<Evidence> = {}): Evidence => ({
  membership: membership(id),
  passes: [pass('pass1')],
  checkIns: [checkIn('c1')],
  bookings: [booking('b1')],
  readAt: now,
  ...more,
});
export const opening = (id: string, more: Partial<Opening> = {}): Opening => ({
  id,
  lockUserId: 'u1',
  lockId: 'door',
  lockName: 'Front door',
  occurredAt: now,
  ...more,
});
export const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  receivedAt: now,
  source: 'cobot',
  event: 'confirmed_membership',
  body: '{"url":"https://north.cobot.me/api/memberships/m1"}',
  understood: true,
  subject: 'm1',
  ...more,
});
export const link = (membershipId: string, lockUserId: string, more: Partial<Link> = {}): Link => ({
  membershipId,
  lockUserId,
  origin: 'made',
  endedAt: null,
  ...more,
});
export const line = (lockUserId: string, more: Partial<HoldLine> = {}): HoldLine => ({
  lockUserId,
  membershipId: `m-${lockUserId}`,
  lockId: 'door',
  reason: 'membership ended on 2026-11-22',
  restsOnAbsence: true,
  heldAt: now,
  facts: 'f1',
  ...more,
});
export const entry = (sentence: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: now,
  action: 'grant added',
  sentence,
  cause: 'sweep',
  membershipId: 'm1',
  lockUserId: 'u1',
  lockId: 'door',
  ...more,
});
