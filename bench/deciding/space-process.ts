// A whole space, in a process of its own, in which everybody has what is due to them: a sweep of it has nothing to do.
import { daytimeZone } from '../../src/cli/demo/daytime.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { marks } from '../../src/locks/owned.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { answerParent } from '../support/child.ts';
import { startRemembering } from '../upstreams/remembering.ts';

const [members = 0, doors = 0] = process.argv.slice(2).map(Number);
const clock = systemClock;
const cobot = await startCobotSimulator({
  clock,
  random: seededRandom(1),
  zone: daytimeZone(clock.now()),
  limits: 'off',
  subdomain: 'co-up',
});
const locks = await startSmartLockSimulator({ clock, random: seededRandom(2), limits: 'off' });
const plan = cobot.addPlan({ name: 'Full Time' });
const there = locks.addLocks(...Array.from({ length: doors }, (_, index) => `Door ${index + 1}`));
const { userMark, noteOf } = marks('co-up');

for (let index = 0; index < members; index += 1) {
  const { id, email, name } = cobot.addMember({ name: `Member ${index}`, plan });
  const user = locks.addUser({ email: email ?? '', name, externalId: userMark(id) });
  for (const lock of there) locks.addAccess({ user, lock, note: noteOf(id, 'as before') });
  cobot.tokens.set(user.id, id);
}

const [cobotUrl, locksUrl] = await Promise.all([startRemembering(cobot.url), startRemembering(locks.url)]);

const methods = {
  env: (): Record<string, string> => ({
    ...cobot.env(),
    ...locks.env(),
    COBOT_URL: cobotUrl,
    COBOT_WWW_URL: cobotUrl,
    SMARTLOCK_URL: locksUrl,
  }),
  /** That something was changed would be a mistake of this benchmark. */
  changed: () => [...locks.requests, ...cobot.requests].filter(({ method }) => method !== 'GET').length,
};
export type SpaceMethods = typeof methods;

answerParent(methods);
