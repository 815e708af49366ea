// Whether every event that was acknowledged has had its effect, and none had it twice: by the state of the two other
// sides, member by member. Knows nothing of how the relay works.

import { DOORS } from './script.ts';
import type { Sent } from './sender.ts';
import type { World } from './world.ts';

export type Verdict = {
  acknowledged: number;
  /** Answered with a status that says so. */
  refused: number;
  /** Cut off, or nobody there: whether it was stored is not known. */
  unanswered: number;
  /** One sentence each. */
  lost: string[];
  twice: string[];
};

type Seen = { openings: ReadonlyMap<string, string | null> };

/** `of`: which events have to have had their effect. Default: those acknowledged. */
export async function judgeWorld(world: World, of: (sent: Sent) => boolean = isAcknowledged): Promise<Verdict> {
  const { sent } = world;
  const seen: Seen = { openings: await openingsOf(world) };
  return {
    acknowledged: sent.filter(isAcknowledged).length,
    refused: sent.filter(({ answer }) => answer !== 'no answer' && answer !== 204).length,
    unanswered: sent.filter(({ answer }) => answer === 'no answer').length,
    lost: sent.filter(of).flatMap((each) => missing(each, world, seen) ?? []),
    twice: [...twiceAtTheLocks(world), ...twiceAtCobot(world)],
  };
}

export const isAcknowledged = ({ answer }: Sent): boolean => answer === 204;

/** null: it has had its effect. */
function missing(sent: Sent, { cobot, locks }: World, { openings }: Seen): string | null {
  const { kind, member, opening } = sent;
  const email = member.email ?? '';
  const opens = locks.opens(email).join(', ');
  const words = (what: string) => `${kind} of ${member.name}: ${what}`;
  switch (kind) {
    case 'confirmation':
      return opens === `${DOORS.front}, ${DOORS.studio}` ? null : words(`opens [${opens}]`);
    case 'cancellation': {
      const still = Object.values(DOORS).filter((door) => locks.canEver(email, door));
      return still.length === 0 ? null : words(`can still open ${still.join(', ')}`);
    }
    case 'plan change': {
      const due = member.plan.name === 'Full Time' ? `${DOORS.front}, ${DOORS.studio}` : DOORS.front;
      return opens === due ? null : words(`opens [${opens}] instead of [${due}]`);
    }
    case 'opening': {
      const outcome = opening ? openings.get(openingKey(opening.user.id, opening.occurredAt)) : undefined;
      if (outcome === undefined) return words('the relay has no such opening');
      if (outcome !== 'checked in' && outcome !== 'checked in already') return words(`it was judged ${outcome}`);
      return cobot.checkInsOf(member).length > 0 ? null : words('there is no check-in');
    }
  }
}

/** Lock users and grants of which there are more than one. */
export function twiceAtTheLocks({ locks }: Pick<World, 'locks'>): string[] {
  const users = Map.groupBy(locks.users.values(), ({ email }) => email.toLowerCase());
  const grants = Map.groupBy(locks.access.values(), ({ userId, lockId }) => `${userId} at ${lockId}`);
  return [
    ...[...users].filter(([, them]) => them.length > 1).map(([email, { length }]) => `${length} lock users ${email}`),
    ...[...grants].filter(([, them]) => them.length > 1).map(([where, { length }]) => `${length} grants of ${where}`),
  ];
}

function twiceAtCobot({ cobot, sent }: World): string[] {
  const opened = new Set(sent.filter(({ kind }) => kind === 'opening').map(({ member }) => member.id));
  return [...cobot.members.values()].flatMap((member) => {
    const most = opened.has(member.id) ? 1 : 0;
    const checkIns = cobot.checkInsOf(member).length;
    const passes = cobot.passesOf(member).filter(({ usedAt }) => usedAt !== null).length;
    const tokens = cobot.tokensOf(member).length;
    return [
      ...(checkIns > most ? [`${checkIns} check-ins of ${member.name}`] : []),
      ...(passes > most ? [`${passes} passes of ${member.name} are spent`] : []),
      ...(tokens > 1 ? [`${tokens} check-in tokens of ${member.name}`] : []),
    ];
  });
}

async function openingsOf({ relays }: World): Promise<Map<string, string | null>> {
  const operator = await relays.find((each) => each.isRunning())?.operator();
  if (!operator) throw new Error('No relay answers over its socket.');
  const { openings } = await operator.openings({ member: null, lock: null, limit: 1000 });
  return new Map(openings.map(({ lockUserId, at, outcome }) => [openingKey(lockUserId, Date.parse(at)), outcome]));
}

/** Where there are several relays, a sender notices nothing of the end of one. */
export function turnedAway({ sent }: World): string[] {
  return sent
    .filter((each) => !isAcknowledged(each))
    .map(({ kind, answer, ms }) => `a ${kind} was answered ${answer} after ${ms} ms`);
}

/** Work that was given up, which nothing in these runs is a reason for. */
export async function deadJobs({ relays }: World): Promise<string[]> {
  const operator = await relays.find((each) => each.isRunning())?.operator();
  const jobs = (await operator?.jobs({}))?.jobs ?? [];
  return jobs.filter(({ state }) => state === 'dead').map(({ name, lastError }) => `${name} is dead: ${lastError}`);
}

function openingKey(lockUserId: string, at: number): string {
  return `${lockUserId} ${Math.floor(at / 1000)}`;
}
