// Kisi's users as lock users. The relay's mark is one key of their metadata; the other keys are somebody else's.
import type { LockUser } from '../../access/model.ts';
import { RefusedError } from '../../lib/errors.ts';
import { segment } from '../../lib/http.ts';
import type { LockSystem } from '../lock-system.ts';
import type { KisiClient } from './client.ts';
import { isAboutEmail, saysTaken } from './refusals.ts';
import { assignmentSchema, MARK_KEY, userSchema, userWithMetadataSchema } from './schema.ts';

const PAGE_SIZE = 100;
const ASSIGNMENTS = 250;

/** managed: nobody gets a mail, and no sign-up is needed. invited: Kisi asks them by mail to sign up to its app. */
const WAYS = {
  managed: { confirm: true, send_emails: false },
  invited: { confirm: false, send_emails: true },
};

type Users = Pick<LockSystem, 'users' | 'user' | 'userByEmail' | 'createUser' | 'updateUser' | 'deleteUser'>;

export function createUsers({ send, parse, list }: KisiClient, way: keyof typeof WAYS): Users {
  async function read(id: string): Promise<{ user: LockUser; metadata: Record<string, unknown> } | undefined> {
    const endpoint = 'GET /users/:id';
    const path = `/users/${segment(id)}`;
    const response = await send({ method: 'GET', endpoint, path, expect: [200, 404], repeatable: true });
    return response.status === 404 ? undefined : parse(userWithMetadataSchema, response, endpoint);
  }

  async function userByEmail(email: string): Promise<LockUser | undefined> {
    const wanted = email.toLowerCase();
    for (const spelling of spellings(email)) {
      const query = { email: spelling };
      const found = await list({ path: '/users', query, pageSize: PAGE_SIZE, item: userSchema });
      // Compared again: a filter that is not understood would answer with everybody.
      const user = found.find((each) => each.email.toLowerCase() === wanted);
      if (user) return user;
    }
    return undefined;
  }

  /** Somebody's rights beyond the doors of a group would go with the user, and no list of grants shows them. */
  async function insistOnDoorsAlone(id: string): Promise<void> {
    const query = { assignee_type: 'User', assignee_id: id };
    const held = await list({ path: '/role_assignments', query, pageSize: ASSIGNMENTS, item: assignmentSchema });
    if (!held.some(({ userId, roleId }) => userId === id && isMoreThanDoors(roleId))) return;
    throw new RefusedError('The user has a role in Kisi beyond the doors of groups', {
      code: 'kisi_user_has_role',
      where: 'before DELETE /users/:id on Kisi',
      advice: 'nothing was deleted; take the role away, or delete the user in the dashboard of Kisi',
    });
  }

  return {
    users: () => list({ path: '/users', pageSize: PAGE_SIZE, item: userSchema }),
    user: async (id) => (await read(id))?.user,
    userByEmail,

    async createUser({ email, name, externalId }) {
      const endpoint = 'POST /users';
      try {
        const response = await send({
          method: 'POST',
          endpoint,
          path: '/users',
          body: { user: { email, name, ...WAYS[way], metadata: { [MARK_KEY]: externalId } } },
          expect: [200, 201],
          repeatable: false,
        });
        return { created: parse(userSchema, response, endpoint) };
      } catch (error) {
        if (!(error instanceof RefusedError) || !isAboutEmail(error)) throw error;
        const holder = await userByEmail(email);
        if (!holder && !saysTaken(error)) throw error;
        return { takenBy: holder?.id ?? null };
      }
    },

    async updateUser(id, { email, name, externalId }) {
      if (email !== undefined) return 'fixed';
      const found = externalId === undefined ? undefined : await read(id);
      if (externalId !== undefined && !found) return 'gone';
      const { status } = await send({
        method: 'PATCH',
        endpoint: 'PATCH /users/:id',
        path: `/users/${segment(id)}`,
        // Keys that are undefined are not sent.
        body: { user: { name, metadata: found && externalId && withMark(found.metadata, externalId) } },
        expect: [200, 204, 404],
        repeatable: true,
      });
      return status === 404 ? 'gone' : 'updated';
    },

    async deleteUser(id) {
      await insistOnDoorsAlone(id);
      await send({
        method: 'DELETE',
        endpoint: 'DELETE /users/:id',
        path: `/users/${segment(id)}`,
        expect: [200, 204, 404],
        repeatable: true,
      });
    },
  };
}

/** Unknown: whether Kisi looks for an email without case. If not, it may well keep all of them in lower case. */
function spellings(email: string): string[] {
  return [...new Set([email, email.toLowerCase()])];
}

/** Unknown: whether a PATCH adds to the metadata or replaces it. All of it is right both ways. */
function withMark(metadata: Record<string, unknown>, externalId: string): Record<string, unknown> {
  return { ...metadata, [MARK_KEY]: externalId };
}

/** Unknown: the names of all roles, and whether every user has a basic one. Whatever is not basic is a person's trust. */
function isMoreThanDoors(roleId: string): boolean {
  return !roleId.endsWith('_basic');
}
