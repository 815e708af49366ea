// Seam over HTTP: user identities.
import { z } from 'zod';
import type { Answer, Route } from '../exchange.ts';
import { done, id, invalidInput, notThere, page, pageFields, refusal, verb } from './answers.ts';
import type { SeamParts } from './parts.ts';
import type { SeamIdentity } from './workspace.ts';

export const identityFields = {
  user_identity_key: id.nullish(),
  email_address: z.email().nullish(),
  full_name: z.string().nullish(),
  phone_number: z.string().nullish(),
};
type Fields = z.output<z.ZodObject<typeof identityFields>>;

export function identityRoutes({ workspace, grants, views, switches, pageSize }: SeamParts): Route[] {
  const { identities } = workspace;
  const list = () => [...identities.values()];
  const answer = (identity: SeamIdentity) => done({ user_identity: views.identity(identity) });
  const missing = (asked: Record<string, unknown>) => notThere('user_identity', asked);

  return [
    verb('/user_identities/create', z.object(identityFields), (given) => {
      return takenBy(list(), given, switches) ?? answer(addIdentity(workspace, given));
    }),

    verb('/user_identities/get', z.object({ user_identity_id: id.optional(), ...identityFields }), (given) => {
      const { user_identity_id: wanted, user_identity_key: key } = given;
      if (!wanted && !key) return invalidInput('user_identity_id or user_identity_key is required');
      const found = wanted ? identities.get(wanted) : list().find((each) => each.key === key);
      return found ? answer(found) : missing({ user_identity_id: wanted, user_identity_key: key });
    }),

    verb('/user_identities/list', z.object(pageFields), ({ limit = pageSize, page_cursor }, request) =>
      page(request, 'user_identities', list(), views.identity, { limit, page_cursor }),
    ),

    verb('/user_identities/update', z.object({ user_identity_id: id, ...identityFields }), (given) => {
      const identity = identities.get(given.user_identity_id);
      if (!identity) return missing({ user_identity_id: given.user_identity_id });
      const others = list().filter((each) => each !== identity);
      const { user_identity_key: key = identity.key } = given;
      if (key !== identity.key && switches.changeKey === 'refused') {
        return invalidInput('The key cannot be changed', { user_identity_key: ['Cannot be changed'] });
      }
      const refused = takenBy(others, given, switches);
      if (refused) return refused;
      if (switches.changeKey === 'works') identity.key = key;
      if (given.email_address !== undefined) identity.email = given.email_address;
      if (given.full_name !== undefined) identity.name = given.full_name;
      if (given.phone_number !== undefined) identity.phone = given.phone_number;
      return answer(identity);
    }),

    verb('/user_identities/delete', z.object({ user_identity_id: id }), ({ user_identity_id: wanted }) => {
      if (!identities.has(wanted)) return missing({ user_identity_id: wanted });
      const theirs = [...grants.all.values()].filter(({ identityId }) => identityId === wanted);
      if (switches.deleteHolder === 'refused' && theirs.some(({ goneAt }) => goneAt === null)) {
        return refusal(409, 'user_identity_has_access_grants', 'There are access grants of this user identity.');
      }
      for (const grant of theirs) grants.remove(grant);
      identities.delete(wanted);
      return done();
    }),
  ];
}

export function addIdentity(workspace: SeamParts['workspace'], given: Fields): SeamIdentity {
  return workspace.addIdentity({
    key: given.user_identity_key ?? null,
    email: given.email_address ?? null,
    name: given.full_name ?? null,
    phone: given.phone_number ?? null,
  });
}

/** The refusal, where one of these has the key or the email address. */
export function takenBy(
  others: SeamIdentity[],
  { user_identity_key: key, email_address: email }: Fields,
  switches: SeamParts['switches'],
): Answer | undefined {
  const isSame = (given: string | null | undefined, had: string | null) =>
    given !== null && given !== undefined && given.toLowerCase() === had?.toLowerCase();
  const status = Number(switches.duplicates);
  if (key && others.some((other) => other.key === key)) {
    return refusal(status, 'user_identity_key_taken', 'There is a user identity with this key.');
  }
  if (switches.emails === 'unique' && others.some((other) => isSame(email, other.email))) {
    return refusal(status, 'email_address_taken', 'There is a user identity with this email address.');
  }
  return undefined;
}
