// A Kisi to run the demo and the tests against: its calls, its webhook that says who opened a door, and its event sets
// to catch up from. Where nobody has seen what Kisi does, a switch has each way (kisi-switches.ts).
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { cryptoRandom, hexId, type Random } from '../chance.ts';
import { createDeliveries, type Delivery } from '../deliveries.ts';
import { endpointOf, type Route, type Seen } from '../exchange.ts';
import type { LockSimulator, OpenHow } from '../lock-simulator.ts';
import { startServer } from '../server.ts';
import {
  createKisiAccount,
  GROUP_ROLE,
  type KisiAccount,
  type KisiGroup,
  type KisiLock,
  type KisiPlace,
  type KisiRoleAssignment,
  type KisiUser,
  MARK,
} from './account.ts';
import { fault, notFound } from './answers.ts';
import { kisiAssignmentRoutes } from './assignments.ts';
import { EVENT_SETS, kisiEventSetRoutes } from './event-sets.ts';
import { createKisiEvents, type KisiActor, type KisiEvent, OUTSIDE_HOURS, obstacle } from './events.ts';
import { createKisiIntegrations } from './integrations.ts';
import { kisiRoutes } from './routes.ts';
import { type KisiSwitches, usualKisiSwitches } from './switches.ts';

export type KisiOptions = {
  clock: Clock;
  random?: Random;
  port?: number;
  /** The API key. */
  token?: string;
  /** The signature key of the dashboard's webhook: then deliveries are signed. */
  secret?: string;
  /** Where the dashboard's webhook goes; without it there is none. */
  callbackUrl?: string;
  /** Requests a window, all of the user's together, and event sets made a window. */
  limits?: { windowMs?: number; perUser?: number; eventSets?: number } | 'off';
  switches?: Partial<KisiSwitches>;
  webhooks?: { retryMs?: number[]; scale?: number; timeoutMs?: number; failuresToDisable?: number };
};

export type KisiSimulator = Awaited<ReturnType<typeof startKisiSimulator>>;

const MINUTE = 60_000;
/** How often Kisi tries again, and when it switches a webhook off, is unknown. */
const usualWebhooks = { retryMs: [1, 10, 60].map((minutes) => minutes * MINUTE), failuresToDisable: 20 };
const usualLimits = { windowMs: 1000, perUser: 5, eventSets: 1 };

export async function startKisiSimulator(options: KisiOptions) {
  const { clock, random = cryptoRandom, secret = null } = options;
  const token = options.token ?? hexId(random, 32);
  const switches: KisiSwitches = { ...usualKisiSwitches, ...options.switches };
  const limits = options.limits === 'off' ? null : { ...usualLimits, ...options.limits };
  const { retryMs, failuresToDisable, scale = 1, timeoutMs = 10_000 } = { ...usualWebhooks, ...options.webhooks };

  const account = createKisiAccount({ clock });
  const events = createKisiEvents(account, random);
  const deliveries = createDeliveries({ clock, retryMs: retryMs.map((ms) => ms * scale), timeoutMs });
  const integrations = createKisiIntegrations({ account, events, deliveries, random, switches, failuresToDisable });
  const server = await startServer({
    clock,
    random,
    limit: limits && { windowMs: limits.windowMs, of: (route) => bucketsOf(route, limits) },
    sites: [
      {
        port: options.port ?? 0,
        routes: [
          ...kisiRoutes(account, switches),
          ...kisiAssignmentRoutes(account, switches),
          ...kisiEventSetRoutes(account, events, switches),
          ...integrations.routes,
        ],
        refuse: (request) => refuse(request, token),
        notFound,
        malformed: () => fault(400, 'The body is not JSON'),
        // Kisi does not say how long to wait.
        tooMany: () => fault(429, 'Too many requests'),
      },
    ],
  });
  const [url = ''] = server.urls;

  function setCallbackUrl(to: string | undefined): void {
    const ours = integrations.all.values().find(({ name }) => name === DASHBOARDS);
    if (to === undefined) integrations.all.delete(ours?.id ?? 0);
    else if (ours) ours.url = to;
    else integrations.add({ name: DASHBOARDS, url: to, enabledEvents: ['lock.unlock'], signatureKey: secret });
  }
  setCallbackUrl(options.callbackUrl);

  async function tell(event: KisiEvent, { lose, deliverTo }: OpenHow): Promise<Delivery | null> {
    if (lose) return null;
    return deliverTo === undefined ? integrations.tell(event) : integrations.tellTo(deliverTo, event, secret);
  }

  async function openLock(lockUserId: string, lockId: string, how: OpenHow = {}): Promise<Delivery | null> {
    const [user, door, at] = [userOf(account, lockUserId), doorOf(account, lockId), how.occurredAt ?? clock.now()];
    const shut = how.anyway ? null : obstacle(account, user, door, at);
    if (shut)
      throw new Error(`${user.email} cannot open ${door.name} at ${new Date(at).toISOString()}: ${shut.message}`);
    return tell(events.atDoor(user, door, at, null), how);
  }

  async function refuseAtLock(lockUserId: string, lockId: string, how: OpenHow = {}): Promise<Delivery | null> {
    const [user, door, at] = [userOf(account, lockUserId), doorOf(account, lockId), how.occurredAt ?? clock.now()];
    return tell(events.atDoor(user, door, at, obstacle(account, user, door, at) ?? OUTSIDE_HOURS), how);
  }

  const common: LockSimulator = {
    name: 'Kisi',
    keepsWindows: true,
    url,
    env: () => ({
      LOCK_SYSTEM: 'kisi',
      KISI_URL: url,
      KISI_API_KEY: token,
      ...(secret === null ? {} : { KISI_WEBHOOK_SECRET: secret }),
    }),

    addLocks: (...names) =>
      names.map((name) => ({ id: String(account.addGroup(name, [account.addLock(name)]).id), name })),
    addPerson({ email, name, mark }) {
      const metadata: Record<string, unknown> = mark === undefined ? {} : { [MARK]: mark };
      return String(account.addUser({ email, name: name ?? email, metadata }).id);
    },
    addByHand({ lockUserId, lockId, until = null }) {
      const [user, group] = [userOf(account, lockUserId), groupOf(account, lockId)];
      const window = { validFrom: null, validUntil: until };
      const made = { user, roleId: GROUP_ROLE, to: { type: 'Group', group } as const, notify: false, ...window };
      return String(account.addAssignment(made).id);
    },
    removeByHand(grantId) {
      account.roleAssignments.delete(Number(grantId));
    },
    removePerson: (lockUserId) => account.removeUser(userOf(account, lockUserId)),

    people: () => account.users.values().map(personOf).toArray(),
    grants: () => account.roleAssignments.values().flatMap(grantsOf).toArray(),
    can: account.can,
    canEver: account.canEver,
    opens: account.opens,

    setCallbackUrl,
    openLock,
    refuseAtLock,
    async redeliverLast(how = {}) {
      const last = events.all.findLast(({ type }) => type === 'lock.unlock');
      return last ? tell(last, how) : null;
    },
    deliveries: deliveries.all,

    requests: server.requests,
    sabotage: server.sabotage,
    healAll: server.healAll,
    down: server.down,
    up: server.up,
    async close() {
      deliveries.close();
      await server.close();
    },
  };

  return {
    ...common,
    token,
    switches,
    users: account.users,
    groups: account.groups,
    locks: account.locks,
    groupLocks: account.groupLocks,
    roleAssignments: account.roleAssignments,
    /** Invitations and notices in people's inboxes. */
    mails: account.mails,
    /** In the order in which Kisi heard of them. */
    events: events.all,
    integrations: integrations.all,

    addGroup: (name: string, doors: readonly KisiLock[], place?: KisiPlace | null): KisiGroup =>
      account.addGroup(name, doors, place),
    /** A role that is no grant: at the organization or a place, or another one than a group's members have. */
    addRole(
      lockUserId: string,
      roleId: string,
      to: KisiRoleAssignment['to'] = { type: 'Organization' },
    ): KisiRoleAssignment {
      const user = userOf(account, lockUserId);
      return account.addAssignment({ user, roleId, to, notify: false, validFrom: null, validUntil: null });
    },
    /** Something else happens at the door: by nobody or a guest, or of another type. */
    async happen(
      lockId: string,
      { type = 'lock.unlock', actor = null, ...how }: OpenHow & { type?: string; actor?: KisiActor | null } = {},
    ): Promise<Delivery | null> {
      const { id, name, place } = doorOf(account, lockId);
      const nothing = { credential: null, authorizedBy: null, error: null };
      const object = { type: 'Lock', id, name };
      const createdAt = how.occurredAt ?? clock.now();
      return tell(events.add({ ...nothing, type, actor, object, placeId: place.id, createdAt }), how);
    },
  };
}

const DASHBOARDS = 'Webhook of the dashboard';

/** Making an event set counts as one of the user's requests, too: the strictest reading. */
function bucketsOf(route: Route, { perUser, eventSets }: typeof usualLimits) {
  const user = { bucket: 'user', most: perUser };
  return endpointOf(route) === EVENT_SETS ? [user, { bucket: EVENT_SETS, most: eventSets }] : user;
}

function refuse({ headers, body }: Seen, token: string) {
  if (headers.authorization !== `KISI-LOGIN ${token}`) return fault(401, 'API key missing or wrong', 'afc496');
  const isJson = (type: string | undefined) => type?.toLowerCase().includes('application/json') === true;
  if (!isJson(headers.accept)) return fault(406, 'Accept has to be application/json');
  if (body !== undefined && !isJson(headers['content-type']))
    return fault(415, 'Content-Type has to be application/json');
  return null;
}

function userOf({ users }: KisiAccount, id: string): KisiUser {
  const user = users.get(Number(id));
  if (!user) throw new Error(`There is no user ${id}.`);
  return user;
}

function groupOf({ groups }: KisiAccount, id: string): KisiGroup {
  const group = groups.get(Number(id));
  if (!group) throw new Error(`There is no group ${id}.`);
  return group;
}

/** The group's first. */
function doorOf(account: KisiAccount, groupId: string): KisiLock {
  const [door] = account.doorsOf(groupOf(account, groupId));
  if (!door) throw new Error(`The group ${groupId} has no door.`);
  return door;
}

function personOf({ id, email, name, metadata }: KisiUser) {
  const mark = metadata[MARK];
  return { id: String(id), email, name, externalId: typeof mark === 'string' ? mark : null };
}

/** One, or none where the assignment is no grant of a group. Kisi keeps no notes. */
function grantsOf({ id, user, roleId, to, validFrom, validUntil }: KisiRoleAssignment) {
  if (to.type !== 'Group' || roleId !== GROUP_ROLE) return [];
  const window: { from: Instant | null; until: Instant | null } = { from: validFrom, until: validUntil };
  return [{ id: String(id), lockUserId: String(user.id), lockId: String(to.group.id), ...window, note: null }];
}
