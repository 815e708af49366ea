// Kisi's event webhooks: made in the dashboard or by a call, told about events, and switched off when nobody takes the
// deliveries. Which types of events one hears it says itself.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import { hexId, type Random } from '../chance.ts';
import type { Deliveries, Delivery } from '../deliveries.ts';
import type { Answer, Route, Seen } from '../exchange.ts';
import type { KisiAccount } from './account.ts';
import {
  contains,
  done,
  isAmong,
  isoTime,
  isoTimeOrNull,
  listed,
  matches,
  named,
  notFound,
  ok,
  readWrapped,
  usualPaging,
} from './answers.ts';
import { type KisiEvent, type KisiEvents, webhookView } from './events.ts';
import type { KisiSwitches } from './switches.ts';
import { ORGANIZATION } from './views.ts';

const TYPE = 'event_webhook';

export type KisiIntegration = {
  id: number;
  name: string;
  url: string;
  enabled: boolean;
  /** Then Kisi switched it off itself. */
  disabledAt: Instant | null;
  enabledEvents: string[];
  /** Never told again. */
  signatureKey: string | null;
  createdAt: Instant;
  updatedAt: Instant;
  /** Ids of the deliveries since it was made or switched on again. */
  deliveries: Set<string>;
};

type NewIntegration = Pick<KisiIntegration, 'name' | 'url' | 'enabledEvents' | 'signatureKey'> & { enabled?: boolean };

const url = z.url({ protocol: /^https?$/, error: 'is not a valid URL' });
const patch = z.object({
  name: z.string("can't be blank").min(1, "can't be blank").optional(),
  url: url.optional(),
  enabled: z.boolean('is not a boolean').optional(),
  enabled_events: z.array(z.string()).optional(),
  signature_key: z.string().optional(),
});
const integration = patch.extend({
  name: z.string("can't be blank").min(1, "can't be blank"),
  type: z.literal(TYPE, 'is not included in the list'),
  url,
});

/** Off after `failuresToDisable` attempts in a row that nobody took, warned after half of them. */
export function createKisiIntegrations(parts: {
  account: KisiAccount;
  events: KisiEvents;
  deliveries: Deliveries;
  random: Random;
  switches: KisiSwitches;
  failuresToDisable: number;
}) {
  const { account, events, deliveries, random, switches, failuresToDisable } = parts;
  const { clock } = account;
  const all = new Map<number, KisiIntegration>();

  function add(asked: NewIntegration): KisiIntegration {
    const now = clock.now();
    const made = { enabled: true, ...asked, id: account.nextId(), disabledAt: null, createdAt: now, updatedAt: now };
    const integration = { ...made, deliveries: new Set<string>() };
    all.set(integration.id, integration);
    return integration;
  }

  /** Each retry has the same signature: there is no time in it. */
  function post(event: KisiEvent, key: string | null) {
    const text = JSON.stringify(webhookView(event));
    const signature: Record<string, string> = key === null ? {} : { 'x-signature': signed(text, key, switches) };
    return { headers: { 'content-type': 'application/json', ...signature }, text };
  }

  function failuresInARow({ deliveries: ids }: KisiIntegration): number {
    const attempts = deliveries.all.filter(({ id }) => ids.has(id)).flatMap((each) => each.attempts);
    const inTime = attempts.toSorted((a, b) => a.at - b.at);
    return inTime.length - 1 - inTime.findLastIndex(({ status }) => status !== null && status >= 200 && status < 300);
  }

  function failed(integration: KisiIntegration): 'stop' | 'retry' {
    const failures = failuresInARow(integration);
    if (failures === Math.ceil(failuresToDisable / 2)) note(integration, 'integration.warn_due_to_error');
    if (failures < failuresToDisable) return 'retry';
    integration.enabled = false;
    integration.disabledAt = clock.now();
    note(integration, 'integration.disable_due_to_error');
    return 'stop';
  }

  function note({ id, name }: KisiIntegration, type: string): void {
    const nobody = { actor: null, credential: null, authorizedBy: null, error: null, placeId: null };
    events.add({ ...nobody, type, object: { type: 'Integration', id, name }, createdAt: clock.now() });
  }

  function deliver(integration: KisiIntegration, event: KisiEvent): Promise<Delivery> {
    const id = hexId(random, 16);
    integration.deliveries.add(id);
    return deliveries.deliver({
      id,
      event: event.type,
      to: integration.url,
      body: webhookView(event),
      post: () => post(event, integration.signatureKey),
      goesOn: () => integration.enabled && all.has(integration.id),
      failed: () => failed(integration),
    });
  }

  return {
    all,
    add,
    routes: integrationRoutes(account, switches, { all, add }),

    /** The first delivery's, when the first attempt of all is over; null: nobody listens. */
    async tell(event: KisiEvent): Promise<Delivery | null> {
      const listening = all.values().filter((each) => each.enabled && each.enabledEvents.includes(event.type));
      const [first = null] = await Promise.all(listening.map((each) => deliver(each, event)));
      return first;
    },
    /** Past all integrations. */
    tellTo: (to: string, event: KisiEvent, key: string | null): Promise<Delivery> =>
      deliveries.deliver({
        id: hexId(random, 16),
        event: event.type,
        to,
        body: webhookView(event),
        post: () => post(event, key),
      }),
  };
}

function signed(text: string, key: string, { signature }: KisiSwitches): string {
  const mac = createHmac('sha256', key).update(text);
  if (signature === 'base64') return mac.digest('base64');
  return (signature === 'hex' ? '' : 'sha256=') + mac.digest('hex');
}

function integrationRoutes(
  account: KisiAccount,
  switches: KisiSwitches,
  { all, add }: { all: Map<number, KisiIntegration>; add(asked: NewIntegration): KisiIntegration },
): Route[] {
  const withIntegration = (request: Seen, answer: (integration: KisiIntegration) => Answer): Answer => {
    const found = named(all, request);
    return found ? answer(found) : notFound();
  };
  return [
    {
      method: 'GET',
      template: '/integrations',
      handle(request) {
        const { query } = request;
        const found = all.values().filter((each) => isAmong(query, each.id) && contains(query, each.name));
        const asked = found.filter(({ enabled }) => matches(query, 'enabled', String(enabled)));
        return listed(request, asked.toArray(), integrationInList, usualPaging(switches));
      },
    },
    {
      method: 'POST',
      template: '/integrations',
      handle({ body }) {
        const read = readWrapped('integration', integration, body);
        if ('refused' in read) return read.refused;
        const { name, url, enabled = true, enabled_events = [], signature_key = null } = read.value;
        return ok(
          integrationView(add({ name, url, enabled, enabledEvents: enabled_events, signatureKey: signature_key })),
        );
      },
    },
    {
      method: 'GET',
      template: '/integrations/:id',
      handle: (request) => withIntegration(request, (found) => ok(integrationView(found))),
    },
    {
      method: 'PATCH',
      template: '/integrations/:id',
      handle: (request) =>
        withIntegration(request, (found) => {
          const read = readWrapped('integration', patch, request.body);
          if ('refused' in read) return read.refused;
          const { value } = read;
          found.name = value.name ?? found.name;
          found.url = value.url ?? found.url;
          found.enabledEvents = value.enabled_events ?? found.enabledEvents;
          found.signatureKey = value.signature_key ?? found.signatureKey;
          found.enabled = value.enabled ?? found.enabled;
          if (value.enabled === true) {
            found.disabledAt = null;
            found.deliveries.clear();
          }
          found.updatedAt = account.clock.now();
          return done();
        }),
    },
    {
      method: 'DELETE',
      template: '/integrations/:id',
      handle: (request) =>
        withIntegration(request, ({ id }) => {
          all.delete(id);
          return done();
        }),
    },
  ];
}

/** The list has neither the address nor the events. */
function integrationInList(integration: KisiIntegration) {
  return {
    id: integration.id,
    resource_type: 'Integration',
    name: integration.name,
    type: TYPE,
    enabled: integration.enabled,
    disabled_due_to_error: integration.disabledAt !== null,
    disabled_due_to_error_at: isoTimeOrNull(integration.disabledAt),
    created_at: isoTime(integration.createdAt),
    updated_at: isoTime(integration.updatedAt),
    organization_id: ORGANIZATION.id,
    organization: ORGANIZATION,
    place_id: null,
  };
}

function integrationView(integration: KisiIntegration) {
  return { ...integrationInList(integration), url: integration.url, enabled_events: integration.enabledEvents };
}
