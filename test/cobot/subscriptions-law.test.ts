import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subscription } from '../../src/cobot/cobot.ts';
import { applySubscriptions } from '../../src/cobot/subscribe.ts';
import { subscriptionsFake } from './subscriptions-fake.ts';

const KEY = 'key-that-nobody-guesses-1';
const OLD_KEY = 'key-that-nobody-guesses-0';
const settings = {
  publicUrl: 'https://relay.test/space',
  keys: [KEY, OLD_KEY],
  wantedEvents: ['confirmed_membership', 'created_booking'],
};
const CONFIRMED = `https://relay.test/space/membership_confirmation?key=${KEY}`;
const BOOKING = `https://relay.test/space/cobot/created_booking?key=${KEY}`;

describe('whatever is there', () => {
  const wild = fc.array(
    fc.record({
      event: fc.constantFrom('confirmed_membership', 'created_booking', 'created_invoice'),
      callbackUrl: fc.constantFrom(
        CONFIRMED,
        BOOKING,
        BOOKING.replace(KEY, OLD_KEY),
        'https://x.test/hook',
        `https://real.test/?key=${KEY}`,
      ),
      active: fc.boolean(),
    }),
    { maxLength: 8 },
  );

  it('one active for each wanted event comes out, others stay untouched, and the next plan is empty', async () => {
    await fc.assert(
      fc.asyncProperty(wild, fc.boolean(), async (present, inactiveBlocks) => {
        const before = present.map((each, index) => ({ ...each, id: `s${index}` }));
        const cobot = subscriptionsFake(before, { inactiveBlocks });

        await applySubscriptions(cobot, settings);

        const isOthers = ({ callbackUrl }: Subscription) => !callbackUrl.startsWith('https://relay.test/space/');
        expect(cobot.all.filter(isOthers)).toEqual(before.filter(isOthers));
        const ours = cobot.all.filter((each) => !isOthers(each));
        expect(ours.map((each) => `${each.event} ${each.callbackUrl} ${each.active}`).sort()).toEqual([
          `confirmed_membership ${CONFIRMED} true`,
          `created_booking ${BOOKING} true`,
        ]);
        expect((await applySubscriptions(cobot, settings)).changes).toBe(0);
      }),
    );
  });
});
