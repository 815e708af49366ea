// A simulated world: Cobot, a lock system, the machine with the relay on it, the people, and those who look on. All of it
// in one process, on one clock, from one seed.
import type { InProcess } from '../../src/simulators/carrier.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { createBrakeWatch } from './brake-watch.ts';
import { createCast } from './cast.ts';
import { doDeed } from './deeds.ts';
import { createDoors } from './doors.ts';
import { isExplained } from './explained.ts';
import { crashName, isFault } from './faults.ts';
import type { Happening } from './happening.ts';
import { createHistory } from './history.ts';
import { createHoldsWatch } from './holds-watch.ts';
import { asYaml } from './house-rules.ts';
import { createLocalDays } from './local-days.ts';
import { createMachine, type Machine } from './machine.ts';
import { createMail } from './mail.ts';
import { createMoney } from './money.ts';
import { createOperator } from './operator.ts';
import { createRoad } from './road.ts';
import type { Script } from './script.ts';
import { KEY, setStrangers, subscribe } from './set-up.ts';
import { startSides } from './sides.ts';
import type { Stage } from './stage.ts';
import type { Trace } from './trace.ts';
import { createTroubles } from './troubles.ts';
import { Violation } from './violation.ts';
import { createWatch, type Look } from './watch.ts';
import { createWorldClock } from './world-clock.ts';

export type World = Awaited<ReturnType<typeof buildWorld>>;

const ZONE = 'Europe/Berlin';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const LOOK_EVERY = 40 * MINUTE;

export async function buildWorld(script: Script, network: InProcess, traceWith: (now: () => number) => Trace) {
  const clock = createWorldClock(script.start);
  const { now } = clock;
  const trace = traceWith(now);
  const stream = (number: number) => seededRandom(script.seed * 31 + number);
  const counts = new Map<string, number>();
  const excuses = new Map<string, number>();
  const happened = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1);
  /** Found where nobody waits for it. */
  let found: Violation | undefined;
  const fail = (violation: Violation) => {
    found ??= violation;
  };
  const looking = (look: () => void) => {
    try {
      look();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      fail(error);
    }
  };

  const { cobot, locks, plans, rooms, doorList } = await startSides(script, { clock, network, zone: ZONE, stream });
  const days = createLocalDays(ZONE, script.start, script.start + (script.days + 8) * DAY);
  const cast = createCast(script.people);
  const doors = createDoors(locks, cast);
  const history = createHistory(cobot, script.start, now);

  const strangers = setStrangers(locks, doorList, cast.humans.at(-1)?.emails[0] ?? '');
  doors.set();
  for (const [index, human] of cast.humans.entries()) {
    // Some are members from the start, some come later.
    if (index % 4 === 3) continue;
    const plan = plans[script.plansAtFirst[index] ?? 0];
    if (plan)
      human.memberIds.push(
        cobot.addMember({ name: human.name, email: human.emails[0] ?? null, userId: human.userId, plan }).id,
      );
  }
  history.note();
  history.wrote(asYaml(script.rules), script.rules);

  const env = {
    WEBHOOK_KEY: KEY,
    ...cobot.env(),
    ...locks.env(),
    PUBLIC_URL: 'https://relay.invalid',
    SWEEP_MINUTES: String(script.sweepMinutes),
    ACCESS_POLICY: '/etc/access.yaml',
  };
  const road = createRoad({ env, now, fail });
  const money = createMoney({ cobot, cast, days, now, happened, inTrouble: () => history.inTrouble() });
  let acked = 0;

  const machine: Machine = await createMachine({
    clock,
    random: stream(3),
    network,
    env,
    rules: asYaml(script.rules),
    trace,
    leaves: road.leaves,
    answered(request, status) {
      clock.stir();
      road.answered(request, status);
      const { host, pathname } = new URL(request.url);
      const isLock = request.url.startsWith(locks.url);
      if (status === null) troubles.unanswered(isLock ? 'locks' : 'cobot');
      if (request.method === 'GET') return;
      if (isLock) looking(() => lookOn());
      else if (/check_ins|work_sessions/.test(pathname) && host.startsWith('co-up'))
        looking(() => checkInAnswered(status, request.text, pathname));
    },
    recovered: (app) => road.recovered(app, machine.disk, fail),
    loggedSweep(from) {
      history.sweptSince(from - Math.abs(machine.skew) - SECOND);
    },
    jobDied(code) {
      // Neither a side that is down nor one that lacks a right is a reason to give up.
      if (!/_(timeout|network|server_error|rate_limited|token_refused|suspended|forbidden)$/.test(code)) return;
      fail(new Violation('what passes by is tried again', `a job is dead for ${code}`));
    },
    acknowledges() {
      acked += 1;
      const [row] = machine.disk.rows('select count(*) as n from deliveries');
      if (Number(row?.['n'] ?? 0) >= acked) return;
      fail(new Violation('204 means stored', 'a webhook was answered with 204 that is not on the disk'));
    },
    died(downMs, death) {
      happened(death ? crashName(death) : 'crash');
      history.trouble(downMs + MINUTE);
      road.died(machine.disk);
    },
  });
  const mail = createMail({
    clock,
    random: stream(4),
    trace,
    receive: machine.receive,
    happened,
    accepted: () => happened('webhook accepted'),
  });
  network.serve('relay.invalid', mail.reply);
  locks.setCallbackUrl(`https://relay.invalid/lock_open?key=${KEY}`);
  await subscribe(network, cobot);

  const operator = createOperator({ machine, trace, happened });
  const watch = createWatch({
    now,
    skew: () => machine.skew,
    cast,
    locks,
    doors,
    doorList,
    history,
    disk: machine.disk,
    space: { days, plans: cobot.plans, resources: cobot.resources },
    excused: (words) => void excuses.set(words, (excuses.get(words) ?? 0) + 1),
  });
  const brake = createBrakeWatch({
    now,
    cast,
    doors,
    doorList,
    after: clock.after,
    fail,
    rules: () => history.rules(watch.inForce()),
    inTrouble: (from) => history.inTrouble(from),
    isExplained: (human, lockId) =>
      isExplained(human, lockId, { cobot, watch, history, disk: machine.disk, now: now() }),
  });

  const holds = createHoldsWatch({
    now,
    cast,
    doors,
    doorList,
    keepsWindows: locks.keepsWindows,
    history,
    watch,
    operator,
    disk: machine.disk,
    days,
    happened,
  });

  function lookOn(how: Look = 'after a call'): void {
    history.note();
    holds.look();
    // Where grants keep no windows, every evening would look like a loss.
    if (locks.keepsWindows) brake.look();
    watch.look(how);
  }

  function checkInAnswered(status: number | null, body: string | undefined, path: string): void {
    const token = /"token":"([^"]+)"/.exec(body ?? '')?.[1];
    const memberId = token === undefined ? path.split('/')[3] : cobot.tokens.get(token);
    if (status === 422 && memberId !== undefined) {
      history.refusedCheckIn({
        memberId,
        at: now(),
        until: days.instant(days.addDays(days.cobotDayOf(now()), 1), 4 * 60),
      });
    }
    money.look();
    history.note();
  }

  const stage: Stage = {
    cobot,
    locks,
    zone: ZONE,
    days,
    now,
    cast,
    plans,
    rooms,
    doors: doorList,
    strangers,
    relayUrl: (path) => `https://relay.invalid${path}?key=${KEY}`,
    deliver: mail.deliver,
    writeRules: (text) => machine.writeRules(text),
    opened: (human, lock, lockUserId, at, isToldLate = false) =>
      money.opened({ human, lock, lockUserId, at, isToldLate }),
    after: (ms, work) => void clock.after(ms, () => looking(work)),
    decide: operator.decide,
  };
  const troubles = createTroubles({ clock, cobot, locks, machine, mail, history, happened });

  function step(happening: Happening): void {
    if (isFault(happening)) {
      troubles.begin(happening);
      return;
    }
    if (happening.kind === 'house rules') {
      const { rules } = happening;
      history.wrote(typeof rules === 'string' ? rules : asYaml(rules), typeof rules === 'string' ? null : rules);
    }
    // What the relay made so far is told apart from what is made now, at the desk.
    money.look();
    if (doDeed(happening, stage)) happened(happening.kind);
    money.desk();
    history.note();
  }

  async function until(at: number): Promise<void> {
    while (now() < at) {
      await clock.until(Math.min(at, now() + LOOK_EVERY), () => found !== undefined);
      if (found) throw found;
      looking(() => {
        money.look();
        lookOn('at leisure');
      });
      if (found) throw found;
    }
  }

  machine.begin();
  return {
    script,
    clock,
    trace,
    counts,
    excuses,
    happened,
    cobot,
    locks,
    doors,
    doorList,
    cast,
    days,
    history,
    machine,
    money,
    watch,
    operator,
    stage,
    troubles,
    env,
    until,
    happen: step,
    look: lookOn,
  };
}
