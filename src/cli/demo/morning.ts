// The quiet part of the demo: members come, open doors, are checked in, and leave.

import type { Lock } from '../../access/model.ts';
import { COBOT_EVENTS } from '../../lib/callback-path.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Member } from '../../simulators/cobot/space.ts';
import { type Cast, DOORS, lockUserOf, opens } from './cast.ts';
import { localDay, startOfDay } from './daytime.ts';
import type { Show } from './show.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

export type Play = { stage: Stage; cast: Cast; show: Show; clock: Clock; zone: string };

const PATIENCE = 30_000;

export async function playMorning(play: Play): Promise<void> {
  await openingTime(play);
  await joining(play);
  await checkingIn(play);
  await leaving(play);
}

async function openingTime({ stage, cast, show }: Play): Promise<void> {
  const { cobot, locks, relay } = stage;
  const { ada, greta } = cast.members;
  await show.scene('Webhooks are registered once, and registering again changes nothing', async () => {
    await show.tell('front desk', 'runs "relay subscribe", twice');
    const first = await stage.subscribe();
    const second = await stage.subscribe();
    await show.verify(
      `${COBOT_EVENTS.length} webhooks were registered at Cobot`,
      () => first.changes,
      COBOT_EVENTS.length,
    );
    await show.verify('the second time there was nothing to do', () => second.changes, 0);
    await show.verify(
      'all of them are active and lead to the relay',
      () =>
        cobot.subscriptions
          .values()
          .filter((each) => each.active && each.callbackUrl.startsWith(relay.url))
          .toArray().length,
      COBOT_EVENTS.length,
    );
  });
  await show.scene(
    'Members of today get every door, and check-in tokens; who is known already is adopted',
    async () => {
      await show.tell('front desk', 'starts the relay');
      await relay.start();
      await show.verify('Ada may open Front door and Workshop', () => opens(stage, ada), DOORS);
      await show.verify(
        'so may all seven members',
        () => Object.values(cast.members).filter((each) => opens(stage, each).length === DOORS.length).length,
        7,
      );
      await show.verify(
        'Greta was in the lock system before, and is there once',
        () => locks.people().filter(({ email }) => email === greta.email).length,
        1,
      );
      await show.verify(
        'each has a check-in token at Cobot',
        () => Object.values(cast.members).every((each) => cobot.tokensOf(each).length === 1),
        true,
      );
    },
  );
}

async function joining({ stage, cast, show }: Play): Promise<void> {
  const { cobot } = stage;
  await show.scene('A member who is confirmed gets in at once', async () => {
    const chloe = cast.addMember('Chloe', { confirmed: false });
    await show.tell('Chloe', 'has signed up, and is not confirmed yet');
    await show.verify('Chloe may open nothing', () => opens(stage, chloe), []);
    await show.tell('front desk', 'confirms Chloe');
    await cobot.emit('confirmed_membership', cobot.confirm(chloe));
    await show.verify('Chloe may open Front door and Workshop', () => opens(stage, chloe), DOORS);
    await show.verify('Chloe is in the lock system by name', () => lockUserOf(stage, chloe).name?.split(' ', 1), [
      'Chloe',
    ]);
  });
}

async function checkingIn(play: Play): Promise<void> {
  const { stage, cast, show } = play;
  const { cobot } = stage;
  const { ada, ben } = cast.members;
  const used = () => cobot.passesOf(ben).filter(({ usedAt }) => usedAt !== null).length;
  await show.scene('Opening a door checks in on Cobot and spends one day pass', async () => {
    await openDoor(play, ada, cast.front);
    await show.verify('Ada is checked in', () => cobot.checkInsOf(ada).length, 1);
    await openDoor(play, ben, cast.front);
    await show.verify('Ben is checked in', () => cobot.checkInsOf(ben).length, 1);
    await show.verify('one of his two day passes is spent', used, 1);
  });
  await show.scene('A second opening costs nothing: no pass, no call to Cobot', async () => {
    await calm(play);
    const calls = cobot.requests.length;
    await openDoor(play, ben, cast.workshop);
    await calm(play);
    await show.verify('Ben has one check-in', () => cobot.checkInsOf(ben).length, 1);
    await show.verify('and one day pass left', used, 1);
    await show.verify('Cobot was asked nothing', () => cobot.requests.length - calls, 0);
  });
}

async function leaving(play: Play): Promise<void> {
  const { stage, cast, show, clock, zone } = play;
  const { cobot, locks } = stage;
  const { emil, lena } = cast.members;
  const day = (days: number) => localDay(clock.now(), zone, days);
  await show.scene('A member who cancels keeps the doors to the end of the last day, and not longer', async () => {
    const midnight = startOfDay(day(1), zone);
    await show.tell('Emil', 'cancels; today is the last day');
    await cobot.emit('canceled_membership', cobot.cancel(emil, day(0)));
    await show.verify('at midnight both doors shut for Emil', () => ends(play, emil), [midnight, midnight]);
    await show.verify('until then he may open them', () => opens(stage, emil), DOORS);
    const chloe = cobot.members.values().find(({ name }) => name === 'Chloe');
    if (!chloe) throw new Error('Chloe has not joined.');
    await show.tell('front desk', 'cancels Chloe; yesterday was the last day');
    await cobot.emit('membership_cancellation_date_reached', cobot.cancel(chloe, day(-1)));
    await show.verify(
      'Chloe may open nothing, now or later',
      () => DOORS.filter((door) => locks.canEver(chloe.email ?? '', door)),
      [],
    );
    await show.verify('her check-in token is gone', () => cobot.tokensOf(chloe), []);
    await show.verify('Lena is none the worse for it', () => opens(stage, lena), DOORS);
  });
}

/** When the doors shut for a member: by the lock system, or where that keeps no windows, by the relay that shuts them. */
async function ends({ stage, cast }: Play, member: Member): Promise<(number | null)[]> {
  const { locks, relay } = stage;
  if (locks.keepsWindows) {
    const user = lockUserOf(stage, member);
    return locks.grants().flatMap(({ lockUserId, until: end }) => (lockUserId === user.id ? [end] : []));
  }
  const operator = await relay.operator();
  const { persons } = (await operator?.why({ member: member.email ?? '', lock: null, at: null })) ?? { persons: [] };
  const answers = persons.flatMap((person) => person.locks);
  return [cast.front, cast.workshop].map(({ id }) => {
    const end = answers.find(({ lockId }) => lockId === id)?.until ?? null;
    return end === null ? null : Date.parse(end);
  });
}

export async function openDoor(
  { stage, show }: Pick<Play, 'stage' | 'show'>,
  member: Member,
  lock: Lock,
): Promise<number | null> {
  await show.tell(member.name, `opens the ${lock.name}`);
  const delivery = await stage.locks.openLock(lockUserOf(stage, member).id, lock.id);
  return delivery?.attempts.at(-1)?.status ?? null;
}

/** Until the relay has nothing left to do. */
export async function calm({ stage, clock }: Pick<Play, 'stage' | 'clock'>): Promise<void> {
  const busy = await until(stage.busyJobs, (jobs) => jobs.length === 0, { clock, ms: PATIENCE });
  if (busy.length > 0) throw new Error(`The relay is still at work: ${busy.join(', ')}.`);
}
