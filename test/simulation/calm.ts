// Liveness: once it has been calm for some hours, the doors say what the facts say, everything accepted has had its effect,
// no job is stuck, and nothing is held without a reason. Then a person approves what is held, and it is so without "but".
import { checkBooks, checkJobs } from './calm-books.ts';
import { checkDoors } from './calm-doors.ts';
import { checkOpenings } from './calm-openings.ts';
import { asYaml } from './house-rules.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

export async function checkCalm(world: World): Promise<void> {
  const { clock, script, machine } = world;
  world.troubles.calm();
  mendRules(world);
  world.trace.line('-- it gets calm');
  await world.until(clock.now() + (2 * script.sweepMinutes + 100) * MINUTE);
  if (!machine.app) throw new Violation('it comes back', 'the process is not up, hours after everything is well again');
  checkDoors(world, 'but for what is held');
  checkOpenings(world);
  await checkJobs(world);
  checkBooks(world);
  approveAll(world);
  await world.until(clock.now() + 40 * MINUTE);
  checkDoors(world, 'without but');
  checkProgress(world);
}

/** Without one that was ever good the relay does not start, and is right. */
function mendRules({ history, watch, script, machine }: World): void {
  if (history.file()?.rules !== null || watch.inForce() !== null) return;
  history.wrote(asYaml(script.rules), script.rules);
  machine.writeRules(asYaml(script.rules));
}

function approveAll({ operator, happened }: World): void {
  if (operator.decide({ kind: 'operator approves', which: 0, of: 'all' })) happened('everything held is approved');
}

/** A run in which every call fails would pass for a good one. */
function checkProgress({ counts, money, machine }: World): void {
  const rule = 'something happens';
  // House rules may give nothing to anybody who is there; lock users are made all the same.
  const done = machine.disk.rows(`select action from audit where action in ('register', 'grant')`).length;
  if (done === 0) throw new Violation(rule, 'nobody was registered or given anything');
  if ((counts.get('webhook accepted') ?? 0) === 0) throw new Violation(rule, 'no webhook was accepted');
  const heard = machine.disk.rows('select id from openings').length;
  if (money.openings.length > 5 && heard === 0) throw new Violation(rule, 'no opening was heard of');
}
