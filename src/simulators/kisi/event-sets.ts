// Kisi's event sets over HTTP: a search that is made first, may take a while, and is read page by page with a cursor.
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import type { Route } from '../exchange.ts';
import type { KisiAccount } from './account.ts';
import { fault, invalid, isoTime, named, notFound, ok, readWrapped } from './answers.ts';
import { eventView, type KisiEvent, type KisiEvents } from './events.ts';
import type { KisiSwitches } from './switches.ts';

const DAY = 24 * 60 * 60_000;
const WIDEST_MS = 90 * DAY;
const USUAL_PAGE = 50;

const number = z.int().nullable().default(null);
const text = z.string().nullable().default(null);
const filters = z.object({
  event_actor_id: number,
  event_actor_type: text,
  event_authenticated_by_id: number,
  event_authenticated_by_type: text,
  event_object_id: number,
  event_object_type: text,
  event_place_id: number,
  event_success: z.boolean().nullable().default(null),
  event_sequence: text,
  event_type: text,
  event_uuid: text,
  place_id: number,
});
const newSet = filters.extend({ interval: z.string().optional() });

type Filters = z.output<typeof filters>;
type EventSet = {
  id: number;
  createdAt: Instant;
  interval: string;
  filters: Filters;
  events: KisiEvent[];
  reads: number;
};

export const EVENT_SETS = 'POST /event_sets';

export function kisiEventSetRoutes(account: KisiAccount, events: KisiEvents, switches: KisiSwitches): Route[] {
  const { clock } = account;
  const sets = new Map<number, EventSet>();

  function statusOf({ reads }: EventSet): 'in_progress' | 'finished' | 'failed' {
    if (switches.eventSets === 'at once') return 'finished';
    if (reads < 2) return 'in_progress';
    return switches.eventSets === 'fail' ? 'failed' : 'finished';
  }

  function view(set: EventSet, offset: number, limit: number) {
    const status = statusOf(set);
    const isThere = status === 'finished';
    return {
      id: set.id,
      created_at: isoTime(set.createdAt),
      status,
      interval: set.interval,
      ...set.filters,
      events: isThere ? set.events.slice(offset, offset + limit).map(eventView) : null,
      cursor: isThere && offset + limit < set.events.length ? cursorAt(offset + limit) : null,
    };
  }

  return [
    {
      method: 'POST',
      template: '/event_sets',
      handle({ body }) {
        const read = readWrapped('event_set', newSet, body);
        if ('refused' in read) return read.refused;
        const { interval: asked, ...filters } = read.value;
        if (filters.place_id !== null && filters.event_place_id !== null)
          return invalid({ place_id: ['excludes event_place_id'] });
        const now = clock.now();
        const interval = asked ?? `${isoTime(now - WIDEST_MS)}/${isoTime(now)}`;
        const span = spanOf(interval);
        if (!span || span.to < span.from) return invalid({ interval: ['is invalid'] });
        if (span.to - span.from > WIDEST_MS) return invalid({ interval: ['is wider than 90 days'] });

        const found = events.all
          .filter(({ createdAt }) => span.from <= createdAt && createdAt <= span.to)
          .filter((event) => isAsked(event, filters))
          .toSorted((a, b) => a.createdAt - b.createdAt);
        if (switches.eventOrder === 'newest first') found.reverse();
        const set = { id: account.nextId(), createdAt: now, interval, filters, events: found, reads: 0 };
        sets.set(set.id, set);
        return ok(view(set, 0, USUAL_PAGE));
      },
    },
    {
      method: 'GET',
      template: '/event_sets/:id',
      handle(request) {
        const set = named(sets, request);
        // Kept for about a day.
        if (!set || clock.now() - set.createdAt > DAY) return notFound();
        const limit = Number(request.query['limit'] ?? USUAL_PAGE);
        const offset = offsetOf(request.query['cursor']);
        if (!Number.isInteger(limit) || limit < 1) return fault(400, 'limit is out of range');
        if (offset === undefined) return fault(400, 'cursor is invalid');
        set.reads += 1;
        return ok(view(set, offset, limit));
      },
    },
  ];
}

/** Start/End, Start/Duration or Duration/End. */
function spanOf(interval: string): { from: Instant; to: Instant } | undefined {
  const [start = '', end = '', ...more] = interval.split('/');
  if (more.length > 0) return undefined;
  try {
    if (start.startsWith('P')) return { from: moved(end, Temporal.Duration.from(start).negated()), to: moved(end) };
    if (end.startsWith('P')) return { from: moved(start), to: moved(start, Temporal.Duration.from(end)) };
    return { from: moved(start), to: moved(end) };
  } catch {
    return undefined;
  }
}

function moved(time: string, by = new Temporal.Duration()): Instant {
  return Temporal.Instant.from(time).toZonedDateTimeISO('UTC').add(by).epochMilliseconds;
}

/** Types, uuids and sequences may be several, with commas between. */
function isAsked(event: KisiEvent, asked: Filters): boolean {
  const full = eventView(event);
  const is = (wanted: unknown, value: unknown) => wanted === null || wanted === value;
  const isOneOf = (wanted: string | null, value: string) => wanted === null || wanted.split(',').includes(value);
  return (
    isOneOf(asked.event_type, full.type) &&
    isOneOf(asked.event_uuid, full.uuid) &&
    isOneOf(asked.event_sequence, full.sequence) &&
    is(asked.event_success, full.success) &&
    is(asked.event_actor_id, full.actor_id) &&
    is(asked.event_actor_type, full.actor_type) &&
    is(asked.event_authenticated_by_id, full.authenticated_by_id) &&
    is(asked.event_authenticated_by_type, full.authenticated_by_type) &&
    is(asked.event_object_id, full.object_id) &&
    is(asked.event_object_type, full.object_type) &&
    is(asked.event_place_id, full.place_id) &&
    is(asked.place_id, full.place_id)
  );
}

const cursorAt = (offset: number): string => Buffer.from(`after ${offset}`).toString('base64url');

function offsetOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return 0;
  const [, offset] = /^after (\d+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return offset === undefined ? undefined : Number(offset);
}
