// A Seam workspace to run the demo and the tests against: access grants that take effect later, codes on keypads, events
// and webhooks signed as Svix does. Written from lock-apis.md, section 3; what is unknown there is a switch.
import type { Clock } from '../../lib/clock.ts';
import { cryptoRandom, hexId, type Random } from '../chance.ts';
import { createDeliveries } from '../deliveries.ts';
import type { Answer, Route, Seen } from '../exchange.ts';
import { createLimits } from '../limits.ts';
import type { LockSimulator } from '../lock-simulator.ts';
import { startServer } from '../server.ts';
import { createAgenda } from './agenda.ts';
import { refusal } from './answers.ts';
import { codeRoutes } from './code-routes.ts';
import { createSeamCodes } from './codes.ts';
import { eventRoutes } from './event-routes.ts';
import { grantRoutes } from './grant-routes.ts';
import { createSeamGrants } from './grants.ts';
import { identityRoutes } from './identity-routes.ts';
import { inventoryRoutes } from './inventory-routes.ts';
import { createSeamOpenings } from './openings.ts';
import type { DeviceLimits, SeamParts } from './parts.ts';
import { type SeamSwitches, type SeamTimes, usualSwitches, usualTimes } from './switches.ts';
import { createSeamTruth, type Naming } from './truth.ts';
import { createSeamViews } from './views.ts';
import { createSeamWebhooks, type SeamWebhook, SVIX_RETRIES_MS } from './webhooks.ts';
import { createSeamWorkspace } from './workspace.ts';

export type SeamOptions = {
  clock: Clock;
  random?: Random;
  port?: number;
  /** The API key. */
  token?: string;
  /** `whsec_...`: that of the console's webhook, and then in env(). Deliveries are signed anyway. */
  secret?: string;
  /** Where the console's webhook goes, and which events it wants (all). */
  callbackUrl?: string;
  eventTypes?: string[];
  /** For env(): what members open entrances with, separated by commas. */
  accessMethods?: string;
  /** Names of locks that are devices with a keypad; all others are entrances of one lock system. */
  keypads?: string[];
  /** Items a page where the caller does not say. */
  pageSize?: number;
  /** Codes a window on each device. */
  limits?: (Partial<DeviceLimits> & { windowMs?: number }) | 'off';
  switches?: Partial<SeamSwitches>;
  times?: Partial<SeamTimes>;
  webhooks?: { retryMs?: number[]; scale?: number; timeoutMs?: number };
} & Naming;

export type SeamSimulator = Awaited<ReturnType<typeof startSeamSimulator>>;

const usualLimits = { windowMs: 60_000, creations: 10, updates: 10, deletions: 20 };
const USUAL_PAGE = 500;

export async function startSeamSimulator(options: SeamOptions) {
  const { clock, random = cryptoRandom } = options;
  const token = options.token ?? `seam_${hexId(random, 32)}`;
  const switches: SeamSwitches = { ...usualSwitches, ...options.switches };
  const times: SeamTimes = { ...usualTimes, ...options.times };
  const { retryMs = SVIX_RETRIES_MS, scale = 1, timeoutMs = 10_000 } = options.webhooks ?? {};
  const limits = options.limits === 'off' ? null : { ...usualLimits, ...options.limits };
  const keypads = new Set(options.keypads);

  const agenda = createAgenda(clock);
  const workspace = createSeamWorkspace({ clock, random });
  const codes = createSeamCodes({ workspace, clock, random, agenda, switches, times });
  const grants = createSeamGrants({ workspace, codes, clock, agenda, switches, times });
  const views = createSeamViews(workspace, () => clock.now());
  const truth = createSeamTruth({ workspace, grants, codes, clock, agenda }, options);
  const deliveries = createDeliveries({ clock, retryMs: retryMs.map((ms) => ms * scale), timeoutMs });
  const webhooks = createSeamWebhooks({ workspace, clock, random, deliveries, view: views.event });
  workspace.listen((event) => void webhooks.tell(event));

  const secret = options.secret ?? webhooks.newSecret();
  let inConsole: SeamWebhook | undefined;
  function setCallbackUrl(to: string | undefined): void {
    if (inConsole) webhooks.all.delete(inConsole.id);
    inConsole =
      to === undefined ? undefined : webhooks.add({ url: to, eventTypes: options.eventTypes ?? null, secret });
  }
  setCallbackUrl(options.callbackUrl);

  const deviceLimits = limits && { limits: createLimits({ clock, windowMs: limits.windowMs }), perDevice: limits };
  const pageSize = options.pageSize ?? USUAL_PAGE;
  const parts: SeamParts = { workspace, grants, codes, webhooks, views, switches, clock, pageSize, deviceLimits };

  let answered = 0;
  const numbered = (answer: Answer): Answer => {
    answered += 1;
    return { ...answer, headers: { 'seam-request-id': `request${answered}`, ...answer.headers } };
  };
  const isOurs = ({ headers }: Seen) => headers.authorization === `Bearer ${token}`;
  /** Other methods exist at Seam; POST is the documented one, and the only one here. */
  const refuse = (request: Seen): Answer | null => {
    if (!isOurs(request)) return numbered(refusal(401, 'unauthorized', 'API Key not found'));
    if (request.method === 'POST') return null;
    return numbered(refusal(405, 'method_not_allowed', 'Only POST is simulated'));
  };
  const routes: Route[] = [
    ...identityRoutes(parts),
    ...inventoryRoutes(parts),
    ...grantRoutes(parts),
    ...codeRoutes(parts),
    ...eventRoutes(parts),
  ].map((route) => ({
    ...route,
    handle(request) {
      agenda.catchUp();
      return numbered(route.handle(request));
    },
  }));
  const server = await startServer({
    clock,
    random,
    // Those for each device stand in seam-code-routes.ts.
    limit: null,
    sites: [
      {
        port: options.port ?? 0,
        routes,
        refuse,
        notFound: () => ({ status: 404, text: '404' }),
        malformed: () => ({ status: 400, text: 'Invalid JSON' }),
        tooMany: () => refusal(429, 'rate_limit_exceeded', 'Too many requests.'),
      },
    ],
  });
  const [url = ''] = server.urls;
  const openings = createSeamOpenings({
    workspace,
    truth,
    webhooks,
    clock,
    switches,
    secret,
    console: () => inConsole,
  });

  const simulator = {
    name: 'Seam',
    keepsWindows: true,
    url,
    token,
    secret,
    switches,
    workspace,
    /** failIssuing, delayIssuing, and all access grants as they are. */
    accessGrants: grants,
    /** failSetting, and all access codes as they are. */
    accessCodes: codes,
    webhooks: webhooks.all,
    env: () => ({
      LOCK_SYSTEM: 'seam',
      SEAM_URL: url,
      SEAM_API_KEY: token,
      SEAM_ACCESS_METHODS: options.accessMethods ?? 'mobile_key',
      ...(options.secret === undefined ? {} : { SEAM_WEBHOOK_SECRET: options.secret }),
    }),

    addLocks: (...names) =>
      names.map((name) => {
        const door = keypads.has(name) ? workspace.addDevice(name, { keypad: true }) : workspace.addEntrance(name);
        return { id: door.id, name };
      }),
    addPerson: ({ email, name, mark }) => workspace.addIdentity({ email, name: name ?? null, key: mark ?? null }).id,
    /** An access grant on a keypad, too: that tells whose it is, which a bare code does not. */
    addByHand({ lockUserId, lockId, note, until }) {
      const isDevice = workspace.devices.has(lockId);
      const grant = grants.create(
        {
          identityId: lockUserId,
          ...(isDevice ? { deviceIds: [lockId] } : { entranceIds: [lockId] }),
          requested: [{ mode: isDevice ? 'code' : 'mobile_key', pin: null }],
          startsAt: null,
          endsAt: until ?? null,
          name: note ?? null,
        },
        'at once',
      );
      return truth.idOf(grant, lockId);
    },
    /** With all of its doors, where it is an access grant: they cannot be edited. */
    removeByHand(grantId) {
      const found = truth.find(grantId);
      if (!found) throw new Error(`There is no grant "${grantId}".`);
      if ('grant' in found) grants.drop(found.grant);
      else codes.drop(found.code, clock.now());
    },
    removePerson(lockUserId) {
      for (const { id } of truth.grants().filter((grant) => grant.lockUserId === lockUserId)) {
        if (truth.find(id)) simulator.removeByHand(id);
      }
      workspace.identities.delete(lockUserId);
    },

    people: truth.people,
    grants: truth.grants,
    can: truth.can,
    canEver: truth.canEver,
    opens: truth.opens,

    setCallbackUrl,
    ...openings,
    deliveries: deliveries.all,

    requests: server.requests,
    sabotage: server.sabotage,
    healAll: server.healAll,
    down: server.down,
    up: server.up,
    async close() {
      agenda.close();
      deliveries.close();
      await server.close();
    },
  } satisfies LockSimulator & Record<string, unknown>;
  return simulator;
}
