// Who takes part in the demo: a small space with two doors, two plans, its members of today, and a stranger.
import type { CobotSimulator } from '../../simulators/cobot.ts';
import type { Member } from '../../simulators/cobot-space.ts';
import type { SmartLockAccess, SmartLockUser } from '../../simulators/smartlock-account.ts';
import type { Stage } from './stage.ts';

export type Cast = ReturnType<typeof gatherCast>;

export const DOORS = ['Front door', 'Workshop'];

export function gatherCast({ cobot, smartlock }: Pick<Stage, 'cobot' | 'smartlock'>) {
  const [front, workshop] = smartlock.addLocks(...DOORS);
  if (!front || !workshop) throw new Error('The demo has two doors.');
  const fullTime = cobot.addPlan({ name: 'Full Time' });
  const dayPass = cobot.addPlan({ name: 'Day Pass', limited: true });
  const addMember = (name: string, more: Partial<Parameters<CobotSimulator['addMember']>[0]> = {}) =>
    cobot.addMember({ name, plan: fullTime, ...more });

  const ben = addMember('Ben', { plan: dayPass });
  const ida = addMember('Ida', { plan: dayPass });
  for (const member of [ben, ben, ida, ida]) cobot.addPass(member);

  const greta = smartlock.addUser({ email: 'greta@example.com', name: 'Greta' });
  const cleaner = smartlock.addUser({ email: 'cleaner@example.com', name: 'The cleaner' });
  const byHand = [
    smartlock.addAccess({ user: greta, lock: workshop, note: 'has her own bench' }),
    smartlock.addAccess({ user: cleaner, lock: front, note: 'every evening' }),
  ];

  return {
    front,
    workshop,
    fullTime,
    addMember,
    members: {
      ada: addMember('Ada'),
      ben,
      emil: addMember('Emil'),
      greta: addMember('Greta'),
      ida,
      jonas: addMember('Jonas'),
      lena: addMember('Lena'),
    },
    /** What others made in the lock system, as it was before the relay came. */
    foreign: structuredClone({ users: [greta, cleaner], access: byHand }),
  };
}

/** The same things as they are now. */
export function foreignNow(
  { smartlock }: Pick<Stage, 'smartlock'>,
  { foreign }: Cast,
): { users: (SmartLockUser | undefined)[]; access: (SmartLockAccess | undefined)[] } {
  return {
    users: foreign.users.map(({ id }) => smartlock.users.get(id)),
    access: foreign.access.map(({ id }) => smartlock.access.get(id)),
  };
}

/** What a member may open now. */
export function opens({ smartlock }: Pick<Stage, 'smartlock'>, { email }: Pick<Member, 'email'>): string[] {
  return email === null ? [] : smartlock.opens(email);
}

export function lockUserOf({ smartlock }: Pick<Stage, 'smartlock'>, { name, email }: Member): SmartLockUser {
  const user = smartlock.userByEmail(email ?? '');
  if (!user) throw new Error(`${name} is not registered in the lock system.`);
  return user;
}
