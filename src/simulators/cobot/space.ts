// A space on Cobot as it is: members, plans, passes, check-ins, tokens, bookings, and who counts as a member when.
// No HTTP and no webhooks. A test may change any field of what it put in, as an admin of the space would.
import type { Instant, LocalDate } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { hexId, type Random } from '../chance.ts';
import { localDate, type Span, wholeDay } from '../local-time.ts';
import type { CobotSwitches } from './switches.ts';

/** Passes that come with a plan. */
export type PlanPass = { id: string; name: string; spans: Span[]; included: number; per: 'week' | 'month' };

export type Plan = { kind: 'plan'; id: string; name: string; passes: PlanPass[]; hidden: boolean };

/** A copy that belongs to one member. */
export type PlanCopy = { name: string; parentId: string | null; passes: PlanPass[]; canceledTo: LocalDate | null };

export type Member = {
  kind: 'membership';
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  /** The id of the login that is connected. */
  userId: string | null;
  teamId: string | null;
  confirmedAt: Instant | null;
  startsOn: LocalDate;
  canceledTo: LocalDate | null;
  plan: PlanCopy;
  /** Applies from `plan.canceledTo` on. */
  upcomingPlan: PlanCopy | null;
};

export type Pass = {
  kind: 'time_pass';
  id: string;
  memberId: string;
  name: string;
  createdAt: Instant;
  expiresAt: Instant | null;
  usedAt: Instant | null;
  /** Empty = at any time. */
  spans: Span[];
};

export type CheckIn = {
  kind: 'check_in';
  id: string;
  memberId: string;
  from: Instant;
  until: Instant;
  passId: string | null;
};

export type Resource = { kind: 'resource'; id: string; name: string };

export type Booking = {
  kind: 'booking';
  id: string;
  resourceId: string;
  /** null: by an admin, for an event, or of an outsider. */
  memberId: string | null;
  from: Instant;
  to: Instant;
  title: string | null;
  createdAt: Instant;
};

export type NewPlan = { name: string; id?: string; passes?: Partial<PlanPass>[]; limited?: boolean; hidden?: boolean };

export type NewMember = {
  name: string;
  plan: Plan;
  id?: string;
  /** Made from the name where it is left out. */
  email?: string | null;
  phone?: string | null;
  /** One login for each email where it is left out. */
  userId?: string | null;
  teamId?: string | null;
  confirmed?: boolean;
  startsOn?: LocalDate;
  canceledTo?: LocalDate | null;
};

export type NewBooking = {
  resource: Resource;
  member?: Member | null;
  from: Instant;
  to: Instant;
  title?: string;
  id?: string;
};

export type CobotSpace = ReturnType<typeof createCobotSpace>;

export function createCobotSpace(options: {
  clock: Clock;
  random: Random;
  subdomain: string;
  zone: string;
  switches: CobotSwitches;
}) {
  const { clock, random, subdomain, zone, switches } = options;
  const plans = new Map<string, Plan>();
  const members = new Map<string, Member>();
  const passes = new Map<string, Pass>();
  const checkIns = new Map<string, CheckIn>();
  const resources = new Map<string, Resource>();
  const bookings = new Map<string, Booking>();
  /** From token to membership. */
  const tokens = new Map<string, string>();

  const newId = () => hexId(random, 32);
  const today = () => localDate(clock.now(), zone);
  const usersByEmail = new Map<string, string>();

  function userOf(email: string | null): string | null {
    if (email === null) return null;
    const key = email.toLowerCase();
    const id = usersByEmail.get(key) ?? newId();
    usersByEmail.set(key, id);
    return id;
  }

  return {
    clock,
    random,
    zone,
    subdomain,
    switches,
    id: `space-${subdomain}`,
    plans,
    members,
    passes,
    checkIns,
    resources,
    bookings,
    tokens,
    today,

    /** `limited`: one day pass a month comes with it, unless `passes` says which. */
    addPlan(wanted: NewPlan): Plan {
      const given = wanted.passes ?? (wanted.limited ? [{}] : []);
      const plan: Plan = {
        kind: 'plan',
        id: wanted.id ?? newId(),
        name: wanted.name,
        hidden: wanted.hidden ?? false,
        passes: given.map((pass, index) => ({
          id: String(index),
          name: 'Day Pass',
          spans: [wholeDay],
          included: 0,
          per: 'month',
          ...pass,
        })),
      };
      plans.set(plan.id, plan);
      return plan;
    },

    addMember(wanted: NewMember): Member {
      const mailbox = wanted.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.');
      const email = wanted.email === undefined ? `${mailbox}@example.com` : wanted.email;
      const member: Member = {
        kind: 'membership',
        id: wanted.id ?? newId(),
        name: wanted.name,
        email,
        phone: wanted.phone ?? null,
        userId: wanted.userId === undefined ? userOf(email) : wanted.userId,
        teamId: wanted.teamId ?? null,
        confirmedAt: wanted.confirmed === false ? null : clock.now(),
        startsOn: wanted.startsOn ?? today(),
        canceledTo: wanted.canceledTo ?? null,
        plan: copyOf(wanted.plan),
        upcomingPlan: null,
      };
      members.set(member.id, member);
      return member;
    },

    addPass(
      member: Member,
      wanted: Partial<Pick<Pass, 'id' | 'name' | 'createdAt' | 'expiresAt' | 'usedAt' | 'spans'>> = {},
    ): Pass {
      const kind = member.plan.passes[0];
      const pass: Pass = {
        kind: 'time_pass',
        id: wanted.id ?? newId(),
        memberId: member.id,
        name: wanted.name ?? kind?.name ?? 'Day Pass',
        createdAt: wanted.createdAt ?? clock.now(),
        expiresAt: wanted.expiresAt ?? null,
        usedAt: wanted.usedAt ?? null,
        spans: wanted.spans ?? kind?.spans ?? [wholeDay],
      };
      passes.set(pass.id, pass);
      return pass;
    },

    /** By hand, as the reception does: no rule is asked, and a pass is spent only where one is named. */
    addCheckIn(member: Member, wanted: { from: Instant; until: Instant; pass?: Pass }): CheckIn {
      const { from, until, pass } = wanted;
      if (pass) pass.usedAt = from;
      const checkIn: CheckIn = {
        kind: 'check_in',
        id: hexId(random, 10),
        memberId: member.id,
        from,
        until,
        passId: pass?.id ?? null,
      };
      checkIns.set(checkIn.id, checkIn);
      return checkIn;
    },

    addResource(name: string, id: string = newId()): Resource {
      const resource: Resource = { kind: 'resource', id, name };
      resources.set(id, resource);
      return resource;
    },

    addBooking({ resource, member, from, to, title, id }: NewBooking): Booking {
      const booking: Booking = {
        kind: 'booking',
        id: id ?? newId(),
        resourceId: resource.id,
        memberId: member?.id ?? null,
        from,
        to,
        title: title ?? null,
        createdAt: clock.now(),
      };
      bookings.set(booking.id, booking);
      return booking;
    },

    cancel(member: Member, date: LocalDate): void {
      member.canceledTo = date;
    },

    /** At once, or from that day on. */
    changePlan(member: Member, plan: Plan, on?: LocalDate): void {
      if (on === undefined) {
        member.plan = copyOf(plan);
        member.upcomingPlan = null;
      } else {
        member.plan.canceledTo = on;
        member.upcomingPlan = copyOf(plan);
      }
    },

    /** What came with the membership goes too; a booking outlives it. */
    remove(member: Member): void {
      members.delete(member.id);
      for (const [token, owner] of tokens) if (owner === member.id) tokens.delete(token);
      for (const pass of passes.values()) if (pass.memberId === member.id) passes.delete(pass.id);
      for (const checkIn of checkIns.values()) if (checkIn.memberId === member.id) checkIns.delete(checkIn.id);
    },

    checkInsOf: (member: Member): CheckIn[] =>
      checkIns
        .values()
        .filter(({ memberId }) => memberId === member.id)
        .toArray(),
    passesOf: (member: Member): Pass[] =>
      passes
        .values()
        .filter(({ memberId }) => memberId === member.id)
        .toArray(),
    tokensOf: (member: Member): string[] =>
      tokens
        .entries()
        .filter(([, owner]) => owner === member.id)
        .map(([token]) => token)
        .toArray(),

    hasBegun: (member: Member): boolean => member.startsOn <= today(),

    hasEnded(member: Member): boolean {
      if (member.canceledTo === null) return false;
      return switches.canceledToDay === 'in' ? member.canceledTo < today() : member.canceledTo <= today();
    },

    /** An upcoming plan applies when `plan.canceled_to` <= today. */
    planInForce({ plan, upcomingPlan }: Member): PlanCopy {
      const changed = upcomingPlan !== null && plan.canceledTo !== null && plan.canceledTo <= today();
      return changed ? upcomingPlan : plan;
    },
  };
}

function copyOf(plan: Plan): PlanCopy {
  return { name: plan.name, parentId: plan.id, passes: plan.passes, canceledTo: null };
}
