// The JSON that the store keeps, as zod checks it on its way back. The types are those of access/model.ts.
import { z } from 'zod';
import type {
  Booking,
  CheckIn,
  Lock,
  Membership,
  PlanCopy,
  PlanOnOffer,
  Resource,
  Space,
  TimePass,
} from '../access/model.ts';
import type { Evidence, SettingValues } from './store.ts';

const named = z.object({ id: z.string(), name: z.string() });
const weekdays = z.array(z.number());

const planCopy: z.ZodType<PlanCopy> = z.object({
  name: z.string(),
  offerId: z.string().nullable(),
  changesOn: z.string().nullable(),
  limited: z.boolean(),
  renewsPasses: z.array(z.enum(['week', 'month'])),
});

const membership: z.ZodType<Membership> = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  confirmed: z.boolean(),
  startsOn: z.string().nullable(),
  canceledTo: z.string().nullable(),
  plan: planCopy,
  upcomingPlan: planCopy.nullable(),
});

const timePass: z.ZodType<TimePass> = z.object({
  id: z.string(),
  membershipId: z.string(),
  name: z.string(),
  createdAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  usedAt: z.number().nullable(),
  spans: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('hours'), from: z.number(), to: z.number(), weekdays }),
      z.object({ kind: z.literal('duration'), minutes: z.number(), weekdays }),
    ]),
  ),
});

const checkIn: z.ZodType<CheckIn> = z.object({
  id: z.string(),
  membershipId: z.string(),
  from: z.number(),
  until: z.number(),
  passId: z.string().nullable(),
});

const booking: z.ZodType<Booking> = z.object({
  id: z.string(),
  resourceId: z.string(),
  membershipId: z.string().nullable(),
  from: z.number(),
  until: z.number(),
});

export const evidenceFacts: z.ZodType<Omit<Evidence, 'readAt'>> = z.object({
  membership,
  passes: z.array(timePass),
  checkIns: z.array(checkIn),
  bookings: z.array(booking),
});

const space: z.ZodType<Space> = z.object({ id: z.string(), subdomain: z.string(), name: z.string(), zone: z.string() });
const locks: z.ZodType<Lock[]> = z.array(named.extend({ doors: z.array(named).exactOptional() }));
const plans: z.ZodType<PlanOnOffer[]> = z.array(named);
const resources: z.ZodType<Resource[]> = z.array(named);

export const settingValues: { [K in keyof SettingValues]: z.ZodType<SettingValues[K]> } = {
  'made-at': z.number(),
  space,
  locks,
  'openings-read-until': z.number(),
  'last-good-sweep': z.number(),
  'last-whole-sweep': z.number(),
  policy: z.object({
    text: z.string().nullable(),
    plans,
    resources,
    locks,
    names: z.record(z.string(), z.string()),
  }),
};
