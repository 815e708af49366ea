import { describe, expect, it } from 'vitest';
import type { Subscription } from '../../src/cobot/cobot.ts';
import {
  applySubscriptions,
  listSubscriptions,
  removeSubscriptions,
  repairInactive,
} from '../../src/cobot/subscribe.ts';
import { callbackUrlOf, planSubscriptions, type SubscriptionSettings } from '../../src/cobot/subscriptions.ts';
import { TransientError } from '../../src/lib/errors.ts';
import { type SubscriptionsFake, subscriptionsFake } from './subscriptions-fake.ts';

const KEY = 'key-that-nobody-guesses-1';
const OLD_KEY = 'key-that-nobody-guesses-0';
const settings: SubscriptionSettings = {
  publicUrl: 'https://relay.test/space/',
  keys: [KEY, OLD_KEY],
  wantedEvents: ['confirmed_membership', 'created_booking'],
};
const CONFIRMED = `https://relay.test/space/membership_confirmation?key=${KEY}`;
const BOOKING = `https://relay.test/space/cobot/created_booking?key=${KEY}`;

function one(id: string, callbackUrl: string, changes: Partial<Subscription> = {}): Subscription {
  return { id, event: 'created_booking', callbackUrl, active: true, ...changes };
}
const confirmed = one('s1', CONFIRMED, { event: 'confirmed_membership' });
const foreign = one('f1', 'https://elsewhere.test/hook/secret-path', { event: 'created_checkin' });

function states(report: { rows: { event: string; state: string }[] }): string[] {
  return report.rows.map((row) => `${row.event} ${row.state}`);
}
const urls = (cobot: SubscriptionsFake) => cobot.all.map((each) => each.callbackUrl).sort();

describe('a callback URL', () => {
  it('names the event in its path, and the confirmation by the name of the guide', () => {
    expect(callbackUrlOf('confirmed_membership', settings)).toBe(CONFIRMED);
    expect(callbackUrlOf('created_booking', settings)).toBe(BOOKING);
  });
});

describe('registering', () => {
  it('makes what is missing, and the second time nothing', async () => {
    const cobot = subscriptionsFake([foreign]);

    const first = await applySubscriptions(cobot, settings);
    const second = await applySubscriptions(cobot, settings);

    expect(states(first)).toEqual(['confirmed_membership made', 'created_booking made']);
    expect(first.changes).toBe(2);
    expect(states(second)).toEqual(['confirmed_membership present', 'created_booking present']);
    expect(second.changes).toBe(0);
    expect(urls(cobot)).toEqual([foreign.callbackUrl, BOOKING, CONFIRMED].sort());
  });

  it('never shows a key, nor the path of somebody else', async () => {
    const moved = one('m1', `https://old.test/cobot/created_booking?key=${KEY}`);

    const report = await applySubscriptions(subscriptionsFake([foreign, moved]), settings);

    expect(JSON.stringify(report)).not.toMatch(/nobody-guesses|secret-path/);
    expect(report.rows[1]?.callback).toBe('relay.test/space/cobot/created_booking');
    expect(report.foreign).toEqual([{ event: 'created_checkin', callbackHost: 'elsewhere.test' }]);
  });

  it.each([true, false])('makes a deactivated one anew (deactivated twins block: %s)', async (inactiveBlocks) => {
    const cobot = subscriptionsFake([confirmed, one('s2', BOOKING, { active: false })], { inactiveBlocks });

    const report = await applySubscriptions(cobot, settings);

    expect(states(report)).toEqual(['confirmed_membership present', 'created_booking repaired']);
    expect(cobot.all).toEqual([confirmed, one('new1', BOOKING)]);
  });

  it.each([OLD_KEY, 'a-key-of-long-ago'])('replaces one with another key, the new one first (%s)', async (key) => {
    const cobot = subscriptionsFake([confirmed, one('s2', BOOKING.replace(KEY, key))]);

    const report = await applySubscriptions(cobot, settings);

    expect(states(report)).toEqual(['confirmed_membership present', 'created_booking replaced']);
    expect(cobot.done).toEqual(['make created_booking', 'remove s2']);
    expect(cobot.all).toEqual([confirmed, one('new1', BOOKING)]);
  });

  it('keeps one active of several for an event, and removes the others', async () => {
    const cobot = subscriptionsFake([
      confirmed,
      one('s2', BOOKING, { active: false }),
      one('s3', BOOKING),
      one('s4', BOOKING),
      one('s5', BOOKING.replace(KEY, OLD_KEY)),
    ]);

    const report = await applySubscriptions(cobot, settings);

    expect(cobot.all).toEqual([confirmed, one('s3', BOOKING)]);
    expect(report.changes).toBe(3);
  });

  it('removes ours for an event that is no longer wanted', async () => {
    const cobot = subscriptionsFake([
      confirmed,
      one('s2', BOOKING),
      one('s3', BOOKING.replace('created_booking', 'created_invoice'), { event: 'created_invoice' }),
    ]);

    const report = await applySubscriptions(cobot, settings);

    expect(states(report)).toContain('created_invoice removed');
    expect(cobot.all.map(({ id }) => id)).toEqual(['s1', 's2']);
  });

  it('goes on after an event that Cobot does not offer, and leaves the old one of it alone', async () => {
    const old = one('s2', BOOKING.replace(KEY, OLD_KEY));
    const cobot = subscriptionsFake([old], { notOffered: ['confirmed_membership', 'created_booking'] });

    const report = await applySubscriptions(cobot, settings);

    expect(states(report)).toEqual(['confirmed_membership not offered', 'created_booking not offered']);
    expect(cobot.all).toEqual([old]);
  });

  it('says so where Cobot has a double that it does not show', async () => {
    const cobot = subscriptionsFake([confirmed], { hidden: [one('h1', BOOKING)] });

    const report = await applySubscriptions(cobot, settings);

    expect(report.rows[1]).toMatchObject({ state: 'failed', problem: expect.stringContaining('another token') });
  });

  it('takes an active double that appeared meanwhile for its own', async () => {
    const cobot = subscriptionsFake([confirmed]);
    const stale = {
      ...cobot,
      subscriptions: async () => cobot.all.filter(({ id }) => id === 's1' || cobot.done.length > 0),
    };
    cobot.all.push(one('s2', BOOKING));

    const report = await applySubscriptions(stale, settings);

    expect(report.rows[1]).toMatchObject({ state: 'made', id: 's2' });
    expect(cobot.all).toEqual([confirmed, one('s2', BOOKING)]);
  });

  it('asks no further once Cobot is down, and says so of every event', async () => {
    const down = new TransientError('down', { code: 'x', where: 'y', advice: 'z', effect: 'unknown' });
    let calls = 0;
    const cobot = subscriptionsFake([], {
      failing: () => {
        calls += 1;
        return down;
      },
    });

    const report = await applySubscriptions(cobot, settings);

    expect(states(report)).toEqual(['confirmed_membership failed', 'created_booking failed']);
    expect(calls).toBe(1);
  });

  it('changes nothing in a dry run', async () => {
    const present = [
      one('s2', BOOKING, { active: false }),
      one('s3', BOOKING.replace('created_booking', 'x'), { event: 'x' }),
    ];
    const cobot = subscriptionsFake(present);

    const report = await applySubscriptions(cobot, { ...settings, dryRun: true });

    expect(states(report)).toEqual(['confirmed_membership made', 'created_booking repaired', 'x removed']);
    expect(report.changes).toBe(3);
    expect(cobot.done).toEqual([]);
  });
});

describe('another installation with a key of ours', () => {
  const other = one('o1', `https://real.test/cobot/created_booking?key=${OLD_KEY}`);

  it('is shown and left alone', async () => {
    const cobot = subscriptionsFake([confirmed, other]);

    const report = await applySubscriptions(cobot, settings);

    expect(states(report)).toContain('created_booking elsewhere');
    expect(cobot.all).toContainEqual(other);
  });

  it('is replaced when a person says so, the new one first', async () => {
    const cobot = subscriptionsFake([confirmed, other]);

    await applySubscriptions(cobot, { ...settings, replace: true });

    expect(cobot.done).toEqual(['make created_booking', 'remove o1']);
    expect(cobot.all).toEqual([confirmed, one('new1', BOOKING)]);
  });

  it.each([
    ['another host', 'https://relay.test.evil.test/space/cobot/created_booking?key=x'],
    ['another port', 'https://relay.test:8443/space/cobot/created_booking?key=x'],
    ['another scheme', 'http://relay.test/space/cobot/created_booking?key=x'],
    ['a path beside ours', 'https://relay.test/space2/cobot/created_booking?key=x'],
    ['another route of the host', 'https://relay.test/space/hooks/created_booking?key=x'],
    ['the host in its query', 'https://x.test/?u=https://relay.test/space/cobot/created_booking'],
    ['no URL', 'hello'],
  ])('is foreign by %s and without a key of ours, also under replace', (_what, callbackUrl) => {
    const plan = planSubscriptions([one('f', callbackUrl)], { ...settings, replace: true });

    expect(plan.foreign).toEqual([one('f', callbackUrl)]);
  });
});

describe('showing', () => {
  it('names every state and changes nothing', async () => {
    const cobot = subscriptionsFake([one('s2', BOOKING, { active: false }), foreign]);

    const report = await listSubscriptions(cobot, settings);

    expect(states(report)).toEqual(['confirmed_membership missing', 'created_booking inactive']);
    expect(report.foreign).toHaveLength(1);
    expect(cobot.done).toEqual([]);
  });
});

describe('removing', () => {
  it('takes all of ours and nobody else', async () => {
    const other = one('o1', `https://real.test/cobot/created_booking?key=${KEY}`);
    const cobot = subscriptionsFake([confirmed, one('s2', BOOKING.replace(KEY, 'long-ago')), foreign, other]);

    const report = await removeSubscriptions(cobot, settings);

    expect(cobot.all).toEqual([foreign, other]);
    expect(report.changes).toBe(2);
  });
});

describe('the repair of the running service', () => {
  it('makes deactivated ones anew with the first key, and never what was not there', async () => {
    const cobot = subscriptionsFake([one('s2', BOOKING.replace(KEY, OLD_KEY), { active: false }), foreign]);

    const { rows, lost } = await repairInactive(cobot, settings);

    expect(rows).toMatchObject([{ event: 'created_booking', state: 'repaired' }]);
    expect(lost).toEqual([]);
    expect(cobot.all).toEqual([foreign, one('new1', BOOKING)]);
  });

  it('does nothing while an active one delivers, be it with the old key', async () => {
    const present = [one('s2', BOOKING, { active: false }), one('s3', BOOKING.replace(KEY, OLD_KEY))];
    const cobot = subscriptionsFake(present);

    expect(await repairInactive(cobot, settings)).toEqual({ rows: [], lost: [] });
    expect(cobot.done).toEqual([]);
  });

  it('makes up for one that it removed and could not make', async () => {
    const down = new TransientError('down', { code: 'x', where: 'y', advice: 'z', effect: 'none' });
    let isDown = true;
    const cobot: SubscriptionsFake = subscriptionsFake([one('s2', BOOKING, { active: false })], {
      failing: (call) => (isDown && call.startsWith('make') && cobot.done.includes('remove s2') ? down : undefined),
    });

    const first = await repairInactive(cobot, settings);
    expect(cobot.all).toEqual([]);
    isDown = false;
    const second = await repairInactive(cobot, settings, first.lost);

    expect(first).toMatchObject({ rows: [{ state: 'failed' }], lost: ['created_booking'] });
    expect(second).toMatchObject({ rows: [{ state: 'made' }], lost: [] });
    expect(cobot.all).toEqual([one('new1', BOOKING)]);
  });
});
