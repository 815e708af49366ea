// The part of the demo that the front desk will ask about: a studio with hours and bookings, a member whom Cobot refuses, and
// a whole team that was cancelled at once. With --keep it is what the operator's page and the commands then answer from.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answers } from '../../operator/answers.ts';
import type { Member } from '../../simulators/cobot/space.ts';
import { opens } from './cast.ts';
import { localDay, startOfDay } from './daytime.ts';
import { calm, openDoor, type Play } from './morning.ts';

const HOUR = 3_600_000;
const EVERY_DAY = '[mon, tue, wed, thu, fri, sat, sun]';

export const POLICY = `version: 1
rules:
  - name: Front door and Workshop for everybody
    locks: [Front door, Workshop]
    members: all

  - name: Studio for Full Time
    locks: [Studio]
    plans: [Full Time]
    hours:
      - { days: ${EVERY_DAY}, from: "07:00", to: "22:00" }

  - name: Studio for who has booked it
    booking: { resource: Studio, before: 15m, after: 10m }
    locks: [Studio]

brake: { members: 3, percent: 10, at_most: 50 }
`;

export async function playDesk(play: Play): Promise<void> {
  await studioOpens(play);
  await benIsRefused(play);
  await teamIsHeld(play);
}

async function studioOpens(play: Play): Promise<void> {
  const { stage, cast, show } = play;
  const { cobot, locks, relay } = stage;
  const { ada, ben } = cast.members;
  await show.scene('A policy gives a door to a plan at certain hours, and to whoever has booked it', async () => {
    locks.addLocks('Studio');
    const plan = cobot.addPlan({ name: 'Part Time' });
    const nora = cast.addMember('Nora', { plan });
    for (const name of ['Paul', ...TEAM]) cast.addMember(name, { plan });
    const resource = cobot.addResource('Studio');
    for (const days of new Set([1, daysToFriday(play)])) {
      const from = startOfDay(localDay(play.clock.now(), play.zone, days), play.zone) + 8 * HOUR;
      cobot.addBooking({ resource, member: nora, from, to: from + 2 * HOUR });
    }
    await show.tell('front desk', 'gets a studio, and writes access.yaml');
    writeFileSync(join(relay.surroundings.cwd, 'access.yaml'), POLICY);
    await show.verify('Ada, Full Time, may open the Studio now', () => opens(stage, ada).includes('Studio'), true);
    await show.verify('Nora, Part Time, may not', () => opens(stage, nora), ['Front door', 'Workshop']);
    await show.verify('nor may Ben', () => opens(stage, ben), ['Front door', 'Workshop']);
    await show.verify(
      'tomorrow at 07:45 Ada may, by her plan, and Nora, by her booking',
      async () => {
        const reasons = await whyStudio(play, 'tomorrow 07:45');
        const nora = reasons.get('Nora')?.replace(/: booking .*/, '');
        return { Ada: reasons.get('Ada'), Nora: nora, Ben: reasons.get('Ben') };
      },
      { Ada: 'Studio for Full Time: plan "Full Time"', Nora: 'Studio for who has booked it', Ben: undefined },
    );
  });
}

/** To the next one; never today, since it may be just the time of the booking. */
function daysToFriday({ clock, zone }: Play): number {
  const { dayOfWeek } = Temporal.PlainDate.from(localDay(clock.now(), zone, 0));
  return (12 - dayOfWeek) % 7 || 7;
}

async function whyStudio({ stage }: Play, at: string): Promise<Map<string, string>> {
  const operator = await stage.relay.operator();
  const people: Answers['who']['people'] = operator ? (await operator.who({ lock: 'Studio', at })).people : [];
  return new Map(people.map(({ name, because }) => [name, because]));
}

async function benIsRefused(play: Play): Promise<void> {
  const { stage, cast, show, clock } = play;
  const { cobot } = stage;
  const { ben } = cast.members;
  await show.scene('Who is refused by Cobot is told why, in its own words', async () => {
    await show.tell('front desk', 'checks Ben out, and takes his other day pass back; that webhook gets lost');
    for (const checkIn of cobot.checkInsOf(ben)) {
      checkIn.until = Math.floor(clock.now() / 1000) * 1000;
      await cobot.emit('created_checkout', cobot.body(checkIn));
    }
    await calm(play);
    for (const pass of cobot.passesOf(ben)) if (pass.usedAt === null) cobot.passes.delete(pass.id);
    await openDoor(play, ben, cast.front);
    await show.verify('Cobot refused the check-in', async () => (await refusalsOf(play, ben)).length, 1);
    await show.verify('Ben may open nothing any more', () => opens(stage, ben), []);
  });
}

async function refusalsOf({ stage }: Play, { email }: Member): Promise<string[]> {
  const operator = await stage.relay.operator();
  const { persons } = (await operator?.why({ member: email ?? '', lock: null, at: null })) ?? { persons: [] };
  return persons.flatMap(({ refusedLately }) => refusedLately).filter((words) => words.includes('No time passes left'));
}

const TEAM = ['Tara', 'Tess', 'Tom'];

async function teamIsHeld(play: Play): Promise<void> {
  const { stage, show, clock, zone } = play;
  const { cobot, relay } = stage;
  await show.scene('When many would lose access at once, that waits for a person', async () => {
    const team = cobot.members
      .values()
      .filter(({ name }) => TEAM.includes(name))
      .toArray();
    await show.tell('front desk', `cancels ${TEAM.join(', ')} in one go; yesterday was their last day`);
    const bodies = team.map((member) => cobot.cancel(member, localDay(clock.now(), zone, -1)));
    for (const body of bodies) await cobot.emit('membership_cancellation_date_reached', body);
    await show.verify(
      'three persons are held',
      async () => (await (await relay.operator())?.holds({}))?.hold?.persons ?? 0,
      3,
    );
    await show.verify(
      'and open the doors as before',
      () => team.map((member) => opens(stage, member)),
      TEAM.map(() => ['Front door', 'Workshop']),
    );
  });
}
