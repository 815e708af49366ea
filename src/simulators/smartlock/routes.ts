// SmartLock over HTTP: smartlock-api.yaml, call by call. Where the yaml leaves a choice, a switch decides.
import type { Instant } from '../../access/model.ts';
import { type Answer, fieldOf, type Route, type Seen, textOf } from '../exchange.ts';
import type { SmartLockAccess, SmartLockAccount, SmartLockEvent, SmartLockUser } from './account.ts';

export type SmartLockSwitches = {
  /** Times that are not whole seconds. */
  fractions: 'cut' | '422';
  /** Notes above 200 characters. */
  longNotes: 'cut' | '422';
};

const USUAL_PAGE = 100;
const LARGEST_PAGE = 200;
const LONGEST_NOTE = 200;
const EVENTS_ARE_KEPT_MS = 30 * 24 * 60 * 60_000;

export function refusal(status: number, code: string, message: string, more: Record<string, string> = {}): Answer {
  return { status, json: { error: { code, message, ...more } } };
}

export const notFound = (): Answer => refusal(404, 'not_found', 'There is no such thing.');
const invalid = (message: string): Answer => refusal(422, 'invalid', message);

function isoSeconds(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
}

export function smartLockRoutes(account: SmartLockAccount, switches: SmartLockSwitches): Route[] {
  return [...userRoutes(account), ...accessRoutes(account, switches), eventRoute(account)];
}

function userRoutes(account: SmartLockAccount): Route[] {
  const withUser = ({ params }: Seen, answer: (user: SmartLockUser) => Answer): Answer => {
    const user = account.users.get(params['id'] ?? '');
    return user ? answer(user) : notFound();
  };
  const taken = (email: string, self?: SmartLockUser): Answer | undefined => {
    const other = account.userByEmail(email);
    if (!other || other === self) return undefined;
    return refusal(409, 'email_taken', 'There is a user with this email.', { existing_user_id: other.id });
  };
  return [
    {
      method: 'GET',
      template: '/users',
      handle(request) {
        const { email, external_id: externalId } = request.query;
        const listed = account.users
          .values()
          .filter((user) => email === undefined || user.email.toLowerCase() === email.toLowerCase())
          .filter((user) => externalId === undefined || user.externalId === externalId);
        return page(request, 'users', listed.toArray(), userView);
      },
    },
    {
      method: 'POST',
      template: '/users',
      handle({ body }) {
        const email = emailOf(body);
        if (email === undefined) return invalid('email is required and has to be one.');
        const refused = taken(email);
        if (refused) return refused;
        const [name, externalId] = [textOf(body, 'name') ?? null, textOf(body, 'external_id') ?? null];
        return { status: 201, json: userView(account.addUser({ email, name, externalId })) };
      },
    },
    {
      method: 'GET',
      template: '/users/:id',
      handle: (request) => withUser(request, (user) => ({ status: 200, json: userView(user) })),
    },
    {
      method: 'PATCH',
      template: '/users/:id',
      handle: (request) =>
        withUser(request, (user) => {
          const { body } = request;
          const email = fieldOf(body, 'email') === undefined ? user.email : emailOf(body);
          if (email === undefined) return invalid('email has to be one.');
          const refused = taken(email, user);
          if (refused) return refused;
          user.email = email;
          user.name = changed(body, 'name', user.name);
          user.externalId = changed(body, 'external_id', user.externalId);
          return { status: 200, json: userView(user) };
        }),
    },
    {
      method: 'DELETE',
      template: '/users/:id',
      handle: (request) =>
        withUser(request, (user) => {
          account.removeUser(user);
          return { status: 204 };
        }),
    },
  ];
}

function accessRoutes(account: SmartLockAccount, switches: SmartLockSwitches): Route[] {
  return [
    {
      method: 'GET',
      template: '/locks',
      handle: () => ({ status: 200, json: { locks: account.locks.values().toArray() } }),
    },
    {
      method: 'GET',
      template: '/access',
      handle(request) {
        const { user_id: userId, lock_id: lockId } = request.query;
        const listed = account.access
          .values()
          .filter(
            (each) =>
              (userId === undefined || each.userId === userId) && (lockId === undefined || each.lockId === lockId),
          );
        return page(request, 'access', listed.toArray(), accessView);
      },
    },
    {
      method: 'POST',
      template: '/access',
      handle({ body }) {
        const [userId, lockId] = [textOf(body, 'user_id'), textOf(body, 'lock_id')];
        if (userId === undefined || lockId === undefined) return invalid('user_id and lock_id are required.');
        const [user, lock] = [account.users.get(userId), account.locks.get(lockId)];
        if (!user || !lock) return notFound();
        const [from, until] = [timeOf(body, 'from', switches), timeOf(body, 'until', switches)];
        if (from === 'malformed' || until === 'malformed')
          return invalid('from and until are times of whole seconds, or null.');
        if (from !== null && until !== null && until <= from) return invalid('until has to be after from.');
        const note = textOf(body, 'note') ?? null;
        if (note !== null && note.length > LONGEST_NOTE && switches.longNotes === '422')
          return invalid('note is too long.');
        const given = account.addAccess({ user, lock, from, until, note: note?.slice(0, LONGEST_NOTE) ?? null });
        return { status: 201, json: accessView(given) };
      },
    },
    {
      method: 'DELETE',
      template: '/access/:id',
      handle: ({ params }) => (account.access.delete(params['id'] ?? '') ? { status: 204 } : notFound()),
    },
  ];
}

function eventRoute(account: SmartLockAccount): Route {
  return {
    method: 'GET',
    template: '/events',
    handle(request) {
      const since = timeOf(request.query, 'since', { fractions: 'cut' });
      if (since === null || since === 'malformed') return invalid('since is required and has to be a time.');
      const oldest = Math.max(since, account.clock.now() - EVENTS_ARE_KEPT_MS);
      return page(
        request,
        'events',
        account.events.filter(({ occurredAt }) => occurredAt >= oldest),
        eventView,
      );
    },
  };
}

/** A page begins after the item that the cursor names; where that is gone by now, after its place: nothing shifts. */
function page<T extends { seq: number; id: string }>(
  { query }: Seen,
  name: string,
  items: T[],
  view: (item: T) => unknown,
): Answer {
  const limit = Number(query['limit'] ?? USUAL_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) return invalid('limit is from 1 to 200.');
  const after = query['cursor'] === undefined ? -1 : Number(Buffer.from(query['cursor'], 'base64url').toString());
  if (!Number.isInteger(after)) return invalid('cursor is not one of ours.');

  const place = items.findIndex(({ seq }) => seq === after);
  const rest = place >= 0 ? items.slice(place + 1) : items.filter(({ seq }) => seq > after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const next = rest.length > limit && last ? Buffer.from(String(last.seq)).toString('base64url') : null;
  return { status: 200, json: { [name]: shown.map(view), next_cursor: next } };
}

function emailOf(body: unknown): string | undefined {
  const email = textOf(body, 'email');
  return email !== undefined && /^[^@\s]+@[^@\s]+$/.test(email) ? email : undefined;
}

/** Left out: as it was. null: emptied. */
function changed(body: unknown, name: string, before: string | null): string | null {
  const value = fieldOf(body, name);
  if (value === undefined) return before;
  return typeof value === 'string' ? value : null;
}

function timeOf(
  body: unknown,
  name: string,
  { fractions }: Pick<SmartLockSwitches, 'fractions'>,
): Instant | null | 'malformed' {
  const value = fieldOf(body, name) ?? null;
  if (value === null) return null;
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value))
    return 'malformed';
  const at = Date.parse(value);
  if (Number.isNaN(at) || (at % 1000 !== 0 && fractions === '422')) return 'malformed';
  return Math.floor(at / 1000) * 1000;
}

function userView({ id, email, name, externalId, createdAt }: SmartLockUser) {
  return { id, email, name, external_id: externalId, created_at: isoSeconds(createdAt) };
}

function accessView({ id, userId, lockId, from, until, note, createdAt }: SmartLockAccess) {
  const time = (at: Instant | null) => (at === null ? null : isoSeconds(at));
  return {
    id,
    user_id: userId,
    lock_id: lockId,
    from: time(from),
    until: time(until),
    note,
    created_at: isoSeconds(createdAt),
  };
}

export function eventView({ id, occurredAt, user, lock }: SmartLockEvent) {
  return { id, type: 'lock.opened', occurred_at: isoSeconds(occurredAt), user, lock };
}
