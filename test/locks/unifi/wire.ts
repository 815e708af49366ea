// UniFi Access on the wire: nock with the network off. A request that nobody expected fails the test, as does an
// expected one that never came.
import nock from 'nock';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { CallInfo } from '../../../src/lib/http.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { createUnifi } from '../../../src/locks/unifi/connector.ts';

const HOST = 'https://console.test:12445';
export const TOKEN = 'unifi-token-1234567890';
export const SECRET = '6601f1243d2ff70f';

export function wire(): nock.Scope {
  return nock(`${HOST}/api/v1/developer`, { reqheaders: { authorization: `Bearer ${TOKEN}` } });
}

export function unifi(
  more: {
    url?: string;
    secret?: string;
    certificate?: string;
    clock?: Clock;
    signal?: AbortSignal;
    onCall?: (call: CallInfo) => void;
  } = {},
): LockSystem {
  const { url = HOST, secret = null, certificate = null, clock = systemClock, ...rest } = more;
  return createUnifi({ settings: { token: TOKEN, url, webhookSecret: secret, certificate }, clock, ...rest });
}

/** The two forms in which the console names a code; when it uses which is unknown. */
export const dialects = ['word', 'number'] as const;
export type Dialect = (typeof dialects)[number];

export const ok = (data?: unknown, total?: number, dialect: Dialect = 'word'): nock.Body => ({
  ...(dialect === 'word' ? { code: 'SUCCESS' } : { code: 1, codeS: 'SUCCESS' }),
  msg: 'success',
  ...(data === undefined ? {} : { data: JSON.parse(JSON.stringify(data)) }),
  ...(total === undefined ? {} : { pagination: { page_num: 1, page_size: 100, total } }),
});

export const no = (code: string, words = 'because of a rule', dialect: Dialect = 'word'): nock.Body =>
  dialect === 'word' ? { code, msg: words, data: null } : { code: -47, codeS: code, msg: 'failed', error: words };

export const ada = {
  id: 'u1',
  first_name: 'Ada',
  last_name: 'L.',
  full_name: 'Ada L.',
  user_email: 'Ada@example.com',
  email: '',
  employee_number: 'relay:co-up:m1',
  status: 'ACTIVE',
  nfc_cards: [],
  pin_code: null,
};

export const bob = { ...ada, id: 'u2', first_name: 'Bob', last_name: 'B.', user_email: '', employee_number: '' };

/** One answer with all users in it. */
export function users(...all: object[]): nock.Scope {
  return wire().get('/users').query({ page_num: '1', page_size: '100' }).reply(200, ok(all, all.length));
}

/** The user's own policies, once. */
export function own(userId: string, ...policyIds: string[]): nock.Scope {
  return wire()
    .get(`/users/${userId}/access_policies`)
    .query({ only_user_policies: 'true' })
    .reply(200, ok(policyIds.map((id) => ({ id, name: id }))));
}
