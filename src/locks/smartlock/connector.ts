// SmartLock as a LockSystem: what its statuses mean, and the form that it gives times and notes.
import type { z } from 'zod';
import type { Window } from '../../access/model.ts';
import { type ClientParts, type HttpResponse, parseBody, segment } from '../../lib/http.ts';
import type { Side } from '../../lib/together.ts';
import { unique } from '../../lib/unique.ts';
import type { LockSystem, LockUserPatch, NewGrant, NewLockUser } from '../lock-system.ts';
import { createSmartLockClient, NAME } from './client.ts';
import {
  accessPage,
  accessSchema,
  eventPage,
  existingUserOf,
  locksSchema,
  toOpening,
  userPage,
  userSchema,
  wholeSecond,
  writeInstant,
} from './schema.ts';
import { createReadOpening } from './webhook.ts';

export type SmartLockSettings = {
  token: string;
  url: string;
  /** What SmartLock allows with the token; 600 unless told. */
  callsPerMinute?: number;
  /** "whsec_...": then lock-open webhooks have to be signed. */
  webhookSecret: string | null;
};

const LONGEST_NOTE = 200;

/** Throws where the webhook secret cannot be one. */
export function createSmartLock(
  options: ClientParts & {
    settings: SmartLockSettings;
    side?: Side;
  },
): LockSystem {
  const { settings, ...rest } = options;
  const { send, get, list } = createSmartLockClient({ ...rest, ...settings });
  const readOpening = createReadOpening(settings.webhookSecret);

  return {
    name: NAME,
    capabilities: {
      lockWord: 'lock',
      windowsOnGrants: true,
      notesOnGrants: true,
      grantsPerLock: 'many',
      movesInPlace: false,
      takesEffect: 'at once',
      openingsName: 'lock user',
    },

    locks: () => get('/locks', locksSchema),
    users: async () => unique(await list({ path: '/users', page: userPage })),

    async user(id) {
      const endpoint = 'GET /users/:id';
      const response = await send({
        method: 'GET',
        endpoint,
        path: `/users/${segment(id)}`,
        expect: [200, 404],
        repeatable: true,
      });
      return response.status === 404 ? undefined : parse(userSchema, response, endpoint);
    },

    async userByEmail(email) {
      const found = await list({ path: '/users', query: { email }, page: userPage });
      const wanted = email.toLowerCase();
      // Compared again: a filter that is not understood would answer with everybody.
      return found.find((user) => user.email.toLowerCase() === wanted);
    },

    async grants(of) {
      if (of === undefined) return unique(await list({ path: '/access', page: accessPage }));
      const found = await list({ path: '/access', query: { user_id: of.lockUserId }, page: accessPage });
      return unique(found.filter((grant) => grant.lockUserId === of.lockUserId));
    },

    async createUser(user) {
      const endpoint = 'POST /users';
      const response = await send({
        method: 'POST',
        endpoint,
        path: '/users',
        body: userBody(user),
        expect: [201, 409],
        repeatable: false,
      });
      if (response.status === 409) return { takenBy: existingUserOf(response.body) };
      return { created: parse(userSchema, response, endpoint) };
    },

    async updateUser(id, patch) {
      const { status } = await send({
        method: 'PATCH',
        endpoint: 'PATCH /users/:id',
        path: `/users/${segment(id)}`,
        body: userBody(patch),
        expect: [200, 404, 409],
        repeatable: true,
      });
      if (status === 404) return 'gone';
      return status === 409 ? 'taken' : 'updated';
    },

    async deleteUser(id) {
      await send({
        method: 'DELETE',
        endpoint: 'DELETE /users/:id',
        path: `/users/${segment(id)}`,
        expect: [204, 404],
        repeatable: true,
      });
    },

    async addGrant(grant) {
      const endpoint = 'POST /access';
      const response = await send({
        method: 'POST',
        endpoint,
        path: '/access',
        body: accessBody(adjust(grant)),
        expect: [201, 404],
        repeatable: false,
      });
      return response.status === 404 ? 'gone' : parse(accessSchema, response, endpoint);
    },

    // A window cannot be changed there.
    moveGrant: async () => 'cannot',

    async removeGrant(id) {
      await send({
        method: 'DELETE',
        endpoint: 'DELETE /access/:id',
        path: `/access/${segment(id)}`,
        expect: [204, 404],
        repeatable: true,
      });
    },

    adjust,
    readOpening,

    async openingsSince(since) {
      const events = await list({ path: '/events', query: { since: writeInstant(since) }, page: eventPage });
      const openings = events.map((event) => toOpening(event, options.clock.now()));
      return unique(openings).toSorted((a, b) => a.occurredAt - b.occurredAt);
    },
    holderOf: async (named) => named,
    codesOf: async () => [],

    async checkUp() {
      const locks = await get('/locks', locksSchema);
      return [{ what: 'the API token', ok: true, sentence: `it may read the ${locks.length} locks of the account` }];
    },
  };
}

function parse<S extends z.ZodType>(schema: S, response: HttpResponse, endpoint: string): z.output<S> {
  return parseBody(schema, response, { name: NAME, endpoint });
}

function adjust<G extends Window & { note: string }>(grant: G): G {
  return {
    ...grant,
    from: grant.from === null ? null : wholeSecond(grant.from),
    until: grant.until === null ? null : wholeSecond(grant.until),
    // Half of a character at the cut would come back as something else.
    note: grant.note.slice(0, LONGEST_NOTE).replace(/[\uD800-\uDBFF]$/, ''),
  };
}

function userBody({ email, name, externalId }: NewLockUser | LockUserPatch) {
  // Keys that are undefined are not sent.
  return { email, name, external_id: externalId };
}

function accessBody({ lockUserId, lockId, from, until, note }: NewGrant) {
  return {
    user_id: lockUserId,
    lock_id: lockId,
    from: from === null ? null : writeInstant(from),
    until: until === null ? null : writeInstant(until),
    note,
  };
}
