// Lock users are the console's users. A look-up by email does not exist there, so all are read and compared; and nobody
// is ever made twice: who carries the same mark is the one whose answer was lost.
import type { LockUser } from '../../access/model.ts';
import { RefusedError, UnauthorizedError } from '../../lib/errors.ts';
import { segment } from '../../lib/http.ts';
import type { KeyedLock } from '../../lib/keyed-lock.ts';
import type { LockSystem, LockUserPatch, NewLockUser } from '../lock-system.ts';
import { parseData, type UnifiClient } from './client.ts';
import { FORBIDDEN } from './envelope.ts';
import { splitName } from './names.ts';
import { createdSchema, toLockUser, type UnifiUser, userSchema, usersSchema } from './schema.ts';

export type Users = Pick<LockSystem, 'users' | 'user' | 'userByEmail' | 'createUser' | 'updateUser' | 'deleteUser'> & {
  /** All of them; with the policies that the console shows for each, where that is asked for. */
  read(how?: { expanded: boolean }): Promise<UnifiUser[]>;
  find(id: string): Promise<UnifiUser | undefined>;
  /** Makes sure that the user can use what it is given. Throws where it must not be touched. */
  activate(user: UnifiUser): Promise<void>;
};

const pathOf = (id: string) => `/users/${segment(id)}`;
const PUT = 'PUT /users/:id';

/** Made by the relay: by what `employee_number` holds. */
export const isMarked = (user: LockUser): boolean => user.externalId?.startsWith('relay:') === true;

export function createUsers(client: UnifiClient, oneAtATime: KeyedLock): Users {
  function read({ expanded } = { expanded: false }): Promise<UnifiUser[]> {
    return client.list({
      method: 'GET',
      path: '/users',
      endpoint: 'GET /users',
      ...(expanded ? { query: { 'expand[]': 'access_policy' } } : {}),
      rows: usersSchema,
      idOf: (user) => user.id,
      pages: 'always',
    });
  }

  const find = (id: string) => client.get(pathOf(id), 'GET /users/:id', userSchema);

  async function put(id: string, body: object): Promise<'updated' | 'taken' | 'gone'> {
    // Names what a field shall be, so that a repeat changes nothing more.
    const answer = await client.send({ method: 'PUT', path: pathOf(id), endpoint: PUT, body, repeatable: true });
    return answer.is === 'ok' ? 'updated' : answer.is;
  }

  async function createUser(wanted: NewLockUser): Promise<{ created: LockUser } | { takenBy: string | null }> {
    const there = await read();
    const made = there.find(({ externalId }) => externalId === wanted.externalId);
    if (made) return { created: toLockUser(made) };
    const holder = withEmail(there, wanted.email);
    if (holder) return { takenBy: holder.id };
    const endpoint = 'POST /users';
    const body = { ...splitName(wanted.name), user_email: wanted.email, employee_number: wanted.externalId };
    const answer = await client.send({ method: 'POST', path: '/users', endpoint, body, repeatable: false });
    if (answer.is === 'taken') return { takenBy: withEmail(await read(), wanted.email)?.id ?? null };
    const { id } = parseData(createdSchema, answer, endpoint);
    // The answer is known to lack fields, and an older console keeps no email: what is there is what counts.
    const created = await find(id);
    return { created: created ? toLockUser(created) : { id, ...wanted } };
  }

  async function updateUser(id: string, patch: LockUserPatch): ReturnType<LockSystem['updateUser']> {
    const { email, name, externalId } = patch;
    const rest = {
      ...(name === undefined ? {} : splitName(name)),
      ...(externalId === undefined ? {} : { employee_number: externalId }),
    };
    // The email first and alone: where it is not taken over, nothing of the patch is to be done.
    if (email !== undefined) {
      const result = await changeEmail(id, email);
      if (result !== 'updated' || Object.keys(rest).length === 0) return result;
    }
    return put(id, rest);
  }

  async function changeEmail(id: string, email: string): ReturnType<LockSystem['updateUser']> {
    // Unknown: whether the console refuses an email that another user has. So it is looked up before.
    const holder = (await read()).find((user) => user.id !== id && hasEmail(user, email));
    if (holder) return 'taken';
    const result = await put(id, { user_email: email });
    if (result !== 'updated') return result;
    const now = await find(id);
    if (!now) return 'gone';
    return hasEmail(now, email) ? 'updated' : 'fixed';
  }

  async function deleteUser(id: string): Promise<void> {
    if ((await put(id, { status: 'DEACTIVATED' })) === 'gone') return;
    try {
      await client.send({ method: 'DELETE', path: pathOf(id), endpoint: 'DELETE /users/:id', repeatable: true });
    } catch (error) {
      if (!isNoDeleting(error)) throw error;
    }
  }

  async function activate(user: UnifiUser): Promise<void> {
    if (!user.isDeactivated) return;
    if (!isMarked(user)) throw leftDeactivated();
    await put(user.id, { status: 'ACTIVE' });
  }

  return {
    read,
    find,
    activate,
    users: async () => (await read()).map(toLockUser),
    async user(id) {
      const found = await find(id);
      return found && toLockUser(found);
    },
    async userByEmail(email) {
      const found = withEmail(await read(), email);
      return found && toLockUser(found);
    },
    // All makings in one queue: each reads the list first, which the others would change meanwhile.
    createUser: (wanted) => oneAtATime(['users'], () => createUser(wanted)),
    updateUser: (id, patch) => oneAtATime([`user ${id}`], () => updateUser(id, patch)),
    deleteUser: (id) => oneAtATime([`user ${id}`], () => deleteUser(id)),
  };
}

const hasEmail = (user: LockUser, email: string) => email !== '' && user.email.toLowerCase() === email.toLowerCase();

/** Users without an email are listed too, and are nobody's. One who can open doors comes before one who cannot. */
function withEmail(users: readonly UnifiUser[], email: string): UnifiUser | undefined {
  const found = users.filter((user) => hasEmail(user, email));
  return found.find((user) => !user.isDeactivated) ?? found[0];
}

/**
 * A console before 3.1.30 deletes nobody: then being deactivated is all there is. Unknown: how it says so. The token may
 * change users, since it just did, so "forbidden" is about deleting.
 */
function isNoDeleting(error: unknown): boolean {
  return error instanceof RefusedError || (error instanceof UnauthorizedError && error.code === FORBIDDEN);
}

function leftDeactivated(): RefusedError {
  return new RefusedError('The user is deactivated in UniFi Access, and was not made by the relay', {
    code: 'unifi_deactivated',
    where: 'before the call',
    advice: 'nothing was changed; activate the user in UniFi Access, if this person is to open doors again',
    words: ['the user is deactivated'],
  });
}
