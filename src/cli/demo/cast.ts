// Who takes part in the demo: a small space with two doors, two plans, its members of today, and a stranger.
import type { CurrentGrant, LockUser } from '../../access/model.ts';
import type { CobotSimulator } from '../../simulators/cobot/cobot.ts';
import type { Member } from '../../simulators/cobot/space.ts';
import type { Stage } from './stage.ts';

export type Cast = ReturnType<typeof gatherCast>;

export const DOORS = ['Front door', 'Workshop'];

export function gatherCast({ cobot, locks }: Pick<Stage, 'cobot' | 'locks'>) {
  const [front, workshop] = locks.addLocks(...DOORS);
  if (!front || !workshop) throw new Error('The demo has two doors.');
  const fullTime = cobot.addPlan({ name: 'Full Time' });
  const dayPass = cobot.addPlan({ name: 'Day Pass', limited: true });
  const addMember = (name: string, more: Partial<Parameters<CobotSimulator['addMember']>[0]> = {}) =>
    cobot.addMember({ name, plan: fullTime, ...more });

  const ben = addMember('Ben', { plan: dayPass });
  const ida = addMember('Ida', { plan: dayPass });
  for (const member of [ben, ben, ida, ida]) cobot.addPass(member);

  const greta = locks.addPerson({ email: 'greta@example.com', name: 'Greta' });
  const cleaner = locks.addPerson({ email: 'cleaner@example.com', name: 'The cleaner' });
  const byHand = [
    locks.addByHand({ lockUserId: greta, lockId: workshop.id, note: 'has her own bench' }),
    locks.addByHand({ lockUserId: cleaner, lockId: front.id, note: 'every evening' }),
  ];
  const strangers = { people: [greta, cleaner], grants: byHand };

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
    strangers,
    /** What others made in the lock system, as it was before the relay came. */
    foreign: lookUp(locks, strangers),
  };
}

type Foreign = { people: LockUser[]; grants: CurrentGrant[] };

function lookUp(locks: Stage['locks'], ids: { people: string[]; grants: string[] }): Foreign {
  return structuredClone({
    people: locks.people().filter(({ id }) => ids.people.includes(id)),
    grants: locks.grants().filter(({ id }) => ids.grants.includes(id)),
  });
}

/** The same things as they are now. */
export const foreignNow = ({ locks }: Pick<Stage, 'locks'>, { strangers }: Cast): Foreign => lookUp(locks, strangers);

/** What a member may open now. */
export function opens({ locks }: Pick<Stage, 'locks'>, { email }: Pick<Member, 'email'>): string[] {
  return email === null ? [] : locks.opens(email).toSorted();
}

export function lockUserOf({ locks }: Pick<Stage, 'locks'>, { name, email }: Member): LockUser {
  const user = locks.people().find((each) => each.email.toLowerCase() === email?.toLowerCase());
  if (!user) throw new Error(`${name} is not registered in the lock system.`);
  return user;
}
