import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createSmartLock } from '../../../src/locks/smartlock/connector.ts';
import { createReadOpening } from '../../../src/locks/smartlock/webhook.ts';
import { HOST, TOKEN } from './wire.ts';

const NOW = Date.parse('2026-11-30T10:00:00Z');
const SECOND = 1000;
const JSON_TYPE = 'application/json; charset=utf-8';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const event = {
  id: 'evt_1',
  type: 'lock.opened',
  occurred_at: '2026-11-30T09:59:58.400Z',
  user: { id: 'usr_1', email: 'ada@example.com' },
  lock: { id: 'l1', name: 'Café & Lab' },
};
const opening = {
  id: 'evt_1',
  lockUserId: 'usr_1',
  lockId: 'l1',
  lockName: 'Café & Lab',
  occurredAt: Date.parse('2026-11-30T09:59:58Z'),
};

const read = createReadOpening(null);
type Headers = Record<string, string>;
const send = (contentType: string, body: string | Buffer, headers: Headers = {}, now = NOW) =>
  read({ rawBody: Buffer.from(body), contentType, headers }, now);
const sendEvent = (sent: unknown, headers: Headers = {}, now = NOW) =>
  send(JSON_TYPE, JSON.stringify({ event: sent }), headers, now);
const openingOf = (sent: unknown, headers: Headers = {}, now = NOW) => {
  const result = sendEvent(sent, headers, now);
  if (!result.ok) throw new Error(result.code);
  if (!result.opening) throw new Error(result.what);
  return result.opening;
};

describe('a lock-open webhook', () => {
  it.each([
    ['a form field', FORM_TYPE, new URLSearchParams({ event: JSON.stringify(event) }).toString()],
    ['a form with other fields', FORM_TYPE, `a=1&event=${encodeURIComponent(JSON.stringify(event))}&b=2`],
    ['a JSON object', JSON_TYPE, JSON.stringify({ event })],
    ['a JSON string in JSON', JSON_TYPE, JSON.stringify({ event: JSON.stringify(event), more: [1] })],
    ['another JSON type', 'Application/Vnd.Lock+JSON', JSON.stringify({ event })],
    ['JSON behind a byte order mark', JSON_TYPE, `\uFEFF${JSON.stringify({ event })}`],
  ])('is read from %s', (_what, contentType, body) => {
    expect(send(contentType, body)).toEqual({ ok: true, opening });
  });

  it('needs a user and nothing else', () => {
    expect(openingOf({ user: { id: 'usr_1' } }, {}, NOW + 900)).toEqual({
      id: expect.stringMatching(/^made_[0-9a-f]{32}$/),
      lockUserId: 'usr_1',
      lockId: null,
      lockName: null,
      occurredAt: NOW,
    });
  });

  it('takes ids that are numbers for their digits', () => {
    expect(openingOf({ ...event, id: 7, user: { id: 42 } })).toMatchObject({ id: '7', lockUserId: '42' });
  });

  it.each([
    ['is missing', undefined],
    ['cannot be read', 'yesterday'],
    ['is a number', 1796032798],
    ['is null', null],
    ['has not come yet', '2026-11-30T10:05:01Z'],
  ])('happened now where its time %s', (_what, occurred_at) => {
    expect(openingOf({ ...event, occurred_at }).occurredAt).toBe(NOW);
  });

  it('may come from a clock that is a little fast, or be weeks late', () => {
    expect(openingOf({ ...event, occurred_at: '2026-11-30T10:05:00Z' }).occurredAt).toBe(NOW + 300 * SECOND);
    expect(openingOf({ ...event, occurred_at: '2026-11-01T10:00:00+01:00' }).occurredAt).toBe(
      Date.parse('2026-11-01T09:00:00Z'),
    );
  });

  it.each([
    ['lock is null', { lock: null }],
    ['lock is a text', { lock: 'l1' }],
    ['lock has odd fields', { lock: { id: ['l1'], name: { a: 1 } } }],
  ])('names no lock where its %s', (_what, odd) => {
    expect(openingOf({ ...event, ...odd })).toMatchObject({ lockId: null, lockName: null });
  });

  it('has the same made-up id however often it comes, and another for another user, lock or second', () => {
    const { id: _id, ...bare } = event;
    const made = openingOf(bare).id;

    expect(made).toMatch(/^made_/);
    expect(openingOf(bare, {}, NOW + 3_600_000).id).toBe(made);
    expect(openingOf({ ...bare, id: null }).id).toBe(made);
    expect(openingOf({ ...bare, id: 'x'.repeat(201) }).id).toBe(made);
    expect(openingOf({ ...bare, occurred_at: '2026-11-30T10:59:58.9+01:00' }).id).toBe(made);
    expect(openingOf({ ...bare, occurred_at: '2026-11-30T09:59:59Z' }).id).not.toBe(made);
    expect(openingOf({ ...bare, user: { id: 'usr_2' } }).id).not.toBe(made);
    expect(openingOf({ ...bare, lock: { id: 'l2' } }).id).not.toBe(made);
  });

  it('without id and time is the same opening under the same webhook-id, whenever it is tried again', () => {
    const bare = { user: { id: 'usr_1' } };
    const first = openingOf(bare, { 'webhook-id': 'msg_1' }).id;

    expect(openingOf(bare, { 'webhook-id': 'msg_1' }, NOW + 3_600_000).id).toBe(first);
    expect(openingOf(bare, { 'webhook-id': 'msg_2' }).id).not.toBe(first);
  });

  it.each([
    ['', '{}'],
    ['text/plain', JSON.stringify({ event })],
    ['application/xml', '<event/>'],
    ['multipart/form-data; boundary=x', '--x'],
    ['application/jsonp', JSON.stringify({ event })],
  ])('as %j is refused with 415', (contentType, body) => {
    expect(send(contentType, body)).toMatchObject({ ok: false, status: 415, code: 'unsupported_content_type' });
  });

  it.each([
    [JSON_TYPE, '', 'broken_json'],
    [JSON_TYPE, '{"event": ', 'broken_json'],
    [JSON_TYPE, '{"event": "not json"}', 'broken_json'],
    [JSON_TYPE, '{}', 'no_event'],
    [JSON_TYPE, 'null', 'no_event'],
    [JSON_TYPE, '"event"', 'no_event'],
    [JSON_TYPE, '[{"event": {}}]', 'no_event'],
    [JSON_TYPE, JSON.stringify(event), 'no_event'],
    [JSON_TYPE, '{"event": null}', 'no_user_id'],
    [JSON_TYPE, '{"event": []}', 'no_user_id'],
    [JSON_TYPE, '{"event": {}}', 'no_user_id'],
    [JSON_TYPE, '{"event": "{\\"user\\":{}}"}', 'no_user_id'],
    [JSON_TYPE, '{"event": "\\"{}\\""}', 'no_user_id'],
    [FORM_TYPE, '', 'no_event'],
    [FORM_TYPE, 'nothing=1', 'no_event'],
    [FORM_TYPE, 'event=%7B%7D&event=%7B%7D', 'no_event'],
    [FORM_TYPE, 'event=', 'broken_json'],
    [FORM_TYPE, 'event=%7Bbroken', 'broken_json'],
    [FORM_TYPE, 'event=%7B%7D', 'no_user_id'],
    [FORM_TYPE, 'event=%ff%fe', 'broken_json'],
  ])('of %s with %j is refused as %s', (contentType, body, code) => {
    expect(send(contentType, body)).toEqual({ ok: false, status: 400, code, message: expect.stringMatching(/./) });
  });

  it.each([
    ['missing', {}],
    ['empty', { id: '' }],
    ['null', { id: null }],
    ['an object', { id: { $gt: '' } }],
    ['a list', { id: ['usr_1'] }],
    ['true', { id: true }],
    ['a fraction', { id: 1.5 }],
    ['too large a number', { id: 1e300 }],
    ['too long', { id: 'x'.repeat(201) }],
    ['two lines', { id: 'usr_1\nusr_2' }],
    ['with a zero in it', { id: 'usr\u0000' }],
    ['half a character', { id: 'usr_\ud800' }],
  ])('with a user id that is %s is refused', (_what, user) => {
    expect(sendEvent({ ...event, user })).toMatchObject({ ok: false, status: 400, code: 'no_user_id' });
  });

  it('takes a user id of 200 characters', () => {
    expect(openingOf({ ...event, user: { id: 'x'.repeat(200) } }).lockUserId).toHaveLength(200);
  });

  it('that is not UTF-8 is refused', () => {
    const body = Buffer.concat([Buffer.from('{"event":{"user":{"id":"'), Buffer.from([0xff]), Buffer.from('"}}}')]);

    expect(send(JSON_TYPE, body)).toMatchObject({ ok: false, status: 400, code: 'not_utf8' });
  });

  it('does no harm by depth', () => {
    const deep = '['.repeat(49_000) + ']'.repeat(49_000);

    expect(send(JSON_TYPE, deep)).toMatchObject({ ok: false, status: 400 });
    expect(send(JSON_TYPE, `{"event":{"user":{"id":"usr_1"},"x":${deep}}}`)).toMatchObject({ ok: true });
    expect(send(JSON_TYPE, `{"event":{"user":{"id":${deep}}}}`)).toMatchObject({ ok: false, code: 'no_user_id' });
  });

  it('does no harm by names of the language', () => {
    const polluting = '{"__proto__":{"event":{"user":{"id":"evil"}}},"constructor":{"prototype":{"evil":1}}}';

    expect(send(JSON_TYPE, polluting)).toMatchObject({ ok: false, code: 'no_event' });
    expect(send(JSON_TYPE, `{"event":{"__proto__":{"user":{"id":"evil"}}}}`)).toMatchObject({ code: 'no_user_id' });
    expect(send(JSON_TYPE, `{"event":{"user":{"__proto__":{"id":"evil"}}}}`)).toMatchObject({ code: 'no_user_id' });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('evil' in {}).toBe(false);
  });

  it('is answered, whatever its bytes are', () => {
    const contentType = fc.constantFrom(JSON_TYPE, FORM_TYPE, 'text/plain', 'application/x+json');
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"event":${text}}`)),
      fc
        .json()
        .map((text) => Buffer.from(`{"event":{"user":{"id":"u"},"id":${text},"lock":${text},"occurred_at":${text}}}`)),
    );
    fc.assert(
      fc.property(contentType, body, (type, rawBody) => {
        const result = read({ rawBody, contentType: type, headers: {} }, NOW);

        if (result.ok) expect(result.opening?.lockUserId).not.toBe('');
        else expect([400, 415]).toContain(result.status);
      }),
    );
  });
});

describe('a signed lock-open webhook', () => {
  const secret = `whsec_${Buffer.from('a signing secret of 24 b').toString('base64')}`;
  const other = `whsec_${Buffer.from('another secret of 24 byt').toString('base64')}`;
  const checked = createReadOpening(secret);
  const body = JSON.stringify({ event });

  function signed(more: { by?: string; at?: number; text?: string; id?: string } = {}): Record<string, string> {
    const { by = secret, at = NOW, text = body, id = 'msg_1' } = more;
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / SECOND)),
      'webhook-signature': new Webhook(by).sign(id, new Date(at), text),
    };
  }
  const sendSigned = (
    headers: Record<string, string | undefined>,
    text: string | Buffer = body,
    contentType = JSON_TYPE,
  ) => checked({ rawBody: Buffer.from(text), contentType, headers }, NOW);

  it('is read where the signature is right, in every spelling', () => {
    const form = new URLSearchParams({ event: JSON.stringify(event) }).toString();

    expect(sendSigned(signed())).toEqual({ ok: true, opening });
    expect(sendSigned(signed({ text: form }), form, FORM_TYPE)).toEqual({ ok: true, opening });
  });

  it('is read where one of several signatures is right, while a secret is being changed', () => {
    const headers = signed();
    const both = `${signed({ by: other })['webhook-signature']} v1a,xyz ${headers['webhook-signature']}`;

    expect(sendSigned({ ...headers, 'webhook-signature': both })).toMatchObject({ ok: true });
  });

  it('is read up to five minutes early or late', () => {
    expect(sendSigned(signed({ at: NOW - 300 * SECOND }))).toMatchObject({ ok: true });
    expect(sendSigned(signed({ at: NOW + 300 * SECOND }))).toMatchObject({ ok: true });
  });

  const right = signed();
  it.each([
    ['no header at all', {}, 'signature_missing'],
    ['no id', { ...right, 'webhook-id': undefined }, 'signature_missing'],
    ['no timestamp', { ...right, 'webhook-timestamp': undefined }, 'signature_missing'],
    ['no signature', { ...right, 'webhook-signature': '' }, 'signature_missing'],
    ['another id', { ...right, 'webhook-id': 'msg_2' }, 'signature_wrong'],
    ['another time', { ...right, 'webhook-timestamp': String(NOW / SECOND + 1) }, 'signature_wrong'],
    ['another secret', signed({ by: other }), 'signature_wrong'],
    ['another body', signed({ text: `${body} ` }), 'signature_wrong'],
    [
      'another version',
      { ...right, 'webhook-signature': `v2,${right['webhook-signature']?.slice(3)}` },
      'signature_wrong',
    ],
    ['a version alone', { ...right, 'webhook-signature': 'v1' }, 'signature_wrong'],
    [
      'half a signature',
      { ...right, 'webhook-signature': right['webhook-signature']?.slice(0, -4) },
      'signature_wrong',
    ],
    ['an old time', signed({ at: NOW - 301 * SECOND }), 'signature_stale'],
    ['a time to come', signed({ at: NOW + 301 * SECOND }), 'signature_stale'],
    ['a time that is none', { ...right, 'webhook-timestamp': 'soon' }, 'signature_malformed'],
    ['an id with a dot', signed({ id: 'msg.1' }), 'signature_malformed'],
    ['an id that never ends', signed({ id: 'm'.repeat(201) }), 'signature_malformed'],
    ['a time with more behind it', { ...right, 'webhook-timestamp': `${NOW / SECOND}x` }, 'signature_malformed'],
  ])('with %s is refused with 401', (_what, headers, code) => {
    const result = sendSigned(headers);

    expect(result).toMatchObject({ ok: false, status: 401, code });
    expect(JSON.stringify(result)).not.toContain(right['webhook-signature']?.slice(3));
  });

  it('cannot be cut in another place, so that a part of it passes for the whole', () => {
    // Signed once by the lock system, around a name that a member chose.
    const name = `.${NOW / SECOND}.&event=${encodeURIComponent('{"user":{"id":"somebody-else"}}')}&x=`;
    const text = JSON.stringify({ event: { ...event, lock: { id: 'l1', name } } });
    const whole = signed({ text });
    const [before = '', behind = ''] = text.split(`.${NOW / SECOND}.`);

    const result = sendSigned({ ...whole, 'webhook-id': `msg_1.${NOW / SECOND}.${before}` }, behind, FORM_TYPE);

    expect(result).toMatchObject({ ok: false, status: 401, code: 'signature_malformed' });
  });

  it('is verified before anything else is said about it', () => {
    expect(sendSigned({}, 'x', 'text/plain')).toMatchObject({ status: 401 });
    expect(sendSigned(signed({ text: 'x' }), 'x', 'text/plain')).toMatchObject({ status: 415 });
    expect(sendSigned(signed({ text: 'x' }), 'x')).toMatchObject({ status: 400 });
  });

  it.each(['whsec_', 'whsec_%%%', ''])('cannot be had with the secret %j, and the reason does not quote it', (bad) => {
    const settings = { token: TOKEN, url: HOST, webhookSecret: bad };

    const start = () => createSmartLock({ settings, clock: systemClock });

    expect(start).toThrow('SMARTLOCK_WEBHOOK_SECRET');
    expect(start).not.toThrow('%%%');
  });
});
