// Addresses that somebody else chose: in webhooks, in ids, in redirects. Whatever they say, the relay calls nobody but the
// hosts of its configuration, below the paths that it knows, and nobody else gets to see a token.
import { readdirSync, readFileSync } from 'node:fs';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createCobotClient } from '../src/cobot/client.ts';
import { loadConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { UpstreamError } from '../src/lib/errors.ts';
import { createLockSystem } from '../src/locks/catalog.ts';
import type { LockSystem } from '../src/locks/lock-system.ts';
import { rawServer } from './support/raw-server.ts';
import { createRelayWorld } from './support/relay.ts';
import { createRelayOn, SYSTEMS, systems } from './support/relay-on.ts';

const KEY = 'the-key-of-the-callbacks-1';
const TOKEN = 'a-token-that-nobody-else-may-see';
const ID = 'm1';
const IDS = [
  '../../admin',
  '..',
  '%2e%2e%2fadmin',
  'a/b',
  'a?b=c',
  'a#b',
  'a\\b',
  'a;b',
  '@evil.example',
  'a\u0000b',
  'a\r\nX: y',
  'ä/漢',
  '%',
  '%00',
  'x'.repeat(3000),
];

function lockSystemAt(system: (typeof SYSTEMS)[number], url: string): LockSystem {
  const own = {
    smartlock: { SMARTLOCK_API_TOKEN: TOKEN, SMARTLOCK_URL: url },
    kisi: { KISI_API_KEY: TOKEN, KISI_URL: url },
    unifi: { UNIFI_API_TOKEN: TOKEN, UNIFI_URL: url },
    seam: { SEAM_API_KEY: TOKEN, SEAM_URL: url },
  }[system];
  const loaded = loadConfig({
    COBOT_SUBDOMAIN: 'co-up',
    COBOT_ACCESS_TOKEN: TOKEN,
    WEBHOOK_KEY: KEY,
    LOCK_SYSTEM: system,
    ...own,
  });
  if (!loaded.ok) throw new Error(loaded.problems.join());
  return createLockSystem(loaded.config.locks, { clock: systemClock });
}

const cobotAt = (url: string) =>
  createCobotClient({
    config: { subdomain: 'co-up', token: TOKEN, url, wwwUrl: url, api2Url: url },
    clock: systemClock,
  });

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

describe('a redirect', () => {
  const calls: Record<string, (url: string) => Promise<unknown>[]> = {
    Cobot: (url) => {
      const cobot = cobotAt(url);
      return [
        cobot.space(),
        cobot.memberships(),
        cobot.membership(ID),
        cobot.checkInByMembership(ID),
        cobot.bookingsOf(ID, { from: 0, until: 1 }),
        cobot.unsubscribe(ID),
      ];
    },
    ...Object.fromEntries(
      SYSTEMS.map((system) => [
        system,
        (url: string) => {
          const locks = lockSystemAt(system, url);
          return [
            locks.users(),
            locks.grants(),
            locks.createUser({ email: 'a@example.com', name: 'A', externalId: 'relay:co-up:m1' }),
          ];
        },
      ]),
    ),
  };

  it.each(Object.entries(calls))('of %s is an error, and whoever it leads to sees nothing', async (_name, all) => {
    const canary = await rawServer((_request, response) => response.end('[]'));
    const { port } = new URL(canary.url);
    const targets = [
      canary.url,
      `http://user:${TOKEN}@127.0.0.1:${port}/`,
      `//127.0.0.1:${port}/x`,
      `http://2130706433:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
    ];
    for (const status of [301, 302, 303, 307, 308]) {
      for (const location of targets) {
        const redirecting = await rawServer((_request, response) => response.writeHead(status, { location }).end());

        const errors = await Promise.all(all(redirecting.url).map(errorOf));

        for (const error of errors) {
          expect(error).toBeInstanceOf(UpstreamError);
          expect(String(error)).not.toContain(TOKEN);
        }
        expect(redirecting.seen.length).toBeGreaterThan(0);
      }
    }
    expect(canary.seen).toEqual([]);
  });
});

describe('an id', () => {
  it.each(IDS)('%j stays one part of its path, or is refused before anything is sent', async (id) => {
    const server = await rawServer((_request, response) => response.writeHead(404).end());
    const cobot = cobotAt(server.url);
    const smartlock = lockSystemAt('smartlock', server.url);
    const kisi = lockSystemAt('kisi', server.url);
    const unifi = lockSystemAt('unifi', server.url);
    const calls: [prefix: RegExp, Promise<unknown>][] = [
      [/^\/api\/memberships\/([^/?#]*)$/, cobot.membership(id)],
      [/^\/api\/bookings\/([^/?#]*)$/, cobot.booking(id)],
      [/^\/api\/check_in_tokens\/([^/?#]*)$/, cobot.removeCheckInToken(id)],
      [/^\/memberships\/([^/?#]*)\/bookings\?/, cobot.bookingsOf(id, { from: 0, until: 1 })],
      [/^\/users\/([^/?#]*)$/, smartlock.user(id)],
      [/^\/access\/([^/?#]*)$/, smartlock.removeGrant(id)],
      [/^\/users\/([^/?#]*)$/, kisi.user(id)],
      [/^\/api\/v1\/developer\/users\/([^/?#]*)/, unifi.user(id)],
    ];

    await Promise.all(calls.map(([, work]) => errorOf(work)));

    for (const { url, headers } of server.seen) {
      const found = calls.map(([prefix]) => prefix.exec(url)?.[1]).find((part) => part !== undefined);
      expect(found, url).toBeDefined();
      expect(decodeURIComponent(found ?? '')).toBe(id);
      expect(headers['x']).toBeUndefined();
    }
    if (id === '..') expect(server.seen).toEqual([]);
  });
});

describe('the url in a webhook', () => {
  it('is never called, whoever it names; Cobot alone is asked, for the id', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full Time' }) });
    const canary = await rawServer((_request, response) => response.end('{}'));
    const { port } = new URL(canary.url);
    const path = `/api/memberships/${member.id}`;
    const urls = [
      `${canary.url}${path}`,
      `http://co-up.cobot.me@127.0.0.1:${port}${path}`,
      `http://co-up.cobot.me:pass@127.0.0.1:${port}${path}`,
      `http://2130706433:${port}${path}`,
      `http://0x7f.1:${port}${path}`,
      `http://[::ffff:7f00:1]:${port}${path}`,
      `http://127.0.0.1:${port}\\@co-up.cobot.me${path}`,
      `//127.0.0.1:${port}${path}`,
      `https://169.254.169.254${path}`,
      `https://co-up.cobot.me.evil.example${path}`,
      `http://localhost:${port}/x/../${path}?next=${encodeURIComponent(canary.url)}#${canary.url}`,
    ];

    for (const url of urls) {
      const { status } = await request(world.app.http)
        .post(`/cobot/updated_membership_details?key=${KEY}`)
        .set({ host: `127.0.0.1:${port}`, 'x-forwarded-host': `127.0.0.1:${port}` })
        .send({ url });
      expect(status).toBe(204);
    }
    await world.settle();

    expect(canary.seen).toEqual([]);
    expect(world.opens(member)).toEqual(['Front door']);
    expect(
      world.cobot.requests
        .filter(({ path: asked }) => asked.startsWith('/api/memberships/'))
        .map(({ params }) => params['id']),
    ).toEqual(expect.arrayContaining([member.id]));
  });

  it('has no way out: addresses come from the configuration, and one file makes requests', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !/^(simulators|cli\/demo)\//.test(name),
    );
    const calling = files.filter((name) =>
      /\bfetch\(|https?\.(request|get)\(|\bnet\.connect\(|axios\.request/.test(readFileSync(`src/${name}`, 'utf8')),
    );

    expect(files.length).toBeGreaterThan(100);
    expect(calling).toEqual(['lib/wire.ts']);
  });
});

describe('a comparison with a secret', () => {
  const comparing = {
    'src/webhooks/verify.ts': 1,
    'src/locks/standard-webhook.ts': 1,
    'src/locks/kisi/signature.ts': 1,
    'src/locks/unifi/signature.ts': 1,
  };

  it.each(Object.entries(comparing))('in %s takes as long whatever was sent', (file, times) => {
    const code = readFileSync(file, 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');

    expect(code.match(/timingSafeEqual\(/g)).toHaveLength(times);
    // No length is asked first, and no text compared that a secret was made of.
    expect(code).not.toMatch(
      /\.length\s*[!=]==?\s*\w+\.length|(expected|digest|known|candidate)\s*[!=]==?[^=]|[!=]==?\s*(expected|digest|known|candidate)\b/,
    );
  });

  it('goes through every key, also when the first one fits', () => {
    const code = readFileSync('src/webhooks/verify.ts', 'utf8');

    expect(code).toContain('digests.map((known) => timingSafeEqual(known, candidate)).includes(true)');
    expect(code).toMatch(/hash\('sha256'/i);
  });
});

describe('a delivery that was listened in on', () => {
  it('and is sent again counts once, within five minutes and later, and over a restart', async () => {
    const world = await createRelayOn(systems.smartlock, { cobot: { switches: { repeatCheckIn: 'second' } } });
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    for (const _ of [1, 2, 3]) world.cobot.addPass(ada);
    await world.sweep();
    let heard: { body: string; headers: Record<string, string> } | undefined;
    const listening = await rawServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const names = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
        heard = {
          body: Buffer.concat(chunks).toString(),
          headers: Object.fromEntries(names.map((name) => [name, String(incoming.headers[name])])),
        };
        response.writeHead(204).end();
      });
    });
    await world.opensLock(ada, world.lock('Front door'), { deliverTo: listening.url });
    const replay = async () => {
      const { status } = await request(world.app.http)
        .post(`/lock_open?key=${KEY}`)
        .set(heard?.headers ?? {})
        .send(heard?.body);
      await world.settle();
      return status;
    };

    expect([await replay(), await replay()]).toEqual([204, 204]);
    await world.restart();
    expect(await replay()).toBe(204);
    await world.pass(6 * 60_000);
    expect(await replay()).toBe(401);

    expect(world.spent(ada)).toBe(1);
  });
});
