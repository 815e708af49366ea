import { describe, expect, it } from 'vitest';
import { TransientError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf } from '../../support/nock-guard.ts';
import { kisi, TOKEN, useWire } from './wire.ts';

const webhook = (id: number, more: object = {}) => ({
  id,
  name: 'Relay',
  type: 'event_webhook',
  url: 'https://relay.example.com/lock_open?key=abc',
  enabled: true,
  disabled_due_to_error: false,
  enabled_events: ['lock.unlock'],
  signature_key: 'hidden',
  ...more,
});

describe('Kisi, looking at how things are', () => {
  const wire = useWire();
  const readable = () => {
    wire().get('/users').query({ limit: '1' }).reply(200, []);
    wire().get('/groups').query({ limit: '1' }).reply(200, []);
  };
  const integrations = (...all: unknown[]) => {
    wire().get('/integrations').query({ limit: '250', offset: '0' }).reply(200, all);
  };
  const findings = async (...all: unknown[]) => {
    readable();
    integrations(...all);
    return (await kisi().checkUp()).filter(({ what }) => what === 'the event webhook');
  };

  it('finds nothing to mend where all is well', async () => {
    readable();
    integrations(
      webhook(1),
      webhook(2, { url: 'https://other.example.com/hook', enabled: false }),
      webhook(3, { url: null }),
    );

    expect(await kisi().checkUp()).toEqual([
      {
        what: 'the API key',
        ok: true,
        sentence: 'It reads users and groups; whether it may change them shows when it does.',
      },
      { what: 'the event webhook', ok: true, sentence: 'It is switched on.' },
    ]);
  });

  it('reads each one singly where the list names no address, as Kisi documents it', async () => {
    readable();
    const listed = (id: number) => {
      const { url: _url, enabled_events: _events, ...rest } = webhook(id);
      return rest;
    };
    integrations(listed(1), listed(2), listed(3));
    wire()
      .get('/integrations/1')
      .reply(200, webhook(1, { url: 'https://other.example.com/hook' }));
    wire()
      .get('/integrations/2')
      .reply(200, webhook(2, { enabled: false, disabled_due_to_error: true }));
    wire().get('/integrations/3').reply(404, { error: 'gone', code: 'x' });

    const found = (await kisi().checkUp()).filter(({ what }) => what === 'the event webhook');

    expect(found).toEqual([
      {
        what: 'the event webhook',
        ok: false,
        sentence: 'Kisi switched it off, since deliveries failed; the relay switches it on again.',
        mend: expect.any(Function),
      },
    ]);
  });

  it.each([401, 402, 403])('says what to do where the key is refused (%d), without the key', async (status) => {
    wire().get('/users').query(true).reply(status, { error: TOKEN, code: 'x' });
    wire().get('/integrations').query(true).reply(status, { error: TOKEN, code: 'x' });

    const found = await kisi().checkUp();

    expect(found.map(({ what, ok }) => [what, ok])).toEqual([
      ['the API key', false],
      ['the event webhook', false],
    ]);
    expect(found[0]?.sentence).toContain(String(status));
    expect(JSON.stringify(found)).not.toContain(TOKEN);
  });

  it('says what the key may not, where it may the rest', async () => {
    readable();
    wire().get('/integrations').query(true).reply(404, { error: 'none', code: 'x' });

    expect((await kisi().checkUp()).map(({ ok }) => ok)).toEqual([true, false]);
  });

  it('does not take a failure for a finding', async () => {
    wire().get('/users').query(true).times(3).reply(503, 'busy');
    expect(await failureOf(kisi().checkUp())).toBeInstanceOf(TransientError);

    readable();
    wire().get('/integrations').query(true).reply(200, { integrations: [] });
    expect(await failureOf(kisi().checkUp())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('says how to get a webhook where there is none', async () => {
    const [found, ...more] = await findings(webhook(2, { url: 'https://other.example.com/lock_opened' }));

    expect(found).toMatchObject({ ok: false, sentence: expect.stringContaining('README') });
    expect(found?.mend).toBeUndefined();
    expect(more).toEqual([]);
  });

  it.each([
    ['by hand', { enabled: false }, 'It is switched off'],
    ['after errors', { enabled: false, disabled_due_to_error: true }, 'Kisi switched it off, since deliveries failed'],
    ['after errors, and only marked so', { disabled_due_to_error: '2026-11-30T09:00:00Z' }, 'Kisi switched it off'],
    ['after errors, of a type unknown', { type: 'webhook', disabled_due_to_error: true }, 'Kisi switched it off'],
  ])('switches the webhook on again that was switched off %s', async (_what, state, why) => {
    readable();
    integrations(webhook(1, state));
    wire()
      .patch('/integrations/1', { integration: { enabled: true } })
      .reply(204);

    const found = (await kisi().checkUp())[1];
    await found?.mend?.();

    expect(found).toMatchObject({ ok: false, sentence: expect.stringContaining(why) });
  });

  it('leaves it to a person where several may be ours', async () => {
    const found = await findings(webhook(1), webhook(2, { enabled: false }));

    expect(found.map(({ ok, mend }) => [ok, mend])).toEqual([
      [true, undefined],
      [false, undefined],
    ]);
    expect(found[1]?.sentence).toContain('the event webhook 2');
  });

  it('tells a webhook that does not send openings, and one that does not say', async () => {
    expect(await findings(webhook(1, { enabled_events: ['user.create'] }))).toMatchObject([
      { ok: false, sentence: expect.stringContaining('lock.unlock') },
    ]);
    expect(await findings(webhook(1, { enabled_events: undefined }))).toMatchObject([{ ok: true }]);
    expect(await findings(webhook(1, { enabled_events: 'all' }))).toMatchObject([{ ok: true }]);
  });

  it('tells which calls Kisi has announced to take away, and when', async () => {
    const locks = kisi();
    const headers = { deprecation: '@1796032800', sunset: 'Thu, 31 Dec 2026 23:59:59 GMT' };
    wire().get('/users/11').reply(404, {}, headers);
    wire().delete('/role_assignments/1').reply(204, undefined, { deprecation: 'true' });
    await locks.user('11');
    await locks.removeGrant('1');
    readable();
    integrations(webhook(1));

    const announced = (await locks.checkUp()).slice(2);

    expect(announced).toEqual([
      {
        what: 'GET /users/:id',
        ok: false,
        sentence: 'Kisi has announced that this call goes away on 2026-12-31: the relay needs an update before.',
      },
      {
        what: 'DELETE /role_assignments/:id',
        ok: false,
        sentence: 'Kisi has announced that this call goes away: the relay needs an update before.',
      },
    ]);
  });
});
