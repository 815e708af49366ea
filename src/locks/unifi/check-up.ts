// Looks at what an operator has to set up at the console: the token's scopes, the webhook, what became of our users.
// Reads only, and never prints a secret or an address that it was told.
import { RefusedError, UnauthorizedError } from '../../lib/errors.ts';
import type { Finding } from '../lock-system.ts';
import { parseData, type UnifiClient } from './client.ts';
import { readDoors, readEndpoints, readPolicies } from './lists.ts';
import { hitsSchema, UNLOCK } from './openings.ts';
import type { UnifiUser } from './schema.ts';
import { isMarked, type Users } from './users.ts';

const CALLBACK = '/lock_open';

type Endpoints = Awaited<ReturnType<typeof readEndpoints>>;

export async function checkUp(
  client: UnifiClient,
  users: Users,
  { webhookSecret, now }: { webhookSecret: string | null; now: number },
): Promise<Finding[]> {
  const found = await attempt('view:user', 'users', () => users.read());
  const policies = await attempt('view:policy', 'access policies', () => readPolicies(client));
  const doors = await attempt('view:space', 'doors', () => readDoors(client));
  const logs = await attempt('view:system_log', 'the log of door openings', () => readLog(client, now));
  const webhooks = await attempt('view:webhook', 'webhooks', () => readEndpoints(client));
  return [
    found.finding,
    policies.finding,
    doors.finding,
    logs.finding,
    webhooks.finding,
    ...(found.value ? [aboutEmails(found.value)] : []),
    ...(webhooks.value ? [aboutWebhook(webhooks.value, webhookSecret)] : []),
  ];
}

async function attempt<T>(
  scope: string,
  what: string,
  read: () => Promise<T>,
): Promise<{ finding: Finding; value: T | undefined }> {
  const name = `the API token's scope ${scope}`;
  try {
    const value = await read();
    return { finding: { what: name, ok: true, sentence: `the token may read ${what}` }, value };
  } catch (error) {
    if (!(error instanceof UnauthorizedError || error instanceof RefusedError)) throw error;
    const sentence =
      error instanceof UnauthorizedError
        ? `the token may not read ${what} (${error.code}): ${mend(error, scope)}`
        : `${what} cannot be read, since UniFi refuses: ${error.words.join(', ') || 'without words'}`;
    return { finding: { what: name, ok: false, sentence }, value: undefined };
  }
}

function mend(error: UnauthorizedError, scope: string): string {
  if (error.code === 'unifi_wrong_certificate') return error.advice;
  return `make a new token with the scope ${scope} and put it into UNIFI_API_TOKEN`;
}

async function readLog(client: UnifiClient, now: number): Promise<unknown> {
  const endpoint = 'POST /system/logs';
  const until = Math.floor(now / 1000);
  const answer = await client.send({
    method: 'POST',
    path: '/system/logs',
    endpoint,
    query: { page_num: '1', page_size: '1' },
    body: { topic: 'door_openings', since: until - 3600, until },
    repeatable: true,
  });
  return parseData(hitsSchema, answer, endpoint);
}

function aboutEmails(users: readonly UnifiUser[]): Finding {
  const what = "the email addresses of the relay's users";
  const count = users.filter((user) => isMarked(user) && user.email === '').length;
  if (count === 0) return { what, ok: true, sentence: 'every user made by the relay has one' };
  return {
    what,
    ok: false,
    sentence: `${count} made by the relay have none: UniFi Access before 1.22.16 keeps no email, so update it`,
  };
}

function aboutWebhook(endpoints: Endpoints, secret: string | null): Finding {
  const what = 'the webhook for unlocks';
  const ours = endpoints.filter(({ endpoint }) => pathOf(endpoint)?.endsWith(CALLBACK) === true);
  const telling = ours.filter(({ events }) => events?.includes(UNLOCK) === true);
  if (ours.length === 0) {
    return {
      what,
      ok: false,
      sentence: `no webhook ends in ${CALLBACK}: make one, as the README of this connector says`,
    };
  }
  if (telling.length === 0) {
    return { what, ok: false, sentence: `the webhook is there, but not for ${UNLOCK}: add that event to it` };
  }
  if (secret !== null && telling.every((each) => each.secret !== undefined && each.secret !== secret)) {
    return {
      what,
      ok: false,
      sentence: 'the webhook has another secret than UNIFI_WEBHOOK_SECRET: copy it from there',
    };
  }
  return { what, ok: true, sentence: 'it is there and tells of unlocks' };
}

/** The path alone: an address that was told is compared, never fetched. */
function pathOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).pathname : undefined;
}
