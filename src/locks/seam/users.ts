// Lock users: user identities. Ours carry our mark as user_identity_key. Which refusal means what is looked up, not read
// out of Seam's words.
import type { LockUser } from '../../access/model.ts';
import { RefusedError } from '../../lib/errors.ts';
import type { LockSystem, LockUserPatch, NewLockUser } from '../lock-system.ts';
import type { SeamClient } from './client.ts';
import { identityAnswer, identityPage } from './schema.ts';

export type Users = Pick<LockSystem, 'users' | 'user' | 'userByEmail' | 'createUser' | 'updateUser'> & {
  /** The identity alone. */
  remove(id: string): Promise<void>;
};

export function createUsers({ ask, call, find, list }: SeamClient): Users {
  const path = (verb: string) => `/user_identities/${verb}`;

  async function users(): Promise<LockUser[]> {
    const all = await list({ path: path('list'), page: identityPage });
    return [...new Map(all.map((user) => [user.id, user])).values()];
  }

  async function userByEmail(email: string): Promise<LockUser | undefined> {
    const wanted = email.toLowerCase();
    return wanted === '' ? undefined : (await users()).find((user) => user.email.toLowerCase() === wanted);
  }

  /** Unknown: how Seam says that an email or a key is taken. Whoever has it is looked for; 409 means it in any case. */
  async function holderAfter(error: RefusedError, wanted: LockUserPatch, not?: string): Promise<LockUser | undefined> {
    if (!mayBeTaken(error)) return undefined;
    const email = wanted.email?.toLowerCase();
    return (await users()).find(
      (user) =>
        user.id !== not &&
        ((email !== undefined && email !== '' && user.email.toLowerCase() === email) ||
          (wanted.externalId !== undefined && user.externalId === wanted.externalId)),
    );
  }

  /**
   * Unknown: whether the key of an identity can be changed, and whether Seam says so where it cannot. So it goes first and
   * alone, and is read back: 'fixed', the old mark stays, and nothing of a patch was done.
   */
  async function changeKey(id: string, key: string): Promise<'updated' | 'fixed' | 'gone'> {
    const body = { user_identity_id: id, user_identity_key: key };
    try {
      const { status } = await call({ path: path('update'), body, repeatable: true, expect: [404] });
      if (status === 404) return 'gone';
    } catch (error) {
      if (error instanceof RefusedError && mayBeTaken(error)) return 'fixed';
      throw error;
    }
    const user = await find(path('get'), { user_identity_id: id }, identityAnswer);
    if (user === undefined) return 'gone';
    return user.externalId === key ? 'updated' : 'fixed';
  }

  return {
    users,
    user: (id) => find(path('get'), { user_identity_id: id }, identityAnswer),
    userByEmail,

    async createUser(user) {
      try {
        const created = { path: path('create'), body: bodyOf(user), repeatable: false };
        return { created: await ask(created, identityAnswer) };
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        const holder = await holderAfter(error, user);
        if (holder === undefined && error.status !== 409) throw error;
        return { takenBy: holder?.id ?? null };
      }
    },

    async updateUser(id, { externalId, ...rest }) {
      const change = externalId === undefined ? 'updated' : await changeKey(id, externalId);
      if (change !== 'updated' || Object.values(rest).every((each) => each === undefined)) return change;
      const body = { user_identity_id: id, ...bodyOf(rest) };
      try {
        const { status } = await call({ path: path('update'), body, repeatable: true, expect: [404] });
        return status === 404 ? 'gone' : 'updated';
      } catch (error) {
        if (!(error instanceof RefusedError) || rest.email === undefined) throw error;
        const holder = await holderAfter(error, rest, id);
        if (holder === undefined && error.status !== 409) throw error;
        return 'taken';
      }
    },

    async remove(id) {
      await call({ path: path('delete'), body: { user_identity_id: id }, repeatable: true, expect: [404] });
    },
  };
}

const mayBeTaken = ({ status }: RefusedError): boolean => status === 400 || status === 409 || status === 422;

function bodyOf({ email, name, externalId }: NewLockUser | LockUserPatch) {
  // Keys that are undefined are not sent.
  return { email_address: email, full_name: name, user_identity_key: externalId };
}
