import { Webhook } from 'svix';
import { describe, expect, it } from 'vitest';
import type { WebhookRequest } from '../../../src/locks/lock-system.ts';
import { at, NOW, seam } from './wire.ts';

const secretOf = (text: string) => `whsec_${Buffer.from(text).toString('base64')}`;
const SECRET = secretOf('a signing secret of 24 b');

const unlocked = {
  event_id: 'ev1',
  event_type: 'lock.unlocked',
  workspace_id: 'w1',
  created_at: '2026-11-30T08:59:31Z',
  occurred_at: '2026-11-30T08:59:30.250Z',
  device_id: 'd1',
  access_code_id: 'c1',
  method: 'keycode',
  code: '4711',
};

function delivery(body: string | Buffer, more: Partial<WebhookRequest> = {}): WebhookRequest {
  return { rawBody: Buffer.from(body), contentType: 'application/json', headers: {}, ...more };
}

/** Signed by the library of those who run Seam's webhooks. */
function signed(body: string, { secret = SECRET, time = NOW, prefix = 'svix' } = {}): WebhookRequest {
  const signature = new Webhook(secret).sign('msg_1', new Date(time), body);
  const headers = {
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: String(time / 1000),
    [`${prefix}-signature`]: signature,
  };
  return delivery(body, { headers });
}

const read = (request: WebhookRequest, secret?: string) =>
  seam(secret === undefined ? {} : { secret }).readOpening(request, NOW);
const readEvent = (event: object) => read(delivery(JSON.stringify(event)));

describe('Seam, a delivery', () => {
  it('of a code that was used names the code, the keypad and the time', () => {
    expect(readEvent(unlocked)).toEqual({
      ok: true,
      opening: {
        id: 'ev1',
        lockUserId: 'code:c1',
        lockId: 'd1',
        lockName: null,
        occurredAt: at('2026-11-30T08:59:30Z'),
      },
    });
  });

  it('names the person where Seam does, at the entrance', () => {
    const { access_code_id: _, ...event } = unlocked;

    expect(readEvent({ ...event, user_identity_id: 'u1', acs_entrance_id: 'e1' })).toMatchObject({
      opening: { lockUserId: 'u1', lockId: 'e1' },
    });
    expect(readEvent({ ...event, user_identity_id: 'u1' })).toMatchObject({ opening: { lockId: 'd1' } });
    expect(readEvent({ ...event, user_identity_id: 'u1', device_id: 7 })).toMatchObject({ opening: { lockId: null } });
  });

  it('of a refusal at the door says so', () => {
    expect(readEvent({ ...unlocked, event_type: 'lock.access_denied' })).toMatchObject({
      opening: { lockUserId: 'code:c1', refused: 'the lock denied access' },
    });
  });

  it.each([
    [
      'an opening by hand',
      { ...unlocked, access_code_id: undefined, method: 'manual' },
      'lock.unlocked names nobody (manual)',
    ],
    [
      'a refusal of somebody unknown',
      { event_id: 'ev1', event_type: 'lock.access_denied' },
      'lock.access_denied names nobody',
    ],
    ['another event', { ...unlocked, event_type: 'access_grant.created' }, 'access_grant.created is no opening'],
  ])('of %s needs no work', (_what, event, what) => {
    expect(readEvent(event)).toEqual({ ok: true, opening: null, what });
  });

  it.each([
    ['without a time', { occurred_at: undefined, created_at: undefined }, NOW],
    ['with the time of its making only', { occurred_at: undefined }, at('2026-11-30T08:59:31Z')],
    ['with a time that is none', { occurred_at: 'noon', created_at: 12 }, NOW],
    ['with a time that has not come', { occurred_at: '2026-11-30T09:06:00Z' }, NOW],
    ['with a clock that is a little fast', { occurred_at: '2026-11-30T09:04:00Z' }, at('2026-11-30T09:04:00Z')],
  ])('%s happened when that can be said', (_what, more, occurredAt) => {
    expect(readEvent({ ...unlocked, ...more })).toMatchObject({ opening: { occurredAt } });
  });

  it.each([
    ['no JSON', delivery('{"half": '), 400, 'broken_json'],
    ['no UTF-8', delivery(Buffer.from([0xff, 0xfe])), 400, 'not_utf8'],
    ['no event', delivery('[]'), 400, 'no_event'],
    ['an event without an id', delivery(JSON.stringify({ event_type: 'lock.unlocked' })), 400, 'no_event'],
    ['an id that would break a log', delivery(JSON.stringify({ ...unlocked, event_id: 'a\n' })), 400, 'no_event'],
    [
      'a form',
      delivery('event=1', { contentType: 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_content_type',
    ],
  ])('with %s is refused', (_what, request, status, code) => {
    expect(read(request)).toMatchObject({ ok: false, status, code });
  });

  it('takes the content type with a charset', () => {
    const request = delivery(JSON.stringify(unlocked), { contentType: 'Application/JSON; charset=utf-8' });

    expect(read(request)).toMatchObject({ ok: true });
  });
});

describe('Seam, a signed delivery (vectors by svix: checked by an independent client)', () => {
  const body = JSON.stringify({ ...unlocked, note: 'Tür' });

  it.each(['svix', 'webhook'])('is taken with %s- headers', (prefix) => {
    expect(read(signed(body, { prefix }), SECRET)).toMatchObject({ ok: true, opening: { id: 'ev1' } });
  });

  it('is taken with several signatures, one of which fits', () => {
    const request = signed(body);
    const headers = { ...request.headers, 'svix-signature': `v1,AAAA ${request.headers['svix-signature'] ?? ''}` };

    expect(read({ ...request, headers }, SECRET)).toMatchObject({ ok: true });
  });

  it.each([
    ['another secret', signed(body, { secret: secretOf('another secret of 24 byt') }), 'signature_wrong'],
    ['another body', { ...signed(body), rawBody: Buffer.from(`${body} `) }, 'signature_wrong'],
    ['a body that is no JSON', { ...signed(body), rawBody: Buffer.from('{') }, 'signature_wrong'],
    ['a time long ago', signed(body, { time: NOW - 301_000 }), 'signature_stale'],
    ['a time to come', signed(body, { time: NOW + 301_000 }), 'signature_stale'],
    ['no signature', delivery(body), 'signature_missing'],
    [
      'no number',
      { ...signed(body), headers: { ...signed(body).headers, 'svix-timestamp': 'now' } },
      'signature_malformed',
    ],
  ])('with %s is refused, and says why', (_what, request, code) => {
    const answer = read(request, SECRET);

    expect(answer).toMatchObject({ ok: false, status: 401, code });
    expect(JSON.stringify(answer)).not.toContain(SECRET.slice(6));
  });

  it('is taken at the edge of five minutes', () => {
    expect(read(signed(body, { time: NOW - 300_000 }), SECRET)).toMatchObject({ ok: true });
  });

  it('needs a secret that can be one, and the message does not quote it', () => {
    const wrong = 'whsec_*not base64*';

    expect(() => seam({ secret: wrong })).toThrow(/SEAM_WEBHOOK_SECRET is no signing secret(?!.*\*)/);
  });
});
