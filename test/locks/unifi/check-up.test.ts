import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/lib/errors.ts';
import { failureOf, guardTheNetwork } from '../../support/nock-guard.ts';
import { ada, bob, dialects, no, ok, SECRET, unifi, users, wire } from './wire.ts';

const callback = 'https://relay.example.com/doors/lock_open?key=sesame';
const endpoint = { id: 'w1', name: 'relay', endpoint: callback, events: ['access.door.unlock'], secret: SECRET };

const PATHS = ['users', 'access_policies', 'doors', 'system/logs', 'webhooks/endpoints'] as const;

function answers(more: { webhooks?: object[]; refused?: Record<string, ReturnType<typeof no>> } = {}): void {
  const { refused = {} } = more;
  for (const path of PATHS) {
    const request = path === 'system/logs' ? wire().post(`/${path}`) : wire().get(`/${path}`);
    const list = path === 'webhooks/endpoints' ? (more.webhooks ?? [endpoint]) : [];
    const data = path === 'system/logs' ? { hits: [] } : list;
    request.query(true).reply(200, refused[path] ?? ok(data, list.length));
  }
}

const findings = async (secret?: string) => unifi(secret === undefined ? {} : { secret }).checkUp();
const wrong = async (secret?: string) => (await findings(secret)).filter(({ ok: isFine }) => !isFine);

guardTheNetwork();

describe('a check-up of UniFi Access', () => {
  it('finds nothing wrong where all is set up', async () => {
    answers();

    const found = await findings(SECRET);

    expect(found).toHaveLength(7);
    expect(found.filter(({ ok: isFine }) => !isFine)).toEqual([]);
  });

  it.each(dialects)('names each scope that the token lacks (code as a %s)', async (dialect) => {
    const refusal = no('CODE_UNAUTHORIZED', '', dialect);
    answers({ refused: Object.fromEntries(PATHS.map((path) => [path, refusal])) });

    const found = await findings();

    expect(found.map(({ ok: isFine }) => isFine)).toEqual(Array.from({ length: 5 }, () => false));
    for (const scope of ['view:user', 'view:policy', 'view:space', 'view:system_log', 'view:webhook']) {
      expect(found.filter(({ sentence }) => sentence.includes(`the scope ${scope} `))).toHaveLength(1);
    }
  });

  it('tells a list that the console refuses from a scope that is missing', async () => {
    answers({ refused: { 'webhooks/endpoints': no('CODE_PARAMS_INVALID', 'too old') } });

    expect(await wrong()).toEqual([
      expect.objectContaining({
        what: expect.stringContaining('view:webhook'),
        sentence: expect.stringContaining('too old'),
      }),
    ]);
  });

  it('fails where the console does', async () => {
    wire().get('/users').query(true).reply(200, no('CODE_SYSTEM_ERROR'));

    expect(await failureOf(findings())).toBeInstanceOf(TransientError);
  });

  it.each([
    ['there is none', [], 'no webhook ends in /lock_open'],
    ['it goes elsewhere', [{ ...endpoint, endpoint: 'https://relay.example.com/other?to=/lock_open' }], 'no webhook'],
    ['its address is none', [{ ...endpoint, endpoint: '/lock_open' }], 'no webhook'],
    ['it does not tell of unlocks', [{ ...endpoint, events: ['access.doorbell.incoming'] }], 'access.door.unlock'],
    ['it has another secret', [{ ...endpoint, secret: 'another-secret' }], 'UNIFI_WEBHOOK_SECRET'],
  ])('says what to do about the webhook where %s', async (_what, webhooks, sentence) => {
    answers({ webhooks });

    const found = await wrong(SECRET);

    expect(found).toEqual([
      { what: 'the webhook for unlocks', ok: false, sentence: expect.stringContaining(sentence) },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/sesame|another-secret|6601f1243d2ff70f/);
  });

  it.each([
    ['the console does not tell it', { ...endpoint, secret: undefined }, SECRET],
    ['none is set here', endpoint, undefined],
  ])('says nothing about the secret where %s', async (_what, webhook, secret) => {
    answers({ webhooks: [webhook] });

    expect(await wrong(secret)).toEqual([]);
  });

  it('counts users of ours without an email, and nobody else', async () => {
    users({ ...ada, user_email: '' }, bob);
    wire().get('/access_policies').reply(200, ok([])).get('/doors').reply(200, ok([]));
    wire()
      .post('/system/logs')
      .query(true)
      .reply(200, ok({ hits: [] }, 0));
    wire()
      .get('/webhooks/endpoints')
      .reply(200, ok([endpoint]));

    expect(await wrong()).toEqual([
      expect.objectContaining({
        what: "the email addresses of the relay's users",
        sentence: expect.stringMatching(/^1 /),
      }),
    ]);
  });
});
