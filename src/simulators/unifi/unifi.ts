// A UniFi Access console to run the demo and the tests against: the part of its developer API that a relay needs, over
// HTTPS with a certificate of its own, and the webhook that says who opened a door.
// Checked by an independent client (the package unifi-access) in test/simulators/unifi-client.test.ts.
import type { CurrentGrant, LockUser } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { InProcess } from '../carrier.ts';
import { cryptoRandom, hexId, type Random } from '../chance.ts';
import { createDeliveries, type Delivery } from '../deliveries.ts';
import type { LockSimulator, OpenHow } from '../lock-simulator.ts';
import { startServer } from '../server.ts';
import { createUnifiAccount, fullName, type UnifiDoor, type UnifiOpening } from './account.ts';
import { createUnifiAnswers } from './answers.ts';
import { certificate, fingerprint, privateKey } from './certificate.ts';
import { UNIFI_BASE, unifiRefusal, unifiRoutes } from './routes.ts';
import { openUnifiSocket } from './socket.ts';
import { type UnifiSwitches, usualUnifiSwitches } from './switches.ts';
import { createUnifiViews } from './views.ts';
import { createUnifiWebhooks } from './webhooks.ts';

export type UnifiOptions = {
  clock: Clock;
  random?: Random;
  port?: number;
  inProcess?: InProcess;
  token?: string;
  /** What the token may do: "view:user", "edit:user", ...; left out: everything. */
  scopes?: string[];
  /** Of the webhook that was made by hand for the callback URL; given to the relay. */
  secret?: string;
  callbackUrl?: string;
  /** No numbers are published; `perToken` requests a window. */
  limits?: { windowMs?: number; perToken: number } | 'off';
  switches?: Partial<UnifiSwitches>;
  /** Whether a console tries again is not stated: by default it does not. */
  webhooks?: { retryMs?: number[]; scale?: number; timeoutMs?: number };
  /** false: plain HTTP, which no console speaks. */
  tls?: boolean;
};

export type UnifiSimulator = Awaited<ReturnType<typeof startUnifiSimulator>>;

export async function startUnifiSimulator(options: UnifiOptions) {
  const { clock, random = cryptoRandom, secret, tls = true, inProcess } = options;
  const token = options.token ?? hexId(random, 22);
  const switches: UnifiSwitches = { ...usualUnifiSwitches, ...options.switches };
  const limits = options.limits === undefined || options.limits === 'off' ? null : options.limits;
  const { retryMs = [], scale = 1, timeoutMs = 10_000 } = options.webhooks ?? {};

  const account = createUnifiAccount({ clock, random, switches });
  const answers = createUnifiAnswers(switches);
  const views = createUnifiViews(account, switches);
  const deliveries = createDeliveries({ clock, retryMs: retryMs.map((ms) => ms * scale), timeoutMs, inProcess });
  const webhooks = createUnifiWebhooks({ clock, random, account, views, switches, deliveries, secret });
  const parts = { account, answers, views, webhooks, switches };
  const refuse = unifiRefusal(parts, { token, scopes: options.scopes ?? null });
  const server = await startServer({
    clock,
    random,
    ...(inProcess ? { inProcess } : {}),
    limit: limits && {
      windowMs: limits.windowMs ?? 60_000,
      of: () => ({ bucket: token, most: limits.perToken }),
    },
    sites: [
      {
        host: 'console.unifi.invalid',
        port: options.port ?? 0,
        ...(tls ? { tls: { key: privateKey, cert: certificate } } : {}),
        routes: unifiRoutes(parts),
        refuse,
        notFound: answers.nowhere,
        malformed: () => answers.invalid('The body is not JSON.'),
        tooMany: answers.tooMany,
        upgrade(request, socket) {
          const known = request.path === `${UNIFI_BASE}/devices/notifications`;
          openUnifiSocket(request, socket, known ? refuse(request, { scopes: ['view:device'] }) : answers.nowhere());
        },
      },
    ],
  });
  const [url = ''] = server.urls;
  webhooks.setCallbackUrl(options.callbackUrl);

  function userOf(id: string) {
    const user = account.users.get(id);
    if (!user) throw new Error(`There is no user "${id}".`);
    return user;
  }

  /** A door's own id, or the first door of a policy. */
  function doorOf(id: string): UnifiDoor {
    const policy = account.policies.get(id);
    const door = account.doors.get(id) ?? (policy && account.doorsOf(policy)[0]);
    if (!door) throw new Error(`There is no door behind "${id}".`);
    return door;
  }

  function stand(lockUserId: string, lockId: string, how: OpenHow, opened: boolean): UnifiOpening {
    const [user, door] = [userOf(lockUserId), doorOf(lockId)];
    const policy = account.policyFor(user, door) ?? null;
    if (opened && !policy && !how.anyway) throw new Error(`${user.id} cannot open ${door.name}.`);
    const by = { id: user.id, name: fullName(user), type: 'user' } as const;
    return account.addOpening({ at: how.occurredAt ?? clock.now(), by, door, policy, opened });
  }

  const told = async (opening: UnifiOpening, { lose, deliverTo }: OpenHow): Promise<Delivery | null> =>
    lose ? null : webhooks.tell(opening, deliverTo);

  return {
    name: 'UniFi Access',
    keepsWindows: false,
    url,
    token,
    switches,
    users: account.users,
    policies: account.policies,
    doors: account.doors,
    doorGroups: account.doorGroups,
    userGroups: account.userGroups,
    openings: account.openings,
    endpoints: webhooks.endpoints,
    env: (): Record<string, string> => ({
      LOCK_SYSTEM: 'unifi',
      UNIFI_URL: url,
      UNIFI_API_TOKEN: token,
      ...(tls ? { UNIFI_CERTIFICATE_SHA256: fingerprint } : {}),
      ...(secret === undefined ? {} : { UNIFI_WEBHOOK_SECRET: secret }),
    }),

    /** A door each, and a policy of the same name on it; the ids are the policies'. */
    addLocks: (...names: string[]) =>
      names.map((name) => {
        const door = account.addDoor(name);
        const { id } = account.addPolicy(name, [{ id: door.id, type: 'door' }]);
        return { id, name };
      }),
    addDoor: account.addDoor,
    addDoorGroup: account.addDoorGroup,
    addPolicy: account.addPolicy,
    addUserGroup: account.addUserGroup,
    addPerson({ email, name, mark }: { email: string; name?: string; mark?: string }): string {
      const [lastName = '', ...others] = (name ?? email.split('@')[0] ?? '').split(' ').reverse();
      const firstName = others.toReversed().join(' ');
      const names = firstName === '' ? { firstName: lastName, lastName: '' } : { firstName, lastName };
      return account.addUser({ ...names, email, employeeNumber: mark ?? '' }).id;
    },
    addByHand({ lockUserId, lockId }: { lockUserId: string; lockId: string }): string {
      const user = userOf(lockUserId);
      account.setPolicies(user, [...user.policyIds, lockId]);
      return grantId(lockUserId, lockId);
    },
    /** A policy through a user group made for it: the user can open, and it is none of the user's own. */
    addToGroup(lockUserId: string, policyId: string): void {
      const group = account.addUserGroup(`Group ${account.userGroups.size + 1}`, [policyId]);
      group.userIds.add(userOf(lockUserId).id);
    },
    removeByHand(id: string): void {
      const [userId = '', policyId = ''] = id.split(':');
      const user = userOf(userId);
      account.setPolicies(
        user,
        user.policyIds.filter((each) => each !== policyId),
      );
    },
    removePerson: (lockUserId: string): void => account.removeUser(userOf(lockUserId)),
    deactivate(lockUserId: string): void {
      userOf(lockUserId).status = 'DEACTIVATED';
    },

    people: (): LockUser[] =>
      account.users
        .values()
        .map((user) => ({
          id: user.id,
          email: user.email,
          name: fullName(user) || null,
          externalId: user.employeeNumber || null,
        }))
        .toArray(),
    grants: (): CurrentGrant[] =>
      account.users
        .values()
        .flatMap(({ id, policyIds }) =>
          policyIds.map((lockId) => ({
            id: grantId(id, lockId),
            lockUserId: id,
            lockId,
            note: null,
            from: null,
            until: null,
          })),
        )
        .toArray(),
    setsSeen: account.setsSeen,
    can: account.can,
    /** As now: there are no windows. */
    canEver: account.can,
    opens: account.opens,

    setCallbackUrl: webhooks.setCallbackUrl,
    openLock: async (lockUserId: string, lockId: string, how: OpenHow = {}): Promise<Delivery | null> =>
      told(stand(lockUserId, lockId, how, true), how),
    /** Nobody is told: the webhook fires for unlocks alone. The log has it. */
    async refuseAtLock(lockUserId: string, lockId: string, how: OpenHow = {}): Promise<Delivery | null> {
      stand(lockUserId, lockId, how, false);
      return null;
    },
    /** By nobody that the console knows, or by a program with a token. */
    openUnattributed(lockId: string, by: 'nobody' | 'program', how: OpenHow = {}): Promise<Delivery | null> {
      const program = { id: 'token-1', name: 'A program', type: 'open-api' } as const;
      const opening = { at: how.occurredAt ?? clock.now(), door: doorOf(lockId), policy: null, opened: true };
      return told(account.addOpening({ ...opening, by: by === 'program' ? program : null }), how);
    },
    async redeliverLast(how: OpenHow = {}): Promise<Delivery | null> {
      const last = account.openings.findLast(({ opened }) => opened);
      return last ? told(last, how) : null;
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
  } satisfies LockSimulator & Record<string, unknown>;
}

function grantId(userId: string, policyId: string): string {
  return `${userId}:${policyId}`;
}
