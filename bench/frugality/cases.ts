// What happens in a space, played against the relay and against the guide's code, and what it costs in calls to Cobot.

import { seededRandom } from '../../src/simulators/chance.ts';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { type Caller, createGuide } from '../subjects/guide.ts';
import { type Bound, burst, firstSync, morning, oneConfirmation, sweepWithNothingToDo } from './bounds.ts';
import { countFromNow, HOUR, MINUTE, openSpaceWorld, SECOND, type SpaceWorld } from './world.ts';

export type Cost = {
  name: string;
  members: number;
  bound: Bound;
  calls: number;
  /** Answered 429. */
  refused: number;
  byEndpoint: Record<string, number>;
  /** Virtual time until everybody may open what is theirs, and until every check-in token is linked; null: never. */
  doorsMs: number | null;
  linksMs: number | null;
  /** Calls that the guide's code makes for the same; null: it has nothing for it. */
  guide: number | null;
};

const MORNING = 2 * HOUR;
const SWEEP_EVERY = 15 * MINUTE;
const LONGEST = 12 * HOUR;

/** Everybody is known, the first sweep is over, and so are the minutes that Cobot counted in it. */
async function knownSpace(fill: (world: SpaceWorld) => void): Promise<SpaceWorld> {
  const world = await openSpaceWorld();
  fill(world);
  world.start();
  await world.clock.until(world.clock.now() + 5 * MINUTE);
  return world;
}

export async function oneEvent(): Promise<Cost> {
  const world = await knownSpace((made) => made.giveEverything(made.addMembers(200, made.plans.full)));
  const joined = world.addMembers(1, world.plans.full, { confirmed: false });
  const counted = countFromNow(world);
  await tellConfirmed(joined, world);
  const times = await converged(joined, world);
  return { name: 'one confirmation', members: 201, bound: oneConfirmation(), ...counted(), ...times, guide: 2 };
}

async function tellConfirmed(members: readonly Member[], { cobot }: SpaceWorld): Promise<void> {
  for (const member of members) await cobot.emit('confirmed_membership', cobot.confirm(member));
}

async function converged(members: readonly Member[], world: SpaceWorld): Promise<Pick<Cost, 'doorsMs' | 'linksMs'>> {
  const from = world.clock.now();
  const doorsMs = await world.untilSo(() => world.isOpenFor(members), LONGEST, 100);
  const linked = await world.untilSo(() => world.isLinked(members), LONGEST);
  return { doorsMs, linksMs: linked === null ? null : world.clock.now() - from };
}

/** A bulk change: who was on one plan is on another, and keeps the same doors. */
export async function manyAtOnce(changed: number, members: number): Promise<Cost> {
  const world = await knownSpace((made) => made.giveEverything(made.addMembers(members, made.plans.full)));
  const them = [...world.cobot.members.values()].slice(0, changed);
  for (const member of them) world.cobot.changePlan(member, world.plans.part);
  const counted = countFromNow(world);
  const from = world.clock.now();
  await Promise.all(them.map((member) => world.cobot.emit('changed_membership_plan', world.cobot.body(member))));
  // Nothing changes at the doors: it is over when nobody asks any more.
  let [seen, quietSince] = [-1, from];
  await world.untilSo(() => {
    const { calls } = counted();
    if (calls !== seen) [seen, quietSince] = [calls, world.clock.now()];
    return seen > 0 && world.clock.now() - quietSince > 2 * MINUTE;
  }, HOUR);
  return {
    name: `${changed} webhooks at once`,
    members,
    bound: burst(changed),
    ...counted(),
    doorsMs: quietSince - from,
    linksMs: null,
    guide: changed,
  };
}

/** From 08:00 to 10:00, in no order; half of the people are on a plan that spends passes. */
export async function openings(count: number, people: number): Promise<Cost> {
  const world = await knownSpace((made) => {
    const half = Math.floor(people / 2);
    const limited = made.addMembers(half, made.plans.day);
    for (const member of limited) made.cobot.addPass(member);
    made.giveEverything([...limited, ...made.addMembers(people - half, made.plans.full)]);
  });
  const { clock, cobot, locks, door } = world;
  const random = seededRandom(9);
  const members = [...cobot.members.values()];
  const eight = Date.parse('2026-11-30T07:00:00Z');
  await clock.until(eight);
  const counted = countFromNow(world);
  const users = new Map(locks.users.values().map((user) => [user.email, user]));
  // Everybody comes at least once.
  const who = Array.from({ length: count }, (_, index) => members[index % people]);
  const refused: string[] = [];
  for (const member of who) {
    const user = users.get(member?.email ?? '');
    if (!user) continue;
    clock.after(Math.floor(random() * MORNING), () => {
      locks.openLock(user, door).catch((error: unknown) => void refused.push(String(error)));
    });
  }
  await clock.until(eight + MORNING + MINUTE);
  if (refused.length > 0) throw new Error(`${refused.length} could not open: ${refused[0]}`);
  const cost = counted();
  const checkedIn = members.filter((member) => cobot.checkInsOf(member).length === 1).length;
  if (checkedIn < people) throw new Error(`Of ${people} who came, ${checkedIn} have one check-in.`);
  const sweeps = Math.round(MORNING / SWEEP_EVERY);
  return {
    name: `${count} openings by ${people}`,
    members: people,
    bound: morning({ members: people, limited: Math.floor(people / 2), sweeps }),
    ...cost,
    doorsMs: null,
    linksMs: null,
    guide: count,
  };
}

export async function firstSyncOf(count: number): Promise<Cost> {
  const world = await openSpaceWorld();
  const members = world.addMembers(count, world.plans.full);
  const counted = countFromNow(world);
  world.start();
  const times = await converged(members, world);
  return {
    name: 'the first sync',
    members: count,
    bound: firstSync(count),
    ...counted(),
    ...times,
    guide: await guideFirst(count),
  };
}

/** A tenth of the members is on a limited plan, so that a sweep reads every list that it ever reads. */
export async function idleSweep(count: number): Promise<Cost> {
  const world = await knownSpace((made) => {
    const limited = made.addMembers(Math.floor(count / 10), made.plans.day);
    for (const member of limited) made.cobot.addPass(member);
    made.giveEverything([...limited, ...made.addMembers(count - limited.length, made.plans.full)]);
  });
  const [counted, from] = [countFromNow(world), world.clock.now()];
  await world.clock.until(from + SWEEP_EVERY);
  return {
    name: 'a sweep with nothing to do',
    members: count,
    bound: sweepWithNothingToDo(),
    ...counted(),
    doorsMs: null,
    linksMs: null,
    guide: null,
  };
}

/** The guide's code, run over a space of that size, its calls to Cobot counted. Limits are off: it would not come through. */
async function guideFirst(count: number): Promise<number> {
  const world = await openSpaceWorld();
  world.addMembers(count, world.plans.full);
  let calls = 0;
  const { cobot, locks, network } = world;
  const call: Caller = async (side, { method, path, body }) => {
    if (side === 'cobot') calls += 1;
    // Every few calls a minute passes, so that it is answered at all.
    if (calls % 50 === 0) await world.clock.until(world.clock.now() + MINUTE + SECOND);
    const answer = await network.send({
      method,
      url: (side === 'cobot' ? cobot.url : locks.url) + path,
      headers: {
        'content-type': 'application/json',
        ...(side === 'cobot' ? { authorization: `Bearer ${cobot.token}` } : { 'x-api-token': locks.token }),
      },
      text: body === undefined ? undefined : JSON.stringify(body),
      signal: new AbortController().signal,
    });
    if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status}`);
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  };
  await createGuide(call).everybody();
  return calls;
}
