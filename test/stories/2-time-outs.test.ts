// A check-in whose answer never comes: it may have landed, or may land yet. It is looked up before it is repeated, and
// not before half a minute is over.
import { expect, it } from 'vitest';
import { setUpFastRelay } from '../support/fast-relay.ts';
import { soon } from '../support/service.ts';

const CHECK_IN = 'POST /api/check_ins';
const HALF_A_MINUTE = 30_000;
const TIME_OUT = 10_000;

async function benOpens(hang: { when: 'before' | 'after'; lands?: boolean }) {
  // Without its echo nobody tells the relay what became of it; and a second check-in would spend the second pass.
  const relay = await setUpFastRelay({ cobot: { switches: { echo: false, repeatCheckIn: 'second' } } });
  const { cobot, smartlock } = relay;
  const [door] = smartlock.addLocks('Front door');
  const ben = cobot.addMember({ name: 'Ben', plan: cobot.addPlan({ name: 'Ten Days', limited: true }) });
  cobot.addPass(ben);
  cobot.addPass(ben);
  await relay.subscribe();
  await relay.start();
  await expect.poll(() => cobot.tokensOf(ben), soon).toHaveLength(1);
  const user = smartlock.userByEmail(ben.email ?? '');
  if (!door || !user) throw new Error('not registered');
  const silence = cobot.sabotage(CHECK_IN, { kind: 'hang', ...hang }, { times: 1 });
  await smartlock.openLock(user, door);
  await expect.poll(() => silence.hits, soon).toBe(1);

  return {
    ...relay,
    silence,
    posts: () => cobot.requests.filter(({ endpoint }) => endpoint === CHECK_IN),
    isJudged: () => relay.log().includes('opened, and was checked in on Cobot'),
    spent: () => cobot.passesOf(ben).filter(({ usedAt }) => usedAt !== null).length,
    checkIns: () => cobot.checkInsOf(ben).length,
  };
}

it('a check-in that took effect before the time-out is found, and not made again', async () => {
  const { posts, isJudged, spent, checkIns, close } = await benOpens({ when: 'after' });

  await expect.poll(isJudged, soon).toBe(true);

  expect([posts().length, checkIns(), spent()]).toEqual([1, 1, 1]);
  await close();
});

it('a check-in that never arrived is made again, half a minute later', async () => {
  const { posts, isJudged, spent, checkIns, close } = await benOpens({ when: 'before' });

  await expect.poll(isJudged, soon).toBe(true);

  const [first, second, ...more] = posts().map(({ at }) => at);
  expect(more).toEqual([]);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(HALF_A_MINUTE);
  expect([checkIns(), spent()]).toEqual([1, 1]);
  await close();
});

it('a check-in that lands after the time-out is found, and not made again', async () => {
  const { posts, isJudged, silence, clock, spent, checkIns, close } = await benOpens({ when: 'before', lands: true });
  const waited = () => clock.now() - (posts()[0]?.at ?? clock.now());
  await expect.poll(waited, soon).toBeGreaterThan(TIME_OUT + 2000);
  silence.lift();

  await expect.poll(isJudged, soon).toBe(true);

  expect([posts().length, checkIns(), spent()]).toEqual([1, 1, 1]);
  await close();
});
