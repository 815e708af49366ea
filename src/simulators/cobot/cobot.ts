// A Cobot to run the demo and the tests against: v1 and www on one port, API 2 on another. It is our reading of
// Cobot's documentation and is never tuned to what the relay happens to do.
import type { LocalDate } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { InProcess } from '../carrier.ts';
import { cryptoRandom, hexId, type Random } from '../chance.ts';
import type { Route } from '../exchange.ts';
import { startServer } from '../server.ts';
import type { Limit, Site } from '../site.ts';
import { bears, createRefusals, hasScope, type Refusals } from './answers.ts';
import { api2Refusals, api2Routes } from './api2.ts';
import { cobotRoutes } from './routes.ts';
import { type Booking, createCobotSpace, type Member, type NewBooking } from './space.ts';
import { type CobotSwitches, cobotRetryMinutes, usualScopes, usualSwitches } from './switches.ts';
import { createCobotViews, type View } from './views.ts';
import { createCobotWebhooks, type Subscription } from './webhooks.ts';

export type CobotOptions = {
  clock: Clock;
  random?: Random;
  port?: number;
  inProcess?: InProcess;
  api2Port?: number;
  subdomain?: string;
  /** IANA name. */
  zone?: string;
  token?: string;
  scopes?: string[];
  limits?: { windowMs?: number; perEndpoint?: number; membershipList?: number } | 'off';
  switches?: Partial<CobotSwitches>;
  /** `scale` shortens the retries: the 20 hours fit into a test. */
  webhooks?: { retryMs?: number[]; scale?: number; timeoutMs?: number };
};

export type CobotSimulator = Awaited<ReturnType<typeof startCobotSimulator>>;

const MINUTE = 60_000;

export async function startCobotSimulator(options: CobotOptions) {
  const { clock, random = cryptoRandom, subdomain = 'co-up', zone = 'Europe/Berlin', inProcess } = options;
  const token = options.token ?? hexId(random, 64);
  const scopes = options.scopes ?? usualScopes;
  const switches: CobotSwitches = { ...usualSwitches, ...options.switches };
  const limits = options.limits === 'off' ? null : { ...usualLimits, ...options.limits };
  const { retryMs, scale = 1, timeoutMs = 10_000 } = options.webhooks ?? {};

  const space = createCobotSpace({ clock, random, subdomain, zone, switches });
  const refusals = createRefusals(switches);
  const webhooks = createCobotWebhooks({
    clock,
    random,
    switches,
    timeoutMs,
    inProcess,
    retryMs: (retryMs ?? cobotRetryMinutes.map((minutes) => minutes * MINUTE)).map((ms) => ms * scale),
  });
  const urls = { v1: '', api2: '' };
  const views = createCobotViews(space, { v1: () => urls.v1, api2: () => urls.api2 });
  const membershipList = limits?.membershipList ?? usualLimits.membershipList;
  const v1Routes = cobotRoutes({ space, views, webhooks, refusals, token, scopes, membershipList });

  const server = await startServer({
    clock,
    random,
    ...(inProcess ? { inProcess } : {}),
    limit: limits && perEndpoint(limits),
    sites: [
      site({ host: `${subdomain}.cobot.invalid`, port: options.port ?? 0 }, v1Routes, refusals, token, scopes),
      site(
        { host: 'api.cobot.invalid', port: options.api2Port ?? 0 },
        api2Routes(space),
        api2Refusals(refusals),
        token,
        scopes,
      ),
    ],
  });
  const [v1 = '', api2 = ''] = server.urls;
  Object.assign(urls, { v1, api2 });

  return {
    url: v1,
    api2Url: api2,
    token,
    switches,
    /** What the relay has to be started with to meet this simulator. */
    env: (): Record<string, string> => ({
      COBOT_SUBDOMAIN: subdomain,
      COBOT_ACCESS_TOKEN: token,
      COBOT_URL: v1,
      COBOT_WWW_URL: v1,
      COBOT_API2_URL: api2,
    }),

    spaceId: space.id,
    plans: space.plans,
    members: space.members,
    passes: space.passes,
    checkIns: space.checkIns,
    resources: space.resources,
    bookings: space.bookings,
    /** From token to the id of its membership. */
    tokens: space.tokens,
    checkInsOf: space.checkInsOf,
    passesOf: space.passesOf,
    tokensOf: space.tokensOf,

    addPlan: space.addPlan,
    addMember: space.addMember,
    addPass: space.addPass,
    addCheckIn: space.addCheckIn,
    addResource: space.addResource,
    addBooking: (booking: NewBooking): Booking => space.addBooking(booking),
    changePlan: space.changePlan,

    /** Each of these changes the space and returns the body of the webhook that Cobot would send: emit() sends it. */
    confirm(member: Member) {
      member.confirmedAt = clock.now();
      return views.body(member);
    },
    cancel(member: Member, date: LocalDate) {
      space.cancel(member, date);
      return views.body(member);
    },
    remove(member: Member): { url: string; membership: View } {
      const body = { ...views.body(member), membership: views.membership(member) };
      space.remove(member);
      return body;
    },
    removeBooking(booking: Booking): { url: string; booking: View } {
      const body = { ...views.body(booking), booking: views.booking(booking) };
      space.bookings.delete(booking.id);
      return body;
    },
    body: views.body,

    subscriptions: webhooks.subscriptions,
    /** Made by another app or person: the relay's token does not see it, and it delivers all the same. */
    addForeignSubscription(event: string, callbackUrl: string): Subscription {
      const made = webhooks.subscribe(event, callbackUrl, 'another app');
      if ('refused' in made) throw new Error(`No subscription of ${event}: ${made.words}`);
      return made.subscription;
    },
    emit: webhooks.emit,
    deliveries: webhooks.deliveries.all,

    requests: server.requests,
    sabotage: server.sabotage,
    healAll: server.healAll,
    down: server.down,
    up: server.up,
    async close() {
      webhooks.deliveries.close();
      await server.close();
    },
  };
}

const usualLimits = { windowMs: MINUTE, perEndpoint: 60, membershipList: 6 };

/** The granularity of "endpoint" is unknown: here, method and template. */
function perEndpoint(limits: { windowMs: number; perEndpoint: number }): Limit {
  return {
    windowMs: limits.windowMs,
    of: (route) => ({ bucket: `${route.method} ${route.template}`, most: route.limit ?? limits.perEndpoint }),
  };
}

function site(
  place: Pick<Site, 'host' | 'port'>,
  routes: Route[],
  refusals: Pick<Refusals, 'unauthorized' | 'forbidden' | 'tooMany' | 'notFound' | 'malformed'>,
  token: string,
  scopes: string[],
): Site {
  return {
    ...place,
    routes,
    refuse(request, route) {
      if (route?.open) return null;
      if (!bears(request, token)) return refusals.unauthorized();
      return route && !hasScope(route, scopes) ? refusals.forbidden() : null;
    },
    notFound: refusals.notFound,
    malformed: refusals.malformed,
    tooMany: refusals.tooMany,
  };
}
