import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COBOT_EVENTS } from '../../src/lib/callback-path.ts';
import { readCobotHint } from '../../src/webhooks/events.ts';

const NOW = 1_800_000_000_000;
const read = (url: unknown, event = 'confirmed_membership') => readCobotHint(event, { url }, NOW);

describe('which thing a webhook is about', () => {
  it.each([
    'https://co-up.cobot.me/api/memberships/m1',
    'http://co-up.cobot.me/api/memberships/m1',
    'https://members.example.com/api/memberships/m1',
    'https://api.cobot.me/memberships/m1',
    'https://somebody-else.example/api/memberships/m1',
    'https://co-up.cobot.me/base/api/memberships/m1/',
    'https://co-up.cobot.me/api/memberships/m1?a=b#c',
    'https://co-up.cobot.me/api/memberships/%6d1',
    '/api/memberships/m1',
  ])('is told by the path of its url, on any host: %s', (url) => {
    expect(read(url)).toEqual({
      understood: true,
      subject: 'm1',
      job: { name: 'reconcile', key: 'm1', payload: { membershipId: 'm1', cause: 'webhook confirmed_membership' } },
    });
  });

  it.each([
    'https://co-up.cobot.me/api/memberships',
    'https://co-up.cobot.me/api/memberships/',
    'https://co-up.cobot.me/api/memberships/m1/more',
    'https://co-up.cobot.me/api/resources/r1',
    'https://co-up.cobot.me/api/constructor/r1',
    'https://co-up.cobot.me/api/memberships/a.b',
    'https://co-up.cobot.me/api/memberships/..%2f..%2fspace',
    'https://co-up.cobot.me/api/memberships/%00',
    'https://co-up.cobot.me/api/memberships/%E0%A4%A',
    `https://co-up.cobot.me/api/memberships/${'x'.repeat(65)}`,
    'https://co-up.cobot.me',
    'file:///api/memberships/m1',
    'memberships/m1',
    'http://[/api/memberships/m1',
    '',
  ])('is not understood where the path names none: %s', (url) => {
    expect(read(url)).toEqual({ understood: false, subject: 'a url that names no membership, booking or check-in' });
  });

  it('is of the kind in the url, whatever the event is called', () => {
    expect(read('https://co-up.cobot.me/api/bookings/b1', 'created_checkin')).toMatchObject({
      job: { name: 'booking', key: 'b1' },
    });
    expect(read('https://co-up.cobot.me/api/memberships/m1', 'created_booking')).toMatchObject({
      job: { name: 'reconcile' },
    });
  });

  it('is not understood where the event is none of ours', () => {
    expect(read('https://co-up.cobot.me/api/memberships/m1', 'created_invoice')).toMatchObject({ understood: false });
    expect(read('https://co-up.cobot.me/api/memberships/m1', 'toString')).toMatchObject({ understood: false });
  });

  it('is understood or not, and never an error, whatever the body', () => {
    const url = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.webPath().map((path) => `/api/memberships${path}`),
    );
    const body = fc.oneof(fc.jsonValue(), fc.record({ url }), fc.record({ url, booking: fc.jsonValue() }));

    fc.assert(
      fc.property(fc.constantFrom(...COBOT_EVENTS), body, (event, given) => {
        const hint = readCobotHint(event, given, NOW);
        if (hint.understood) expect(hint.job.key).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      }),
    );
  });
});

describe('a booking', () => {
  const url = 'https://co-up.cobot.me/api/bookings/b1';
  const payloadOf = (event: string, booking: unknown) => {
    const hint = readCobotHint(event, { url, booking }, NOW);
    return hint.understood ? hint.job.payload : undefined;
  };

  it('that was deleted brings whose it was', () => {
    expect(payloadOf('deleted_booking', { membership: { id: 'm7', name: 'Ada' } })).toEqual({
      bookingId: 'b1',
      membershipId: 'm7',
      cause: 'webhook deleted_booking',
    });
  });

  it.each([undefined, null, {}, { membership: null }, { membership: { id: 7 } }, { membership: { id: '../space' } }])(
    "that was deleted and says nothing of use is nobody's for now: %j",
    (booking) => {
      expect(payloadOf('deleted_booking', booking)).toMatchObject({ bookingId: 'b1', membershipId: null });
    },
  );

  it('that is still there is read from Cobot, whatever the body says', () => {
    expect(payloadOf('updated_booking', { membership: { id: 'm7' } })).toMatchObject({ membershipId: null });
  });
});

describe('a check-in', () => {
  it.each(['created_checkin', 'created_checkout'])('is looked at a second later (%s)', (event) => {
    expect(read('https://co-up.cobot.me/api/check_ins/c1', event)).toEqual({
      understood: true,
      subject: 'c1',
      job: {
        name: 'cobot-check-in',
        key: 'c1',
        payload: { checkInId: 'c1', cause: `webhook ${event}` },
        runAt: NOW + 1000,
      },
    });
  });
});
