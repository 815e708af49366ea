// Events as openings, and Seam's list of them. Most name nobody: a person is known only where a code was used, or where
// Seam names the identity, which it does not promise. Nobody is guessed.
import type { Instant, Opening } from '../../access/model.ts';
import { unexpectedBody } from '../../lib/http.ts';
import type { LockSystem } from '../lock-system.ts';
import { codeId } from './access-codes.ts';
import { NAME, type SeamClient } from './client.ts';
import { eventsAnswer, type SeamEvent } from './schema.ts';
import { wholeSecond, writeInstant } from './times.ts';

export const OPENING_EVENTS = ['lock.unlocked', 'lock.access_denied'] as const;

const SECOND = 1000;
const CLOCK_SKEW_MS = 5 * 60 * SECOND;
const PATH = '/events/list';
/** Unknown: how many at most Seam answers with. Few, since a list that was cut below this would not show. */
const LIMIT = 100;

/** The opening, or in words why there is none to work on. `now` stands in for a missing time, and one yet to come. */
export function readEvent(event: SeamEvent, now: Instant): Opening | string {
  const type = event.event_type;
  if (type !== 'lock.unlocked' && type !== 'lock.access_denied') return `${type} is no opening`;
  const lockUserId = whoOf(event);
  if (lockUserId === null) return `${type} names nobody${event.method === null ? '' : ` (${event.method})`}`;
  const told = event.occurred_at ?? event.created_at;
  return {
    id: event.event_id,
    lockUserId,
    lockId: lockOf(event),
    lockName: null,
    occurredAt: told === null || told === undefined || told > now + CLOCK_SKEW_MS ? wholeSecond(now) : told,
    ...(type === 'lock.access_denied' ? { refused: 'the lock denied access' } : {}),
  };
}

/** Unknown: whether `user_identity_id` comes at all, which the documentation shows and calls unreleased. */
function whoOf({ access_code_id, user_identity_id }: SeamEvent): string | null {
  return access_code_id ? codeId(access_code_id) : (user_identity_id ?? null);
}

/** Unknown: which of the two comes at an entrance. A code is used at a device. */
function lockOf({ access_code_id, device_id, acs_entrance_id }: SeamEvent): string | null {
  const [first, second] = access_code_id ? [device_id, acs_entrance_id] : [acs_entrance_id, device_id];
  return first ?? second ?? null;
}

export function createOpeningsSince(client: SeamClient, now: () => Instant): LockSystem['openingsSince'] {
  const read = (span: object) =>
    client.list({
      path: PATH,
      body: { ...span, event_types: OPENING_EVENTS, limit: LIMIT },
      page: eventsAnswer,
    });

  /** Unknown: whether the list has pages. Where it is full it may have been cut, and is read in two halves. */
  async function readAll(from: Instant, to: Instant): Promise<SeamEvent[]> {
    const events = await read({ between: [writeInstant(from), writeInstant(to)] });
    if (events.length !== LIMIT) return events;
    const middle = wholeSecond((from + to) / 2);
    if (middle - from < 2 * SECOND) {
      throw unexpectedBody({ name: NAME, endpoint: `POST ${PATH}` }, 'events: too many within seconds');
    }
    // The ends of a span do not count, so the halves overlap.
    return [...(await readAll(from, middle + SECOND)), ...(await readAll(middle - SECOND, to))];
  }

  return async (since) => {
    const first = await read({ since: writeInstant(since) });
    const events = first.length === LIMIT ? await readAll(since - SECOND, now() + CLOCK_SKEW_MS) : first;
    const openings = events.map((event) => readEvent(event, now())).filter((each) => typeof each !== 'string');
    const each = new Map(openings.map((opening) => [opening.id, opening]));
    return [...each.values()].toSorted((a, b) => a.occurredAt - b.occurredAt);
  };
}
