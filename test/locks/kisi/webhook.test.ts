import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReadOpening } from '../../../src/locks/kisi/webhook.ts';
import { kisi, unlock } from './wire.ts';

const NOW = Date.parse('2026-11-30T10:00:00Z');
const SECOND = 1000;
const JSON_TYPE = 'application/json; charset=utf-8';
const opening = {
  id: 'e1',
  lockUserId: '11',
  lockId: '31',
  lockName: 'Front door',
  occurredAt: Date.parse('2026-11-30T09:59:58Z'),
};

const read = createReadOpening({ webhookSecret: null, placeId: null });
const send = (body: string | Buffer, contentType = JSON_TYPE) =>
  read({ rawBody: Buffer.from(body), contentType, headers: {} }, NOW);
const sendEvent = (event: unknown) => send(JSON.stringify(event));
const openingOf = (event: unknown) => {
  const result = sendEvent(event);
  if (!result.ok || !result.opening) throw new Error('no opening');
  return result.opening;
};

describe("a webhook of Kisi's", () => {
  it('is read as an opening, whatever else it says', () => {
    expect(sendEvent(unlock('e1', { more: [1] }))).toEqual({ ok: true, opening });
  });

  it.each(['application/json', 'Application/Vnd.Kisi+JSON'])('is read as %s', (type) => {
    expect(send(JSON.stringify(unlock('e1')), type)).toMatchObject({ ok: true });
  });

  it.each([
    ['f358de', 'the access is not valid yet'],
    ['f35ade', 'the access is no longer valid'],
    ['fcd8ff', 'the access is switched off'],
    ['34ffaa', 'it is outside the hours in which the group may enter'],
    ['fad10e', 'there is no such door'],
    ['fad001', 'the door is locked down'],
    ['fac001', "the door's controller is offline"],
  ])('tells in plain words why a door stayed shut (%s)', (error_code, refused) => {
    expect(openingOf(unlock('e1', { success: false, error_code, error_message: 'E' }))).toEqual({
      ...opening,
      refused,
    });
  });

  it.each([
    ['its words', { error_code: 'c0ffee', error_message: ' Too \n many\tpeople ' }, 'Too many people'],
    ['its words, cut', { error_message: 'w'.repeat(300) }, 'w'.repeat(200)],
    ['its code', { error_code: 'constructor', error_message: '  ' }, "Kisi's code constructor"],
    ['its code as a number', { error_code: 7 }, "Kisi's code 7"],
    ['that it says nothing', {}, 'Kisi names no reason'],
    ['that it says nothing of use', { error_code: {}, error_message: 7 }, 'Kisi names no reason'],
  ])('tells %s where the reason is not known', (_what, error, refused) => {
    expect(openingOf(unlock('e1', { success: false, ...error })).refused).toBe(refused);
  });

  it('is no refusal where the door opened, whatever the words', () => {
    expect(openingOf(unlock('e1', { error_code: 'f35ade' }))).toEqual(opening);
  });

  it.each([
    ['a guest', 'Guest', 'an unlock by a guest'],
    ['an access link', 'GroupLink', 'an unlock by an access link'],
    ['an integration', 'MarketplaceInstallation', 'an unlock by an integration'],
    ['nobody', null, 'an unlock by nobody in particular'],
    ['something else', 'Robot', 'an unlock by something that is no user'],
  ])('needs no work where %s opened', (_what, actor_type, what) => {
    expect(sendEvent(unlock('e1', { actor_type }))).toEqual({ ok: true, opening: null, what });
    expect(sendEvent({ type: 'lock.unlock', actor_type })).toEqual({ ok: true, opening: null, what });
  });

  it.each([
    ['integration.warn_due_to_error', 'a warning that Kisi will switch off a webhook that keeps failing'],
    ['integration.disable_due_to_error', 'the news that Kisi switched off a webhook that kept failing'],
    ['lock.lock', 'an event lock.lock'],
    ['<b>bad</b>', 'an event of another kind'],
    ['', 'an event of another kind'],
  ])('needs no work where it is of the type %j', (type, what) => {
    expect(sendEvent({ type })).toEqual({ ok: true, opening: null, what });
  });

  it('needs no work where it is of another place, and one place is set', () => {
    const locks = kisi({ placeId: '7' });
    const sent = (event: object) =>
      locks.readOpening({ rawBody: Buffer.from(JSON.stringify(event)), contentType: JSON_TYPE, headers: {} }, NOW);

    expect(sent(unlock('e1', { place_id: 8 }))).toEqual({
      ok: true,
      opening: null,
      what: 'an unlock at another place',
    });
    expect(sent(unlock('e1', { place_id: 7 }))).toEqual({ ok: true, opening });
    expect(sent(unlock('e1', { place_id: null }))).toEqual({ ok: true, opening });
    expect(sent(unlock('e1', { place_id: undefined }))).toEqual({ ok: true, opening });
  });

  it.each([
    ['no time', undefined],
    ['null', null],
    ['no time at all', 'yesterday'],
    ['a number', 1796032800],
    ['a time more than five minutes ahead', '2026-11-30T10:05:01Z'],
  ])('happened when it arrived where its time is %s', (_what, created_at) => {
    expect(openingOf(unlock('e1', { created_at })).occurredAt).toBe(NOW);
  });

  it('may be five minutes early, or weeks late', () => {
    expect(openingOf(unlock('e1', { created_at: '2026-11-30T10:05:00Z' })).occurredAt).toBe(NOW + 300 * SECOND);
    expect(openingOf(unlock('e1', { created_at: '2026-11-01T10:00:00+01:00' })).occurredAt).toBe(
      Date.parse('2026-11-01T09:00:00Z'),
    );
  });

  it.each([
    ['is missing', { object_type: undefined, object_id: undefined, object_name: undefined }, null],
    ['is odd', { object_id: ['31'], object_name: { a: 1 } }, null],
    ['is an elevator stop', { object_type: 'ElevatorStop', object_name: 'Level 2' }, 'Level 2'],
  ])('names no door where its object %s', (_what, odd, lockName) => {
    expect(openingOf(unlock('e1', odd))).toMatchObject({ lockId: null, lockName });
  });

  it.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'multipart/form-data; boundary=x',
  ])('as %j is refused with 415', (contentType) => {
    expect(send(JSON.stringify(unlock('e1')), contentType)).toMatchObject({
      ok: false,
      status: 415,
      code: 'unsupported_content_type',
    });
  });

  it.each([
    ['', 'broken_json'],
    ['{"type": ', 'broken_json'],
    [Buffer.from([0x22, 0xff, 0x22]), 'not_utf8'],
    ['null', 'no_type'],
    ['[]', 'no_type'],
    ['"lock.unlock"', 'no_type'],
    ['{"type": 7}', 'no_type'],
    ['{"type": "lock.unlock"}', 'unreadable_unlock'],
  ])('with the body %j is refused with 400', (body, code) => {
    expect(send(body)).toMatchObject({ ok: false, status: 400, code });
  });

  it.each([
    { uuid: undefined },
    { uuid: '' },
    { uuid: 'x'.repeat(201) },
    { uuid: 'a\u0000b' },
    { actor_type: undefined },
    { actor_id: undefined },
    { actor_id: null },
    { actor_id: 1.5 },
    { success: undefined },
    { success: 'true' },
  ])('about an unlock with %j is refused with 400', (odd) => {
    expect(sendEvent(unlock('e1', odd))).toMatchObject({ ok: false, status: 400, code: 'unreadable_unlock' });
  });

  it('never throws, and never reads an opening out of noise', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(send(body)).not.toMatchObject({ opening: { id: expect.anything() } });
      }),
    );
  });
});

describe("a signed webhook of Kisi's", () => {
  const secret = 'a signature key';
  const checked = createReadOpening({ webhookSecret: secret, placeId: null });
  const body = JSON.stringify(unlock('e1'));
  const mac = (encoding: 'hex' | 'base64', key = secret, text: string | Buffer = body) =>
    createHmac('sha256', key).update(text).digest(encoding);
  const sendSigned = (signature: string | undefined, text: string | Buffer = body, contentType = JSON_TYPE) =>
    checked({ rawBody: Buffer.from(text), contentType, headers: { 'x-signature': signature } }, NOW);

  it.each([
    ['hex with the prefix', `sha256=${mac('hex')}`],
    ['hex', mac('hex')],
    ['hex in capitals', `SHA256=${mac('hex').toUpperCase()}`],
    ['base64 with the prefix', `sha256=${mac('base64')}`],
    ['base64', mac('base64')],
  ])('is read where the signature is right, as %s', (_what, signature) => {
    expect(sendSigned(signature)).toEqual({ ok: true, opening });
  });

  it('is checked over the bytes as they came', () => {
    const spaced = Buffer.from(`${body.slice(0, -1)} , "name": "Caf\\u00e9 é"}`);

    expect(sendSigned(mac('hex', secret, spaced), spaced)).toMatchObject({ ok: true });
    expect(sendSigned(mac('hex'), spaced)).toMatchObject({ code: 'signature_wrong' });
  });

  it.each([
    ['no header', undefined, 'signature_missing'],
    ['an empty header', '', 'signature_missing'],
    ['another secret', `sha256=${mac('hex', 'another')}`, 'signature_wrong'],
    ['another secret in base64', mac('base64', 'another'), 'signature_wrong'],
    ['another body', mac('hex', secret, `${body} `), 'signature_wrong'],
    ['half a signature', mac('hex').slice(0, 32), 'signature_malformed'],
    ['more than a signature', `${mac('hex')}00`, 'signature_malformed'],
    ['a prefix alone', 'sha256=', 'signature_malformed'],
    ['another prefix', `sha1=${mac('hex')}`, 'signature_malformed'],
    ['two signatures', `${mac('hex')}, ${mac('hex')}`, 'signature_malformed'],
  ])('with %s is refused with 401', (_what, signature, code) => {
    const result = sendSigned(signature);

    expect(result).toMatchObject({ ok: false, status: 401, code });
    expect(JSON.stringify(result)).not.toContain(mac('hex'));
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('is verified before anything else is said about it', () => {
    expect(sendSigned(undefined, 'x', 'text/plain')).toMatchObject({ status: 401 });
    expect(sendSigned(mac('hex', secret, 'x'), 'x', 'text/plain')).toMatchObject({ status: 415 });
    expect(sendSigned(mac('hex', secret, 'x'), 'x')).toMatchObject({ status: 400 });
  });

  it('cannot be had with an empty secret', () => {
    expect(() => kisi({ webhookSecret: '' })).toThrow('KISI_WEBHOOK_SECRET');
  });
});
