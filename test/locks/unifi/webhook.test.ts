import fc from 'fast-check';
import { verifyWebhookSignature } from 'unifi-access';
import { signWebhookDelivery } from 'unifi-access/testing';
import { describe, expect, it } from 'vitest';
import type { ReadOpening } from '../../../src/locks/lock-system.ts';
import { createReadOpening } from '../../../src/locks/unifi/webhook.ts';
import { SECRET } from './wire.ts';

const SECOND = 1000;
const NOW = Date.parse('2026-11-30T10:00:00Z');
const location = { id: 'd1', location_type: 'door', name: 'Front door', up_id: 'f1', extras: {}, device_ids: null };
const actor = { id: 'u1', name: 'Ada L.', type: 'user' };
const object = {
  authentication_type: 'NFC',
  authentication_value: '',
  policy_id: 'p1',
  policy_name: 'Members',
  reader_id: 'r1',
  result: 'ACCESS',
  time: String((NOW - 2 * SECOND) / SECOND),
};
const event = {
  event: 'access.door.unlock',
  event_object_id: 'e1',
  data: { location, device: null, actor, object },
};
const withData = (data: object) => ({ ...event, data: { ...event.data, ...data } });
const withObject = (more: object) => withData({ object: { ...object, ...more } });

const read = createReadOpening(null);
const send = (body: unknown, now = NOW): ReadOpening =>
  read({ rawBody: Buffer.from(JSON.stringify(body)), contentType: 'application/json', headers: {} }, now);
const openingOf = (body: unknown, now = NOW) => {
  const result = send(body, now);
  if (!result.ok || !result.opening) throw new Error(`no opening: ${JSON.stringify(result)}`);
  return result.opening;
};

describe('a webhook of UniFi Access', () => {
  it('tells who opened which door, and when', () => {
    expect(send(event)).toEqual({
      ok: true,
      opening: {
        id: expect.stringMatching(/^made_[0-9a-f]{32}$/),
        lockUserId: 'u1',
        lockId: 'd1',
        lockName: 'Front door',
        occurredAt: NOW - 2 * SECOND,
      },
    });
  });

  it.each(['ACCESS', 'Access Granted', 'access granted', undefined, ''])(
    'with the result %j is an opening',
    (result) => {
      expect(openingOf(withObject({ result }))).not.toHaveProperty('refused');
    },
  );

  it.each(['BLOCKED', 'Access Denied', 'ACCESS DENIED', 'something new'])('with %j is a refusal', (result) => {
    expect(openingOf(withObject({ result }))).toMatchObject({ lockUserId: 'u1', refused: result });
  });

  it.each([
    ['seconds', (NOW - 2 * SECOND) / SECOND],
    ['seconds as text', String((NOW - 2 * SECOND) / SECOND)],
    ['milliseconds', NOW - 2 * SECOND + 700],
    ['milliseconds as text', String(NOW - 2 * SECOND)],
    ['RFC 3339', '2026-11-30T10:59:58.9+01:00'],
  ])('may say its time in %s', (_what, time) => {
    expect(openingOf(withObject({ time }))).toEqual(openingOf(event));
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['cannot be read', 'yesterday'],
    ['is zero', 0],
    ['is null', null],
    ['has not come yet', NOW / SECOND + 3600],
    ['is too large for any calendar', 1e300],
  ])('happened now where its time %s, and is the same in a repeat', (_what, time) => {
    const first = openingOf(withObject({ time }), NOW + 900);

    expect(first.occurredAt).toBe(NOW);
    expect(openingOf(withObject({ time }), NOW + 5 * SECOND).id).toBe(first.id);
    expect(openingOf({ ...withObject({ time }), event_object_id: 'e2' }).id).not.toBe(first.id);
  });

  it('is the same opening whether event_object_id is the same in a repeat or not', () => {
    const { id } = openingOf(event);

    expect(openingOf(event, NOW + 60 * SECOND).id).toBe(id);
    expect(openingOf({ ...event, event_object_id: 'e2' }).id).toBe(id);
    expect(openingOf({ ...event, event_object_id: undefined }).id).toBe(id);
    expect(openingOf(withData({ actor: { ...actor, id: 'u2' } })).id).not.toBe(id);
    expect(openingOf(withData({ location: { ...location, id: 'd2' } })).id).not.toBe(id);
    expect(openingOf(withObject({ time: String(NOW / SECOND) })).id).not.toBe(id);
  });

  it.each([
    ['location is missing', { location: undefined }],
    ['location is null', { location: null }],
    ['location has odd fields', { location: { id: ['d1'], name: 7 } }],
  ])('names no door where its %s', (_what, odd) => {
    expect(openingOf(withData(odd))).toMatchObject({ lockId: null, lockName: null });
  });

  it('needs no more than who it was', () => {
    expect(openingOf({ event: event.event, data: { actor } })).toMatchObject({ lockUserId: 'u1', occurredAt: NOW });
  });

  it.each([
    ['nobody', null],
    ['nobody at all', undefined],
    ['a caller of the API', { ...actor, type: 'open-api' }],
    ['a visitor', { ...actor, type: 'visitor' }],
    ['an empty id', { ...actor, id: '' }],
    ['an id that would break a line', { ...actor, id: 'u1\nu2' }],
    ['an id that is too long', { ...actor, id: 'x'.repeat(201) }],
  ])('is no opening where it names %s', (_what, named) => {
    expect(send(withData({ actor: named }))).toEqual({ ok: true, opening: null, what: 'an unlock that names no user' });
  });

  it.each(['access.doorbell.incoming', 'access.device.dps_status', 'access.visitor.status.changed'])(
    'of the event %s needs no work',
    (name) => {
      expect(send({ ...event, event: name })).toEqual({ ok: true, opening: null, what: `the event ${name}` });
    },
  );

  it('with an odd event keeps its oddities out of the log', () => {
    const result = send({ event: `a\nb${'x'.repeat(500)}` });

    expect(result).toMatchObject({ ok: true, opening: null, what: expect.stringMatching(/^the event a\?bx{97}$/) });
  });

  it.each([
    ['{"event": ', 'broken_json'],
    ['', 'broken_json'],
    ['null', 'no_event'],
    ['[]', 'no_event'],
    ['{"event": 7}', 'no_event'],
    ['{"event": "access.door.unlock"}', 'unreadable_event'],
    ['{"event": "access.door.unlock", "data": {"actor": "u1"}}', 'unreadable_event'],
    ['{"event": "access.door.unlock", "data": {"actor": {"id": 7, "type": "user"}}}', 'unreadable_event'],
  ])('of %j is refused as %s', (body, code) => {
    const result = read({ rawBody: Buffer.from(body), contentType: 'application/json', headers: {} }, NOW);

    expect(result).toEqual({ ok: false, status: 400, code, message: expect.stringMatching(/./) });
  });

  it('that is not UTF-8 is refused', () => {
    const rawBody = Buffer.from([0x22, 0xff, 0x22]);

    expect(read({ rawBody, contentType: '', headers: {} }, NOW)).toMatchObject({ status: 400, code: 'not_utf8' });
  });

  it('is answered, whatever its bytes are', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"event":"access.door.unlock","data":${text}}`)),
      fc
        .json()
        .map((text) =>
          Buffer.from(
            `{"event":"access.door.unlock","data":{"actor":{"id":"u1","type":"user"},"location":${text},"object":${text}}}`,
          ),
        ),
    );
    fc.assert(
      fc.property(body, (rawBody) => {
        const result = read({ rawBody, contentType: '', headers: {} }, NOW);

        if (!result.ok) expect(result.status).toBe(400);
        else if (result.opening) expect(result.opening.occurredAt % SECOND).toBe(0);
      }),
    );
  });
});

describe('a signed webhook of UniFi Access', () => {
  const checked = createReadOpening(SECRET);
  const body = JSON.stringify(event);
  const sign = ({ secret = SECRET, at = NOW, text = body } = {}) =>
    signWebhookDelivery({ body: text, secret, timestamp: Math.floor(at / SECOND) });
  const sendSigned = (signature: string | undefined, text: string | Buffer = body) =>
    checked({ rawBody: Buffer.from(text), contentType: 'application/json', headers: { signature } }, NOW);

  it('is read where an independent client signs it, and up to five minutes early or late', () => {
    expect(sendSigned(sign())).toMatchObject({ ok: true, opening: { lockUserId: 'u1' } });
    expect(sendSigned(sign({ at: NOW - 300 * SECOND }))).toMatchObject({ ok: true });
    expect(sendSigned(sign({ at: NOW + 300 * SECOND }))).toMatchObject({ ok: true });
  });

  it('is judged as an independent client judges it, whatever the header is', () => {
    const seconds = NOW / SECOND;
    const header = fc.oneof(
      fc.string(),
      fc.constantFrom(sign(), sign({ secret: 'other' }), ` ${sign().replace(',', ' , ')}`, `${sign()},v2=00`),
      fc.string({ unit: fc.constantFrom('0', 'a', 'f', '9') }).map((hex) => `t=${seconds},v1=${hex}`),
    );
    fc.assert(
      fc.property(header, (signature) => {
        const theirs = verifyWebhookSignature({ body, header: signature, secret: SECRET });

        expect(sendSigned(signature).ok).toBe(theirs !== null);
      }),
    );
  });

  const mac = sign().slice(-64);
  it.each([
    ['no header', undefined, 'signature_missing'],
    ['an empty header', '', 'signature_missing'],
    ['no time', `v1=${mac}`, 'signature_malformed'],
    ['no signature', `t=${NOW / SECOND}`, 'signature_malformed'],
    ['a time that is none', `t=soon,v1=${mac}`, 'signature_malformed'],
    ['another version', `t=${NOW / SECOND},v2=${mac}`, 'signature_malformed'],
    ['another time', `t=${NOW / SECOND + 1},v1=${mac}`, 'signature_wrong'],
    ['another secret', sign({ secret: 'another' }), 'signature_wrong'],
    ['another body', sign({ text: `${body} ` }), 'signature_wrong'],
    ['half a signature', `t=${NOW / SECOND},v1=${mac.slice(0, 32)}`, 'signature_wrong'],
    ['more than a signature', `t=${NOW / SECOND},v1=${mac}00`, 'signature_wrong'],
    ['an old time', sign({ at: NOW - 301 * SECOND }), 'signature_stale'],
    ['a time to come', sign({ at: NOW + 301 * SECOND }), 'signature_stale'],
  ])('with %s is refused with 401', (_what, signature, code) => {
    const result = sendSigned(signature);

    expect(result).toMatchObject({ ok: false, status: 401, code });
    expect(JSON.stringify(result)).not.toContain(mac.slice(0, 16));
  });

  it('is verified before anything else is said about it', () => {
    expect(sendSigned(undefined, 'x')).toMatchObject({ status: 401 });
    expect(sendSigned(sign({ text: 'x' }), 'x')).toMatchObject({ status: 400, code: 'broken_json' });
  });
});
