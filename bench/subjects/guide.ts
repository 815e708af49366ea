// What Cobot's access-control guide describes, as the first thing a developer writes: each webhook is worked off inside
// the request, with a call to Cobot and to the lock system for every step, and nothing is remembered. A failure is a 500.
import { z } from 'zod';

type Call = { method: string; path: string; body?: unknown };

/** One call; anything but a 2xx rejects. */
export type Caller = (side: 'cobot' | 'locks', call: Call) => Promise<unknown>;

const membership = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  confirmed_at: z.string().nullable(),
});
const user = z.object({ id: z.string() });
const userList = z.object({ users: z.array(user) });
const lockList = z.object({ locks: z.array(z.object({ id: z.string() })) });

export type Guide = {
  /** `POST /membership_confirmation`: register the member, give every lock, tell Cobot the token. */
  confirmed(membershipId: string): Promise<void>;
  /** `POST /lock_open`: check in whoever opened. */
  opened(lockUserId: string): Promise<void>;
  /** `POST /cobot/membership_cancellation_date_reached`: the lock user goes. */
  ended(membershipId: string): Promise<void>;
  /** What it has for getting everybody in at first: the list, and the same steps for each. */
  everybody(): Promise<void>;
};

export function createGuide(call: Caller): Guide {
  let locks: string[] | undefined;

  async function lockIds(): Promise<string[]> {
    locks ??= lockList.parse(await call('locks', { method: 'GET', path: '/locks' })).locks.map(({ id }) => id);
    return locks;
  }

  async function register({ id, name, email }: z.output<typeof membership>): Promise<void> {
    const made = user.parse(await call('locks', { method: 'POST', path: '/users', body: { name, email } }));
    for (const lock of await lockIds())
      await call('locks', { method: 'POST', path: '/access', body: { user_id: made.id, lock_id: lock } });
    await call('cobot', {
      method: 'POST',
      path: '/api/check_in_tokens',
      body: { membership_id: id, token: made.id },
    });
  }

  return {
    async confirmed(membershipId) {
      const found = await call('cobot', { method: 'GET', path: `/api/memberships/${membershipId}` });
      await register(membership.parse(found));
    },
    async ended(membershipId) {
      const { email } = membership.parse(
        await call('cobot', { method: 'GET', path: `/api/memberships/${membershipId}` }),
      );
      const path = `/users?email=${encodeURIComponent(email)}`;
      const { users } = userList.parse(await call('locks', { method: 'GET', path }));
      for (const { id } of users) await call('locks', { method: 'DELETE', path: `/users/${id}` });
    },
    async opened(lockUserId) {
      await call('cobot', { method: 'POST', path: '/api/check_ins', body: { token: lockUserId } });
    },
    async everybody() {
      const list = await call('cobot', { method: 'GET', path: '/api/memberships' });
      for (const each of z.array(membership).parse(list)) await register(each);
    },
  };
}
