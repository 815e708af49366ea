// UniFi Access's calls under /api/v1/developer, and who may make them: policies and doors, the log, and the endpoints of
// webhooks stand here; users in unifi-user-routes.ts.
import { type Answer, fieldOf, type Route, type Seen, textOf } from '../exchange.ts';
import type { UnifiParts } from './parts.ts';
import { unifiUserRoutes } from './user-routes.ts';
import type { UnifiEndpoint } from './webhooks.ts';

export const UNIFI_BASE = '/api/v1/developer';

const TOPICS = ['critical', 'door_openings', 'updates', 'device_events', 'admin_activity', 'visitor'];

export function unifiRoutes(parts: UnifiParts): Route[] {
  const routes = [...unifiUserRoutes(parts), ...spaceRoutes(parts), logRoute(parts), ...endpointRoutes(parts)];
  return routes.map((route) => ({ ...route, template: UNIFI_BASE + route.template }));
}

/** `scopes` null: the token may do everything. A permission to edit is none to view. */
export function unifiRefusal(
  { answers }: UnifiParts,
  { token, scopes }: { token: string; scopes: string[] | null },
): (request: Seen, route: Pick<Route, 'scopes'> | undefined) => Answer | null {
  return ({ headers }, route) => {
    if (headers.authorization !== `Bearer ${token}`) return answers.badToken();
    const lacks = scopes !== null && route?.scopes?.some((scope) => scopes.includes(scope)) === false;
    return lacks ? answers.forbidden() : null;
  };
}

function spaceRoutes({ account, answers, views }: UnifiParts): Route[] {
  const list = (template: string, scope: string, data: () => unknown): Route => ({
    method: 'GET',
    template,
    scopes: [scope],
    handle: () => answers.ok(data()),
  });
  const one = (template: string, scope: string, find: (id: string) => unknown): Route => ({
    method: 'GET',
    template,
    scopes: [scope],
    handle({ params }) {
      const found = find(params['id'] ?? '');
      return found === undefined ? answers.notThere() : answers.ok(found);
    },
  });
  return [
    list('/access_policies', 'view:policy', () => account.policies.keys().flatMap(views.policy).toArray()),
    one('/access_policies/:id', 'view:policy', (id) => views.policy(id)[0]),
    list('/doors', 'view:space', () => account.doors.values().map(views.door).toArray()),
    one(
      '/doors/:id',
      'view:space',
      (id) =>
        account.doors
          .values()
          .filter((door) => door.id === id)
          .map(views.door)
          .next().value,
    ),
    list('/door_groups/topology', 'view:space', views.topology),
    // A list of lists, one for each door; the simulator has no devices to show.
    list('/devices', 'view:device', () => [[]]),
  ];
}

/** Filters stand in the body, pages in the query. */
function logRoute({ account, answers, views, switches }: UnifiParts): Route {
  return {
    method: 'POST',
    template: '/system/logs',
    scopes: ['view:system_log'],
    handle(request) {
      const topic = textOf(request.body, 'topic');
      if (topic === undefined || !TOPICS.includes(topic)) return answers.invalid('topic is not one.');
      const [since, until] = [secondsOf(request.body, 'since'), secondsOf(request.body, 'until')];
      if (since === null || until === null) return answers.invalid('since and until are whole seconds.');
      const actorId = textOf(request.body, 'actor_id');
      const listed = account.openings.filter(
        ({ at, by }) =>
          topic === 'door_openings' &&
          (since === undefined || at >= since * 1000) &&
          (until === undefined || Math.floor(at / 1000) <= until) &&
          (actorId === undefined || by?.id === actorId),
      );
      const ordered = switches.logOrder === 'newest first' ? listed.toReversed() : listed;
      return answers.page(request, ordered, (shown) => ({ hits: shown.map(views.logEntry) }));
    },
  };
}

function endpointRoutes({ account, answers, webhooks }: UnifiParts): Route[] {
  const { endpoints } = webhooks;
  const scopes = ['edit:webhook'];
  /** Both writes take the whole record. */
  const read = (body: unknown, id: string, act: (given: Omit<UnifiEndpoint, 'id' | 'secret'>) => Answer): Answer => {
    const [name, endpoint, events] = [textOf(body, 'name'), textOf(body, 'endpoint'), fieldOf(body, 'events')];
    if (name === undefined || endpoint === undefined || !URL.canParse(endpoint) || !Array.isArray(events))
      return answers.invalid('name, endpoint and events are required.');
    if (endpoints.values().some((other) => other.endpoint === endpoint && other.id !== id))
      return answers.refuse('CODE_DEVICE_WEBHOOK_ENDPOINT_DUPLICATED', 'The provided endpoint already exists.');
    const headers = Object.entries(fieldOf(body, 'headers') ?? {}).map(([key, value]) => [key, String(value)]);
    return act({ name, endpoint, events: events.map(String), headers: Object.fromEntries(headers) });
  };
  const keep = (endpoint: UnifiEndpoint): Answer => {
    endpoints.set(endpoint.id, endpoint);
    return answers.ok(endpoint);
  };
  return [
    {
      method: 'GET',
      template: '/webhooks/endpoints',
      scopes: ['view:webhook'],
      handle: () => answers.ok(endpoints.values().toArray()),
    },
    {
      method: 'POST',
      template: '/webhooks/endpoints',
      scopes,
      handle: ({ body }) =>
        read(body, '', (given) => keep({ ...given, id: account.newId(), secret: webhooks.newSecret() })),
    },
    {
      method: 'PUT',
      template: '/webhooks/endpoints/:id',
      scopes,
      handle({ body, params }) {
        const found = endpoints.get(params['id'] ?? '');
        return found ? read(body, found.id, (given) => keep({ ...found, ...given })) : answers.notThere();
      },
    },
    {
      method: 'DELETE',
      template: '/webhooks/endpoints/:id',
      scopes,
      handle: ({ params }) => (endpoints.delete(params['id'] ?? '') ? answers.done() : answers.notThere()),
    },
  ];
}

/** undefined: not given. null: no such number. */
function secondsOf(body: unknown, name: string): number | null | undefined {
  const value = fieldOf(body, name);
  if (value === undefined) return undefined;
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}
