// The access methods of our access grants, asked for only until all of them are issued: what is issued is remembered by
// its id. Holds no codes.
import type { SeamClient } from './client.ts';
import { type AccessGrant, type AccessMethod, accessMethodPage } from './schema.ts';

export type Issued = {
  /** Codes are left out of what is remembered. */
  methodsOf(grant: AccessGrant): Promise<AccessMethod[]>;
  /** Forgets access methods that are no more. */
  keepOnly(ids: readonly string[]): void;
};

export function createIssued({ listOf }: SeamClient): Issued {
  let issued = new Set<string>();

  const remembered = (id: string): AccessMethod => ({
    id,
    mode: '',
    isIssued: true,
    code: null,
    errors: [],
    hints: [],
  });

  return {
    async methodsOf(grant) {
      const { id, methodIds, requested } = grant;
      const areKnown = methodIds.length > 0 && methodIds.length >= requested;
      if (areKnown && methodIds.every((each) => issued.has(each))) return methodIds.map(remembered);
      const methods = await readMethods({ listOf }, id);
      for (const method of methods) if (method.isIssued) issued.add(method.id);
      return methods;
    },
    keepOnly(ids) {
      issued = issued.intersection(new Set(ids));
    },
  };
}

export function readMethods({ listOf }: Pick<SeamClient, 'listOf'>, grantId: string): Promise<AccessMethod[]> {
  return listOf({ path: '/access_methods/list', body: { access_grant_id: grantId }, page: accessMethodPage });
}
