// SmartLock's simulator as the world of the conformance suite, with the connector pointed at it.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { systemClock } from '../../../src/lib/clock.ts';
import type { WebhookRequest } from '../../../src/locks/lock-system.ts';
import { createSmartLock } from '../../../src/locks/smartlock/connector.ts';
import type { Action } from '../../../src/simulators/sabotage.ts';
import { type Spelling, startSmartLockSimulator } from '../../../src/simulators/smartlock.ts';
import type { Failure, LockWorld } from '../conformance.ts';

const failures: Record<Failure, Action> = {
  unauthorized: { kind: 'answer', status: 401, json: { error: { code: 'unauthorized', message: 'wrong token' } } },
  'rate limited': { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
  'server error': { kind: 'answer', status: 503, html: '<html>busy</html>' },
  'connection cut': { kind: 'reset' },
  'answer lost': { kind: 'reset', when: 'after' },
  'broken answer': { kind: 'answer', status: 200, html: '{"users": [{"id"' },
  refused: { kind: 'answer', status: 422, json: { error: { code: 'invalid', message: 'because of a rule' } } },
};

export async function simulatedWorld(how: { secret?: string; spelling?: Spelling } = {}): Promise<LockWorld> {
  const { secret, spelling = 'json' } = how;
  const mailbox = await openMailbox();
  const simulator = await startSmartLockSimulator({
    clock: systemClock,
    callbackUrl: mailbox.url,
    ...(secret === undefined ? {} : { secret }),
  });
  simulator.addLocks('Front door', 'Meeting room');
  const stop = new AbortController();
  const settings = { token: simulator.token, url: simulator.url, webhookSecret: secret ?? null };

  return {
    lockSystem: createSmartLock({ settings, clock: systemClock, signal: stop.signal }),
    users: () =>
      [...simulator.users.values()].map(({ id, email, name, externalId }) => ({ id, email, name, externalId })),
    grants: () =>
      [...simulator.access.values()].map(({ id, userId, lockId, from, until, note }) => ({
        id,
        lockUserId: userId,
        lockId,
        from,
        until,
        note,
      })),
    addUser: (user) => simulator.addUser(user).id,
    addGrant: ({ lockUserId, lockId, ...more }) =>
      simulator.addAccess({ ...pick(simulator, lockUserId, lockId), ...more }).id,
    async open(lockUserId, lockId, at) {
      const { user, lock } = pick(simulator, lockUserId, lockId);
      const { delivery } = await simulator.openLock(user, lock, { occurredAt: at, spelling });
      if (delivery?.state !== 'delivered') throw new Error('the webhook did not arrive');
      return mailbox.take();
    },
    fail: (failure) => void simulator.sabotage(/./, failures[failure]),
    heal: simulator.healAll,
    down: simulator.down,
    async close() {
      stop.abort();
      await simulator.close();
      mailbox.close();
    },
  };
}

type Simulator = Awaited<ReturnType<typeof startSmartLockSimulator>>;

function pick(simulator: Simulator, lockUserId: string, lockId: string) {
  const user = simulator.users.get(lockUserId);
  const lock = simulator.locks.get(lockId);
  if (!user || !lock) throw new Error('no such user or lock');
  return { user, lock };
}

/** Takes webhooks in, as they come. */
async function openMailbox(): Promise<{ url: string; take(): WebhookRequest; close(): void }> {
  const taken: WebhookRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const contentType = request.headers['content-type'] ?? '';
      taken.push({ rawBody: Buffer.concat(chunks), contentType, headers: single(request.headers) });
      response.writeHead(204).end();
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/lock_open`,
    take() {
      const request = taken.pop();
      if (!request) throw new Error('no webhook came');
      return request;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function single(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
