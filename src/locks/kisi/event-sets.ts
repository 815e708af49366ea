// Openings out of Kisi's own list, to catch up after an outage: a set of events is ordered, waited for, and read page by
// page. A set that is not whole is an error, never a shorter list.
import { z } from 'zod';
import type { Instant, Opening } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { TransientError } from '../../lib/errors.ts';
import { segment, unexpectedBody } from '../../lib/http.ts';
import { unique } from '../../lib/unique.ts';
import type { LockSystem } from '../lock-system.ts';
import { type KisiClient, NAME } from './client.ts';
import { listedUnlockSchema, toOpening, typedSchema, UNLOCK } from './events.ts';
import { NEW_EVENT_SET } from './gate.ts';
import { id, wholeSecond, writeInstant } from './schema.ts';

const LONGEST_MS = 90 * 86_400_000;
const PAGE_SIZE = 50;
/** 250,000 events: a set that goes on for longer does not end. */
const MOST_PAGES = 5000;
const WAIT_MS = 1000;
const MOST_WAITS = 60;
const ENDPOINT = 'GET /event_sets/:id';

const orderedSchema = z.object({ id });
const pageSchema = z.object({
  status: z.enum(['in_progress', 'finished', 'failed']),
  events: z.array(z.unknown()).nullish(),
  cursor: z.string().nullish(),
});
type Page = { events: unknown[]; cursor: string | null };

export function createEventSets(
  { send, parse }: KisiClient,
  parts: { placeId: string | null; clock: Clock; signal?: AbortSignal },
): Pick<LockSystem, 'openingsSince'> {
  const { placeId, clock, signal } = parts;

  async function order(from: Instant, to: Instant): Promise<string> {
    const response = await send({
      method: 'POST',
      endpoint: NEW_EVENT_SET,
      path: '/event_sets',
      body: { event_set: { interval: `${writeInstant(from)}/${writeInstant(to)}`, event_type: UNLOCK } },
      expect: [200, 201, 202],
      // Another set is only another look at the same events.
      repeatable: true,
    });
    return parse(orderedSchema, response, NEW_EVENT_SET).id;
  }

  /** One page, as soon as the set is finished. */
  async function readPage(setId: string, cursor: string | null): Promise<Page> {
    for (let waits = 0; waits < MOST_WAITS; waits += 1) {
      const response = await send({
        method: 'GET',
        endpoint: ENDPOINT,
        path: `/event_sets/${segment(setId)}`,
        query: { limit: String(PAGE_SIZE), ...(cursor === null ? {} : { cursor }) },
        expect: [200],
        repeatable: true,
      });
      const page = parse(pageSchema, response, ENDPOINT);
      if (page.status === 'failed') throw notReady('failed', 'Kisi could not put the events together');
      if (page.status === 'finished') return pageOf(page);
      // When the relay stops meanwhile, the next call says so.
      await clock.sleep(WAIT_MS, signal).catch(() => undefined);
    }
    throw notReady('slow', 'Kisi takes too long to put the events together');
  }

  return {
    async openingsSince(since) {
      const now = clock.now();
      const to = wholeSecond(now);
      if (since >= to) return [];
      const from = Math.max(since, to - LONGEST_MS);
      const setId = await order(from, to);
      const events: unknown[] = [];
      const seen = new Set<string>();
      let cursor: string | null = null;
      do {
        const page: Page = await readPage(setId, cursor);
        for (const event of page.events) events.push(event);
        cursor = page.cursor;
        if (cursor !== null && (seen.has(cursor) || seen.size >= MOST_PAGES)) throw odd('cursor: the pages do not end');
        if (cursor !== null) seen.add(cursor);
      } while (cursor !== null);
      const openings = events.flatMap((event) => openingOf(event, placeId, now) ?? []);
      return unique(openings)
        .filter(({ occurredAt }) => occurredAt >= from)
        .toSorted((a, b) => a.occurredAt - b.occurredAt);
    },
  };
}

/**
 * Unknown: whether a finished set without events may say null instead of an empty list. Taken for unread, as everything
 * that is not there. An empty cursor is none.
 */
function pageOf({ events, cursor }: z.output<typeof pageSchema>): Page {
  if (!events) throw odd('events: there are none in a finished set');
  return { events, cursor: cursor || null };
}

/** null: another kind of event, or somebody who is no user. */
function openingOf(event: unknown, placeId: string | null, now: Instant): Opening | null {
  const typed = typedSchema.safeParse(event);
  if (!typed.success) throw odd('an event without a type');
  if (typed.data.type !== UNLOCK) return null;
  const read = listedUnlockSchema.safeParse(event);
  if (!read.success) throw odd('an unlock that cannot be read');
  const opening = toOpening(read.data, placeId, now);
  return typeof opening === 'string' ? null : opening;
}

const odd = (what: string) => unexpectedBody({ name: NAME, endpoint: ENDPOINT }, what, 200);

function notReady(kind: 'failed' | 'slow', message: string): TransientError {
  return new TransientError(message, {
    code: `kisi_event_set_${kind}`,
    where: `${ENDPOINT} on ${NAME}`,
    advice: 'the relay asks again later by itself; webhooks come all the same',
    effect: 'none',
  });
}
