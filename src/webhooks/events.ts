// Cobot's webhook bodies: which thing it is about, taken from the path of the URL that they carry. That URL is never
// fetched and its host does not matter: a webhook is a hint to look at that id again, with our own token.
import { z } from 'zod';
import type { Instant } from '../access/model.ts';
import { COBOT_EVENTS } from '../lib/callback-path.ts';
import type { JobRequest } from '../queue/queue.ts';

/** No job where it is not understood: it is kept and shown, and never refused. */
export type CobotHint = { understood: true; subject: string; job: JobRequest } | { understood: false; subject: string };

const GOOD_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** A check-in of our own comes back as an event, perhaps before its answer is stored. */
const ECHO_MS = 1000;

const known = new Set<string>(COBOT_EVENTS);
const withUrl = z.object({ url: z.string() });
const snapshot = z.object({ booking: z.object({ membership: z.object({ id: z.string().regex(GOOD_ID) }) }) });

export function isKnownEvent(event: string): boolean {
  return known.has(event);
}

/** `body`: any JSON value. */
export function readCobotHint(event: string, body: unknown, now: Instant): CobotHint {
  if (!isKnownEvent(event)) return { understood: false, subject: 'an event that the relay does not know' };
  const read = withUrl.safeParse(body);
  if (!read.success) return { understood: false, subject: 'a body without a url' };
  const [kind, id] = lastSegments(read.data.url);
  const job = id !== undefined && GOOD_ID.test(id) ? jobFor(kind, id, event, body, now) : undefined;
  if (id === undefined || !job)
    return { understood: false, subject: 'a url that names no membership, booking or check-in' };
  return { understood: true, subject: id, job };
}

/** The kind is the URL's, not the event's: Cobot's events do not all name what they are called after. */
function jobFor(kind: string, id: string, event: string, body: unknown, now: Instant): JobRequest | undefined {
  const cause = `webhook ${event}`;
  switch (kind) {
    case 'memberships':
      return { name: 'reconcile', key: id, payload: { membershipId: id, cause } };
    case 'bookings': {
      // A deleted booking cannot be read any more: only here can the body tell whose it was.
      const deleted = event === 'deleted_booking' ? snapshot.safeParse(body).data : undefined;
      return {
        name: 'booking',
        key: id,
        payload: { bookingId: id, membershipId: deleted?.booking.membership.id ?? null, cause },
      };
    }
    case 'check_ins': {
      const runAt = Math.ceil((now + ECHO_MS) / 1000) * 1000;
      return { name: 'cobot-check-in', key: id, payload: { checkInId: id, cause }, runAt };
    }
    default:
      return undefined;
  }
}

/** v1 has /api/memberships/:id, API 2 /memberships/:id, a space behind a proxy perhaps more in front. */
function lastSegments(url: string): [kind: string, id: string | undefined] {
  const isAbsolute = /^https?:\/\//i.test(url) || url.startsWith('/');
  const path = isAbsolute ? URL.parse(url, 'https://host.invalid')?.pathname : undefined;
  const [kind = '', id] = (path ?? '')
    .split('/')
    .filter((segment) => segment !== '')
    .slice(-2);
  try {
    return [kind, id === undefined ? undefined : decodeURIComponent(id)];
  } catch {
    return [kind, undefined];
  }
}
