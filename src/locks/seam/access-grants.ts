// The calls on access grants. A creation is never repeated blindly: only what Seam has refused, because an entrance is no
// more, is sent again without it.
import type { Window } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { RefusedError } from '../../lib/errors.ts';
import type { SeamClient } from './client.ts';
import type { Directory } from './directory.ts';
import type { Seen } from './joined-grants.ts';
import { type AccessGrant, accessGrantAnswer } from './schema.ts';
import { grantDates, movedGrantDates } from './times.ts';

type NewAccessGrant = {
  key: string;
  lockUserId: string;
  doors: readonly string[];
  window: Window;
  name: string;
};

export type AccessGrants = {
  /** With the entrances that are left of those asked for; 'gone': none is, or no such lock user. */
  create(grant: NewAccessGrant): Promise<Seen | 'gone'>;
  get(id: string): Promise<AccessGrant | undefined>;
  move(grant: AccessGrant, to: Window): Promise<'moved' | 'cannot' | 'gone'>;
  remove(id: string): Promise<void>;
};

export function createAccessGrants(parts: {
  client: SeamClient;
  directory: Directory;
  clock: Clock;
  accessMethods: readonly string[];
  isThere: (lockUserId: string) => Promise<boolean>;
  remember: (grantId: string, doors: readonly string[]) => void;
}): AccessGrants {
  const { client, directory, clock, accessMethods, remember } = parts;

  async function send({ key, lockUserId, doors, window, name }: NewAccessGrant): Promise<Seen> {
    const body = {
      user_identity_id: lockUserId,
      acs_entrance_ids: doors,
      requested_access_methods: accessMethods.map((mode) => ({ mode })),
      access_grant_key: key,
      name,
      ...grantDates(window, clock.now()),
    };
    const made = await client.ask({ path: '/access_grants/create', body, repeatable: false }, accessGrantAnswer);
    remember(made.id, doors);
    return { ...made, doors };
  }

  /** Unknown: with which status and words Seam refuses a person or an entrance that is no more. So it is looked up. */
  async function whatIsLeft({ lockUserId, doors }: NewAccessGrant): Promise<string[]> {
    if (!(await parts.isThere(lockUserId))) return [];
    const there = new Set((await directory.locks()).map(({ id }) => id));
    return doors.filter((door) => there.has(door));
  }

  return {
    async create(grant) {
      try {
        return await send(grant);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        const left = await whatIsLeft(grant);
        if (left.length === grant.doors.length) throw error;
        return left.length === 0 ? 'gone' : send({ ...grant, doors: left });
      }
    },

    get: (id) => client.find('/access_grants/get', { access_grant_id: id }, accessGrantAnswer),

    async move(grant, to) {
      const body = { access_grant_id: grant.id, ...movedGrantDates(grant, to, clock.now()) };
      const expect = [400, 404];
      const { status } = await client.call({ path: '/access_grants/update', body, repeatable: true, expect });
      if (status === 404) return 'gone';
      return status === 400 ? 'cannot' : 'moved';
    },

    async remove(id) {
      const body = { access_grant_id: id };
      await client.call({ path: '/access_grants/delete', body, repeatable: true, expect: [404] });
    },
  };
}
