// Cobot's things as v1 shows them: slash dates in UTC, money as strings, plans as copies. Fields as in the reference,
// sections 5 to 10; what the relay does not need is there as well, since the real one sends it too.
import type { Instant } from '../../access/model.ts';
import type { Span } from '../local-time.ts';
import type { Booking, CheckIn, CobotSpace, Member, Pass, Plan, PlanCopy, PlanPass, Resource } from './space.ts';

export type Thing = Member | Booking | CheckIn | Resource;
export type View = Record<string, unknown>;

const folders = {
  membership: 'memberships',
  booking: 'bookings',
  check_in: 'check_ins',
  resource: 'resources',
} as const;

/** "2010/01/01 12:00:00 +0000". */
function slashTime(at: Instant): string {
  const [date, time] = Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' }).split('T');
  return `${(date ?? '').replaceAll('-', '/')} ${(time ?? '').replace('Z', '')} +0000`;
}

function slashDate(date: string): string {
  return date.replaceAll('-', '/');
}

export type CobotViews = ReturnType<typeof createCobotViews>;

/** `ownUrl` is asked late: a simulator knows its port only once it listens. */
export function createCobotViews(space: CobotSpace, ownUrl: { v1(): string; api2(): string }) {
  const { switches } = space;
  const base = () => switches.urlBase ?? ownUrl.v1();

  /** A field without a value is null, or left out. */
  function filled(view: View, mayBeMissing: string[]): View {
    if (switches.emptyFields === 'null') return view;
    return Object.fromEntries(
      Object.entries(view).filter(([key, value]) => value !== null || !mayBeMissing.includes(key)),
    );
  }

  function named(memberId: string | null): View | null {
    const member = memberId === null ? undefined : space.members.get(memberId);
    if (member) return { id: member.id, name: member.name };
    // A booking may outlive its membership; whether Cobot then still names it is unknown.
    return memberId === null ? null : { id: memberId, name: 'Former member' };
  }

  function plan(copy: PlanCopy): View {
    return {
      name: copy.name,
      description: null,
      parent_plan: copy.parentId === null ? null : { id: copy.parentId },
      ...price,
      total_price_per_cycle: '100.0',
      total_price_per_cycle_in_cents: 10_000,
      cycle_duration: 1,
      cancellation_period: 0,
      canceled_to: copy.canceledTo === null ? null : slashDate(copy.canceledTo),
      booking_credits: [],
      extras: [],
      time_passes: copy.passes.map(planPass),
    };
  }

  return {
    /** What a webhook says of a thing. Resources live on API 2. */
    body(thing: Thing): { url: string } {
      if (thing.kind === 'resource') {
        return { url: `${switches.urlBase === null ? ownUrl.api2() : 'https://api.cobot.me'}/resources/${thing.id}` };
      }
      return { url: `${base()}/api/${folders[thing.kind]}/${thing.id}` };
    },

    subscriptionUrl: (id: string): string => `${base()}/api/subscriptions/${id}`,

    membership(member: Member): View {
      const { id, name, email, phone, userId, teamId, canceledTo, confirmedAt, startsOn } = member;
      const view = {
        id,
        name,
        email,
        phone,
        user: userId === null ? null : { id: userId, email },
        picture: null,
        address: {
          company: null,
          name,
          full_address: `${name}\nGermany`,
          country: 'Germany',
          address: null,
          post_code: null,
          city: null,
          state: null,
        },
        billing_emails: email === null ? [] : [email],
        charge_taxes: true,
        customer_number: null,
        plan: plan(member.plan),
        upcoming_plan: member.upcomingPlan && plan(member.upcomingPlan),
        payment_method: { name: 'Bank transfer', automated: false },
        confirmed_at: confirmedAt === null ? null : slashTime(confirmedAt),
        starts_at: slashDate(startsOn),
        canceled_to: canceledTo === null ? null : slashDate(canceledTo),
        first_invoice_at: slashDate(startsOn),
        next_invoice_at: null,
        team_id: teamId,
      };
      return filled(view, ['phone', 'user', 'picture', 'upcoming_plan', 'canceled_to', 'team_id']);
    },

    plan: (offer: Plan): View => ({
      id: offer.id,
      name: offer.name,
      color: '#3399cc',
      photo: null,
      ...price,
      cycle_duration: 1,
      terms: null,
      description: null,
      cancellation_period: 0,
      minimum_commitment: 0,
      hidden: offer.hidden,
      signup_charge: '0.0',
      booking_credits: [],
      time_passes: offer.passes.map(planPass),
      extras: [],
    }),

    /** In the list of the whole space it names its membership, one way or another; singly it does not. */
    pass(pass: Pass, where: 'alone' | 'among all'): View {
      const name = where === 'alone' ? 'neither' : switches.passNames;
      return {
        id: pass.id,
        url: `${base()}/api/time_passes/${pass.id}`,
        name: pass.name,
        created_at: slashTime(pass.createdAt),
        updated_at: slashTime(pass.usedAt ?? pass.createdAt),
        expires_at: pass.expiresAt === null ? null : slashTime(pass.expiresAt),
        used_at: pass.usedAt === null ? null : slashTime(pass.usedAt),
        ...spans(pass.spans),
        ...(name === 'membership' || name === 'both' ? { membership: named(pass.memberId) } : {}),
        ...(name === 'membership_id' || name === 'both' ? { membership_id: pass.memberId } : {}),
      };
    },

    checkIn: ({ id, memberId, from, until, passId }: CheckIn): View => ({
      id,
      valid_from: slashTime(from),
      valid_until: slashTime(until),
      membership: named(memberId),
      membership_id: memberId,
      ...(passId === null ? {} : { time_pass: { id: passId } }),
    }),

    token: (token: string, memberId: string): View => ({ token, membership: named(memberId) }),

    booking(booking: Booking): View {
      const { id, memberId, resourceId, from, to, title, createdAt } = booking;
      const view = {
        id,
        from: slashTime(from),
        to: slashTime(to),
        title,
        resource: { id: resourceId, name: space.resources.get(resourceId)?.name ?? 'Former resource' },
        membership: named(memberId),
        units: 1,
        comments: null,
        price: '10',
        has_custom_price: false,
        currency: 'EUR',
        tax_rate: '0',
        accounting_code: null,
        url: `${base()}/bookings/${id}`,
        can_change: true,
        created_at: slashTime(createdAt),
        updated_at: slashTime(createdAt),
      };
      return filled(view, ['membership', 'title', 'comments']);
    },

    resource: ({ id, name }: Resource): View => ({
      id,
      name,
      price_per_hour: '10.0',
      tax_rate: '19.0',
      currency: 'EUR',
      hidden: false,
      capacity: null,
      description: null,
      cancellation_period: 0,
      can_book: true,
      color: '#3399cc',
      photo: null,
      min_booking_duration: null,
      max_booking_duration: null,
      booking_url: `${base()}/bookings/new?resource=${id}`,
      booking_times: [],
    }),

    space: (): View => ({
      id: space.id,
      name: space.subdomain,
      url: `https://www.cobot.me/api/spaces/${space.subdomain}`,
      email: 'desk@example.com',
      created_at: slashTime(0),
      description: null,
      owner_id: 'owner',
      country: 'Germany',
      locale: 'en',
      in_eu: true,
      subdomain: space.subdomain,
      tax_rate: '19.0',
      price_display: 'net',
      price_decimals: 2,
      time_zone_name: space.zone,
      time_zone_offset: 3600,
      hour_format: 24,
    }),
  };
}

const price = {
  price_per_cycle: '100.0',
  price_per_cycle_in_cents: 10_000,
  tax_rate: '19.0',
  currency: 'EUR',
};

function planPass({ id, name, included, per, ...pass }: PlanPass): View {
  return {
    id,
    name,
    price: '15.0',
    price_in_cents: 1500,
    tax_rate: '19.0',
    currency: 'EUR',
    ...spans(pass.spans),
    included_per_timespan: included,
    included_timespan: per,
    discounts: [],
  };
}

/** `timespans` is for people; `parsed_timespans` for programs. */
function spans(all: Span[]): View {
  return { timespans: all.map(spanWords).join(', '), parsed_timespans: all.map(parsedSpan) };
}

function spanWords(span: Span): string {
  if ('minutes' in span) return span.minutes % 60 === 0 ? `${span.minutes / 60}h` : `${span.minutes}m`;
  const short = (time: string) => time.replace(/^0/, '').replace(/:00$/, '');
  return `${short(span.from)}-${short(span.to)}`;
}

function parsedSpan(span: Span): View {
  const weekdays = span.weekdays ?? [];
  if ('minutes' in span) {
    return { duration_hours: Math.floor(span.minutes / 60), duration_minutes: span.minutes % 60, weekdays };
  }
  const from = Temporal.PlainTime.from(span.from);
  const to = Temporal.PlainTime.from(span.to);
  return { from_hour: from.hour, from_minute: from.minute, to_hour: to.hour, to_minute: to.minute, weekdays };
}
