// Hours after it got calm: no job is stuck, nothing is there twice, nothing was left over, and nothing leaked.
import type { CurrentGrant } from '../../src/access/model.ts';
import { secretsIn } from '../support/secrets.ts';
import { covers } from './doors.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

export async function checkJobs({ machine, clock, troubles }: World): Promise<void> {
  for (const job of (await machine.app?.parts.queue.list()) ?? []) {
    const words = `${job.name} ${job.key} is ${job.state}, since ${new Date(job.requestedAt).toISOString()}: ${job.lastError}`;
    const isOverdue = job.state === 'waiting' && job.runAt < clock.now() - MINUTE;
    const isRunning = job.state === 'running' && job.requestedAt < clock.now() - 30 * MINUTE;
    const fails = job.state === 'waiting' && job.attempt > 1 && job.lastError !== null;
    if (isOverdue || isRunning || fails) throw new Violation('no job is stuck', words);
    // A refusal waits for a person; what only passes by is tried for ever.
    if (job.state === 'dead' && !troubles.wasRefused) throw new Violation('what passes by is tried again', words);
  }
}

export function checkBooks(world: World): void {
  checkLog(world);
  checkNothingTwice(world);
  const { cast, cobot, doors } = world;
  for (const [token, memberId] of cobot.tokens) {
    const human = cast.byMember(memberId);
    if (human && doors.usersOf(human).some(({ id }) => id === token)) continue;
    throw new Violation('tokens are of their owners', `the token ${token} is with membership ${memberId}`);
  }
  for (const line of world.machine.disk.rows('select reason, lock_user_id from hold_lines')) {
    if (String(line['reason']).trim() === '')
      throw new Violation('nothing is held without a reason', String(line['lock_user_id']));
  }
}

function checkLog({ machine, env }: World): void {
  const [leak] = secretsIn(machine.lines.join(''), { env });
  if (leak !== undefined) throw new Violation('no secret in a log line', leak.slice(0, 300));
  const mistake = machine.lines.find((line) => /left alone:|TypeError|could not start/.test(line));
  if (mistake !== undefined) throw new Violation('no mistake of ours', mistake.slice(0, 600));
}

function checkNothingTwice({ locks, cast, doors, clock }: World): void {
  const marks = locks.people().flatMap(({ externalId }) => (externalId?.startsWith('relay:co-up:') ? externalId : []));
  const twice = marks.find((mark, index) => marks.indexOf(mark) !== index);
  if (twice !== undefined) throw new Violation('nobody is registered twice', twice);
  const now = clock.now();
  const overlap = (a: CurrentGrant, b: CurrentGrant) => covers(a, b.from ?? now) || covers(b, a.from ?? now);
  for (const human of cast.humans) {
    const grants = doors.grantsOf(human, 'the relay’s').filter(({ until }) => until === null || until > now);
    const isDouble = (grant: CurrentGrant, index: number) =>
      grants
        .slice(0, index)
        .some((each) => each.lockId === grant.lockId && each.lockUserId === grant.lockUserId && overlap(each, grant));
    const double = grants.find(isDouble);
    if (double)
      throw new Violation('nothing is given twice', `${human.name} has two grants at ${double.lockId} that overlap`);
  }
}
