// Cobot's v1 over HTTP, as far as an access-control integration meets it, and www.cobot.me. Paths, scopes
// and statuses as in the reference; where it says unknown, a switch decides.

import { type Answer, type Route, type Seen, textOf } from '../exchange.ts';
import { bears, ok, overlaps, readWindow } from './answers.ts';
import { checkInRoutes, tokenRoutes } from './check-in-routes.ts';
import { found, type Parts, withMember } from './parts.ts';
import type { CobotSpace, Member } from './space.ts';
import type { View } from './views.ts';
import type { Subscription } from './webhooks.ts';

export function cobotRoutes(parts: Parts): Route[] {
  return [
    ...membershipRoutes(parts),
    ...checkInRoutes(parts),
    ...tokenRoutes(parts),
    ...bookingRoutes(parts),
    ...subscriptionRoutes(parts),
    ...wwwRoutes(parts),
  ];
}

function membershipRoutes({ space, views, refusals, membershipList }: Parts): Route[] {
  const scopes = ['read_memberships'];
  return [
    {
      method: 'GET',
      template: '/api/memberships',
      scopes,
      limit: membershipList,
      handle({ query }) {
        const ids = query['ids']?.split(',');
        const listed = space.members
          .values()
          .filter((member) => query['all'] === 'true' || isListed(space, member))
          .filter(({ id }) => ids === undefined || ids.includes(id));
        return ok(listed.map((member) => only(query['attributes'], views.membership(member))).toArray());
      },
    },
    {
      method: 'GET',
      template: '/api/memberships/:id',
      scopes,
      handle: (request) => withMember(space, refusals, request, (member) => ok(views.membership(member))),
    },
    {
      method: 'GET',
      template: '/api/memberships/:id/time_passes/unused',
      scopes: ['read_time_passes'],
      handle: (request) =>
        withMember(space, refusals, request, (member) =>
          ok(unused(space.passesOf(member)).map((pass) => views.pass(pass, 'alone'))),
        ),
    },
    {
      method: 'GET',
      template: '/api/time_passes/unused',
      scopes: ['read_time_passes'],
      handle: () => ok(unused([...space.passes.values()]).map((pass) => views.pass(pass, 'among all'))),
    },
    {
      method: 'GET',
      template: '/api/time_passes/:id',
      scopes: ['read_time_passes'],
      handle: ({ params }) =>
        found(space.passes.get(params['id'] ?? ''), refusals, (pass) => views.pass(pass, 'alone')),
    },
    {
      method: 'GET',
      template: '/api/plans',
      open: true,
      handle: (request) => {
        const offered = space.plans
          .values()
          .filter(({ hidden }) => !hidden || request.headers.authorization !== undefined);
        return ok(offered.map((plan) => views.plan(plan)).toArray());
      },
    },
  ];
}

function bookingRoutes({ space, views, refusals }: Parts): Route[] {
  const scopes = ['read_bookings'];
  const during = ({ query, params }: Seen): Answer => {
    const window = readWindow(query['from'], query['to']);
    if (!window) return refusals.unprocessable('from', 'from and to are required');
    const limit = Number(query['limit'] ?? Number.MAX_SAFE_INTEGER);
    const listed = space.bookings
      .values()
      .filter((booking) => overlaps(booking, window) && booking.resourceId === (params['id'] ?? booking.resourceId));
    return ok(
      listed
        .take(limit)
        .map((booking) => views.booking(booking))
        .toArray(),
    );
  };
  return [
    { method: 'GET', template: '/api/bookings', scopes, handle: during },
    { method: 'GET', template: '/api/resources/:id/bookings', scopes, handle: during },
    {
      method: 'GET',
      template: '/api/bookings/:id',
      scopes,
      handle: ({ params }) => found(space.bookings.get(params['id'] ?? ''), refusals, views.booking),
    },
    {
      method: 'GET',
      template: '/api/resources',
      scopes: ['read_resources'],
      handle({ query }) {
        const ids = query['ids']?.split(',');
        const listed = space.resources.values().filter(({ id }) => ids === undefined || ids.includes(id));
        return ok(listed.map(views.resource).toArray());
      },
    },
  ];
}

function subscriptionRoutes({ views, webhooks, refusals, token }: Parts): Route[] {
  const view = ({ id, event, callbackUrl, active }: Subscription): View => {
    return { id, event, url: views.subscriptionUrl(id), active, callback_url: callbackUrl };
  };
  const own = (id: string | undefined): Subscription | undefined => {
    const subscription = webhooks.subscriptions.get(id ?? '');
    return subscription?.owner === token ? subscription : undefined;
  };
  return [
    {
      method: 'GET',
      template: '/api/subscriptions',
      scopes: ['read_subscriptions'],
      handle: () => ok([...webhooks.subscriptions.values()].filter(({ owner }) => owner === token).map(view)),
    },
    {
      method: 'GET',
      template: '/api/subscriptions/:id',
      scopes: ['read_subscriptions'],
      handle: ({ params }) => found(own(params['id']), refusals, view),
    },
    {
      method: 'POST',
      template: '/api/subscriptions',
      scopes: ['write_subscriptions'],
      handle({ body }) {
        const made = webhooks.subscribe(textOf(body, 'event') ?? '', textOf(body, 'callback_url') ?? '', token);
        if ('subscription' in made) return { status: 201, json: view(made.subscription) };
        return made.refused === 409 ? refusals.conflict(made.words) : refusals.unprocessable(made.field, made.words);
      },
    },
    {
      method: 'DELETE',
      template: '/api/subscriptions/:id',
      scopes: ['write_subscriptions'],
      handle({ params }) {
        const subscription = own(params['id']);
        if (!subscription) return refusals.notFound();
        webhooks.subscriptions.delete(subscription.id);
        return { status: 204 };
      },
    },
  ];
}

function wwwRoutes({ space, views, refusals, token, scopes }: Parts): Route[] {
  const here = { space_subdomain: space.subdomain, space_name: space.subdomain };
  return [
    {
      method: 'GET',
      template: '/api/spaces/:subdomain',
      open: true,
      handle: ({ params }) => (params['subdomain'] === space.subdomain ? ok(views.space()) : refusals.notFound()),
    },
    {
      method: 'GET',
      template: '/api/user',
      scopes: ['read_user'],
      handle: () =>
        ok({ id: 'admin', email: 'admin@example.com', memberships: [], admin_of: [{ ...here, name: 'Admin' }] }),
    },
    {
      method: 'GET',
      template: '/api/access_tokens/:token',
      handle: (request) =>
        request.params['token'] === token && bears(request, token) ? ok({ scope: scopes }) : refusals.notFound(),
    },
  ];
}

/** Current members: confirmed, not ended; those who have not begun where the switch says so. */
function isListed(space: CobotSpace, member: Member): boolean {
  const begun = space.switches.listHoldsFuture || space.hasBegun(member);
  return member.confirmedAt !== null && begun && !space.hasEnded(member);
}

/** `attributes=id,name`: only these fields. */
function only(attributes: string | undefined, view: View): View {
  if (attributes === undefined) return view;
  const wanted = attributes.split(',').map((name) => name.trim());
  return Object.fromEntries(Object.entries(view).filter(([key]) => wanted.includes(key)));
}

/** The list of unused passes holds expired ones too: it is named for `used_at` alone. */
function unused<P extends { usedAt: number | null }>(passes: P[]): P[] {
  return passes.filter(({ usedAt }) => usedAt === null);
}
