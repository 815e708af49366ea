// The relay's HTTP on a real port, with an inbox that keeps what was accepted in an array.
import { EventEmitter, once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createHealthRouter } from '../../src/admin/health.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createReadOpening } from '../../src/locks/smartlock/webhook.ts';
import type { Inbox } from '../../src/store/store.ts';
import { createHttpApp } from '../../src/webhooks/http-app.ts';
import { createHttpServer } from '../../src/webhooks/http-server.ts';
import { createWebhookRouter } from '../../src/webhooks/routes.ts';

export const KEY = 'the-key-of-the-callbacks-1';
export const SECOND_KEY = 'the-key-of-the-callbacks-2';
export const LOCK_KEY = 'the-key-of-the-lock-system';
export const NOW = Date.parse('2026-11-24T09:00:00Z');

type Accepted = Parameters<Inbox['accept']>[0];
export type Answer = { status: number; headers: Record<string, unknown>; text: string };
type Bounds = Omit<Parameters<typeof createHttpServer>[1], 'log'>;
type Options = {
  signingSecret?: string;
  lockKeys?: string[];
  bounds?: Bounds;
  /** Another lock system's. */
  readOpening?: LockSystem['readOpening'];
  /** The store takes so long. */
  beforeStoring?: () => Promise<void>;
};

export type Connection = {
  say(part: string | Buffer): void;
  /** All of it, so far. */
  heard(): string;
  hears(): Promise<unknown>;
  /** What comes stays where it is. */
  stopListening(): void;
  /** However it came about. */
  closed: Promise<void>;
  /** Says that nothing more comes, and still listens. */
  end(): void;
  close(): void;
};

export type RelayUnderTest = Awaited<ReturnType<typeof startRelay>>;

export async function startRelay({
  signingSecret,
  lockKeys = [KEY, SECOND_KEY],
  bounds,
  readOpening = createReadOpening(signingSecret ?? null),
  beforeStoring = async () => undefined,
}: Options = {}) {
  const accepted: Accepted[] = [];
  const lines: Record<string, unknown>[] = [];
  const state = { stopping: false, storeIsDown: false, now: NOW };
  const happened = new EventEmitter();
  let arrived = 0;
  let open = 0;
  let ids = 0;
  const clock: Clock = { now: () => state.now, sleep: async () => undefined, after: () => () => undefined };
  const log = createLog({
    level: 'debug',
    secrets: [KEY, SECOND_KEY, LOCK_KEY],
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const metrics = createMetrics({
    jobs: async () => [],
    budgets: async () => [],
    lastGoodSweep: async () => undefined,
    holdLines: async () => 0,
    problems: async () => 0,
    now: clock.now,
  });
  const webhookRouter = createWebhookRouter({
    inbox: {
      async accept(entry) {
        arrived += 1;
        happened.emit('arrived');
        await beforeStoring();
        if (state.storeIsDown) throw new Error('the disk is full');
        accepted.push(entry);
      },
    },
    keys: [KEY, SECOND_KEY],
    lockKeys,
    lockSystem: { readOpening },
    clock,
    newId: () => `delivery-${++ids}`,
    isStopping: () => state.stopping,
    log,
    metrics,
  });
  const checks = async () => ({ ready: true, parts: {}, holds: 0, problems: 0 });
  const app = createHttpApp({ webhookRouter, healthRouter: createHealthRouter({ checks, metrics, log }), log });
  const server = createHttpServer(app, { log, ...bounds }).listen(0, '127.0.0.1');
  server.on('connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
      happened.emit('closed');
    });
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    app,
    accepted,
    lines,
    metrics,
    state,
    /** So many webhooks have come to the store. */
    async reached(count: number) {
      while (arrived < count) await once(happened, 'arrived');
    },
    /** The server has no connection any more. */
    async emptied() {
      while (open > 0) await once(happened, 'closed');
    },
    /** The path goes over the wire as it is. */
    send(
      method: string,
      path: string,
      { body, headers = {} }: { body?: string | Buffer; headers?: Record<string, string | string[]> } = {},
    ) {
      return new Promise<Answer>((resolve, reject) => {
        const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        });
        request.on('error', reject);
        request.end(body);
      });
    },
    /** A connection that says what it is told to say, and no more. */
    async open(...said: (string | Buffer)[]): Promise<Connection> {
      const socket = connect({ port, host: '127.0.0.1' });
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined);
      const closed = new Promise<void>((resolve) => {
        socket.once('close', resolve);
      });
      await once(socket, 'connect');
      for (const part of said) socket.write(part);
      return {
        say: (part) => void socket.write(part),
        heard: () => Buffer.concat(chunks).toString('latin1'),
        hears: () => once(socket, 'data'),
        stopListening: () => void socket.pause(),
        closed,
        end: () => void socket.end(),
        close: () => void socket.destroy(),
      };
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function errorOf(answer: { text: string }): { code: string; message: string } {
  const { error } = JSON.parse(answer.text);
  return error;
}
