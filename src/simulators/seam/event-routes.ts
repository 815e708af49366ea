// Seam over HTTP: the list of what happened, and the webhooks that tell it.
import { z } from 'zod';
import type { Answer, Route } from '../exchange.ts';
import { done, id, invalidInput, notThere, time, verb } from './answers.ts';
import type { SeamParts } from './parts.ts';
import { type SeamWebhook, webhookView } from './webhooks.ts';
import type { SeamEvent } from './workspace.ts';

const NAMED = ['device_id', 'access_code_id', 'access_grant_id', 'access_method_id', 'acs_entrance_id'] as const;

const asked = z.object({
  since: time.optional(),
  between: z.tuple([time, time]).optional(),
  event_type: id.optional(),
  event_types: z.array(id).optional(),
  connected_account_id: id.optional(),
  limit: z.coerce.number().int().positive().optional(),
  ...Object.fromEntries(NAMED.map((name) => [name, id.optional()])),
  ...Object.fromEntries(NAMED.map((name) => [`${name}s`, z.array(id).optional()])),
});

export function eventRoutes({ workspace, webhooks, views, switches, pageSize }: SeamParts): Route[] {
  const timeOf = ({ createdAt, occurredAt }: SeamEvent) =>
    switches.eventsSince === 'created_at' ? createdAt : occurredAt;
  const withWebhook = (wanted: string, answer: (webhook: SeamWebhook) => Answer): Answer => {
    const found = webhooks.all.get(wanted);
    return found ? answer(found) : notThere('webhook', { webhook_id: wanted });
  };

  return [
    // Not in pages; whether the border belongs to it is as in the vendor's fake.
    verb('/events/list', asked, (given) => {
      if (given.since === undefined && !given.between) return invalidInput('Must specify either since or between');
      if (given.since !== undefined && given.between) return invalidInput('Cannot specify both since and between');
      const [from, to] = given.between ?? [given.since ?? 0, Number.POSITIVE_INFINITY];
      const types = given.event_types ?? (given.event_type === undefined ? undefined : [given.event_type]);
      const listed = workspace.events
        .filter((event) => timeOf(event) > from && timeOf(event) < to)
        .filter((event) => types?.includes(event.type) ?? true)
        .filter(
          (event) =>
            (given.connected_account_id ?? workspace.accountId) === workspace.accountId && isAbout(event, given),
        )
        .sort((a, b) => timeOf(a) - timeOf(b) || a.seq - b.seq);
      if (switches.eventOrder === 'newest first') listed.reverse();
      return done({ events: listed.slice(0, given.limit ?? pageSize).map(views.event) });
    }),

    verb('/webhooks/create', z.object({ url: z.url(), event_types: z.array(id).optional() }), (given) => {
      const webhook = webhooks.add({ url: given.url, eventTypes: given.event_types ?? null });
      return done({ webhook: webhookView(webhook) });
    }),
    verb('/webhooks/list', z.object({}), () => done({ webhooks: [...webhooks.all.values()].map(webhookView) })),
    verb('/webhooks/get', z.object({ webhook_id: id }), (given) =>
      withWebhook(given.webhook_id, (webhook) => done({ webhook: webhookView(webhook) })),
    ),
    verb('/webhooks/delete', z.object({ webhook_id: id }), (given) =>
      withWebhook(given.webhook_id, (webhook) => {
        webhooks.all.delete(webhook.id);
        return done();
      }),
    ),
  ];
}

/** Does the event name what was asked for, singly or as one of several? */
function isAbout({ about }: SeamEvent, given: Record<string, unknown>): boolean {
  return NAMED.every((name) => {
    const [one, many] = [given[name], given[`${name}s`]];
    return (one === undefined || about[name] === one) && (!Array.isArray(many) || many.includes(about[name]));
  });
}
