// Whatever way an answer of Cobot can be bad: nobody loses anything by it. And afterwards somebody who left does.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { until } from '../../src/cli/demo/until.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Action, emptied, lacking } from '../../src/simulators/sabotage.ts';
import { setUpFastRelay } from '../support/fast-relay.ts';

const LISTS = /^GET \/api\/(memberships|time_passes\/unused|work_sessions|bookings|check_in_tokens)$/;
const SINGLE = /^GET \/api\/(memberships|check_ins|time_passes|bookings)\/./;
const EVERY_READ = new RegExp(`${LISTS.source}|${SINGLE.source}`);

const html = '<html><body>We will be back soon</body></html>';
const json = { error: 'no' };
const HOUR = 3_600_000;

/** `of`: an empty list or half a list is a lie of lists alone, and so is a page of HTML for a single thing. */
const bad: Record<string, { action: Action; of: RegExp }> = {
  '401': { action: { kind: 'answer', status: 401, json }, of: EVERY_READ },
  '402': { action: { kind: 'answer', status: 402, json }, of: EVERY_READ },
  '403': { action: { kind: 'answer', status: 403, json }, of: EVERY_READ },
  'a list that is 404, in HTML': { action: { kind: 'answer', status: 404, html }, of: LISTS },
  'a single thing that is 404, in HTML, though its list holds it': {
    action: { kind: 'answer', status: 404, html },
    of: SINGLE,
  },
  '429': { action: { kind: 'answer', status: 429, json, headers: { 'retry-after': '5' } }, of: EVERY_READ },
  '500': { action: { kind: 'answer', status: 500, json }, of: EVERY_READ },
  '502, in HTML': { action: { kind: 'answer', status: 502, html }, of: EVERY_READ },
  '200, in HTML': { action: { kind: 'answer', status: 200, html }, of: EVERY_READ },
  'an empty body': { action: { kind: 'answer', status: 200 }, of: EVERY_READ },
  silence: { action: { kind: 'hang' }, of: EVERY_READ },
  'a reset': { action: { kind: 'reset' }, of: EVERY_READ },
  'an answer that is cut off': { action: { kind: 'cut' }, of: EVERY_READ },
  'half an answer': { action: { kind: 'truncate' }, of: EVERY_READ },
  'lists that are empty': { action: { kind: 'replace', data: emptied }, of: LISTS },
  'lists that lack every second thing': { action: { kind: 'replace', data: everySecond }, of: LISTS },
  'another shape': { action: { kind: 'replace', data: () => ({ hello: [{ id: 7 }] }) }, of: EVERY_READ },
};

function everySecond(data: unknown): unknown {
  let count = 0;
  return lacking(() => {
    count += 1;
    return count % 2 === 0;
  })(data);
}

/** Without the brake, which would keep everybody's doors all the same. */
const policy = `
version: 1
rules:
  - name: Doors
    locks: [Front door]
    members: all
  - name: Room
    booking: { resource: Meeting room }
    locks: [Meeting room]
brake: { members: 100, percent: 100, at_most: 100 }
`;

async function aSpace() {
  const relay = await setUpFastRelay({ policy });
  const { cobot, smartlock, clock } = relay;
  smartlock.addLocks('Front door', 'Meeting room');
  const fullTime = cobot.addPlan({ name: 'Full Time' });
  const tenDays = cobot.addPlan({ name: 'Ten Days', limited: true });
  const resource = cobot.addResource('Meeting room');
  const now = clock.now();
  const [ada, ben, cleo, dan, ...more] = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gil', 'Hal'].map((name) =>
    cobot.addMember({ name, plan: ['Ben', 'Cleo'].includes(name) ? tenDays : fullTime }),
  );
  if (!ada || !ben || !cleo || !dan) throw new Error('nobody there');
  cobot.addPass(ben);
  cobot.addCheckIn(cleo, { from: now - HOUR, until: now + 9 * HOUR });
  cobot.addBooking({ resource, member: dan, from: now - HOUR, to: now + 9 * HOUR });
  await relay.subscribe();
  await relay.start();
  const members = [ada, ben, cleo, dan, ...more];
  const all = () => members.map(({ email }) => smartlock.opens(email ?? ''));
  const front = ['Front door'];
  const expected = [front, front, front, ['Front door', 'Meeting room'], ...more.map(() => front)];
  await eventually(() => isDeepStrictEqual(all(), expected));
  return { ...relay, ada, members, all, expected };
}

describe.concurrent('nobody loses anything by', () => {
  it.each(Object.entries(bad))('%s', { timeout: 60_000 }, async (_name, { action, of }) => {
    const relay = await aSpace();
    const { cobot, all, expected, members, ada } = relay;
    const met = (what: RegExp) => {
      const struck = cobot.requests.filter(({ sabotage }) => sabotage !== null);
      return struck.filter(({ method, path }) => what.test(`${method} ${path}`)).length;
    };

    const trouble = cobot.sabotage(of, action);
    await relay.restart();
    for (const member of members.slice(1, 4)) await cobot.emit('updated_membership_details', cobot.body(member));
    if (of !== SINGLE) await eventually(() => met(LISTS) > 0);
    if (of !== LISTS) await eventually(() => met(SINGLE) > 2);
    await eventually(() => /"name":"sweep".*is tried again|sweep done/.test(relay.log()));
    await relay.stop();

    expect(all()).toEqual(expected);

    trouble.lift();
    await relay.restart();
    await eventually(() => relay.log().includes('sweep done'));
    await cobot.emit('canceled_membership', cobot.cancel(ada, relay.day(-1)));
    await eventually(() => all()[0]?.length === 0);
    expect(all()).toEqual([[], ...expected.slice(1)]);
    await relay.close();
  });
});

/** Tests that run at the same time cannot share expect.poll. */
async function eventually(isSo: () => boolean): Promise<void> {
  if (!(await until(isSo, Boolean, { clock: systemClock, ms: 15_000 })))
    throw new Error(`it never came to be: ${isSo}`);
}
