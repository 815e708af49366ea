// Begins what goes wrong, and ends it: after its time, or when it gets calm.
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { type Fault, strike } from './faults.ts';
import type { History } from './history.ts';
import type { Machine } from './machine.ts';
import type { createMail, WebhookFault } from './mail.ts';
import type { WorldClock } from './world-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What came too late, or never, is not known before the next sweep; the rest within the quarter of an hour after. */
const AFTER_WEBHOOKS: Record<WebhookFault['what'], number> = {
  lost: 11 * HOUR,
  late: 11 * HOUR,
  twice: 30 * MINUTE,
  'out of order': 30 * MINUTE,
  'answer lost': 30 * MINUTE,
};

export function createTroubles(given: {
  clock: WorldClock;
  cobot: CobotSimulator;
  locks: LockSimulator;
  machine: Machine;
  mail: ReturnType<typeof createMail>;
  history: History;
  happened(what: string): void;
}) {
  const { clock, cobot, locks, machine, mail, history, happened } = given;
  const standing = new Set<() => void>();
  /** Only what answers wrongly and not merely badly: two lies about the same thing are more than anybody sees through. */
  let lies = new Set<string>();
  /** Who is down, and whether anybody has called there meanwhile. */
  const down = { cobot: 0, locks: 0 };
  const missed = { cobot: false, locks: false };
  /** Have there been refusals and answers in a form that nobody knows? Then some jobs may wait for a person. */
  let wasRefused = false;
  let isCalm = false;

  /** `isSpent`: it has struck as often as it shall. */
  function forAWhile(ms: number, end: () => void, isSpent: () => boolean = () => false): void {
    const until = clock.now() + ms;
    const over = () => {
      if (!standing.delete(over)) return;
      cancel();
      endOfTrouble();
      end();
    };
    const look = () => {
      if (isSpent() || clock.now() >= until) over();
      else cancel = clock.after(Math.min(MINUTE, until - clock.now()), look);
    };
    standing.add(over);
    let cancel = clock.after(Math.min(MINUTE, ms), look);
    const endOfTrouble = history.trouble(ms);
  }

  function takeDown({ side, forMs }: Extract<Fault, { kind: 'down' }>): void {
    const simulator = side === 'cobot' ? cobot : locks;
    down[side] += 1;
    void simulator.down();
    forAWhile(forMs, () => {
      down[side] -= 1;
      if (down[side] > 0) return;
      if (missed[side]) happened(`${side}: down`);
      missed[side] = false;
      void simulator.up();
    });
  }

  function disturb(happening: Extract<Fault, { kind: 'trouble' }>): void {
    const kind =
      happening.what === 'not there' || happening.what === 'empty' || happening.what === 'lacking'
        ? happening.what
        : null;
    if (kind !== null && [...lies].some((other) => other !== kind)) {
      // What shall strike so many times waits for its turn.
      if (happening.times !== undefined) clock.after(HOUR, () => begin(happening));
      return;
    }
    if (kind !== null) lies.add(kind);
    if (['html', 'truncated', '402', '401', '403', 'not there', 'empty', 'lacking'].includes(happening.what))
      wasRefused = true;
    const side = happening.side === 'cobot' ? cobot : locks;
    const sabotage = strike(side, happening, (id) => cobot.members.get(id)?.canceledTo === null);
    const over = () => {
      if (sabotage.hits > 0) happened(`${happening.side}: ${happening.what}`);
      sabotage.lift();
      if (kind !== null) lies = new Set();
    };
    forAWhile(happening.forMs, over, () => sabotage.hits >= (happening.times ?? Infinity));
  }

  function begin(happening: Fault): void {
    if (isCalm) return;
    switch (happening.kind) {
      case 'trouble':
        disturb(happening);
        return;
      case 'webhooks':
        forAWhile(happening.forMs, mail.stand(happening));
        history.trouble(happening.forMs + AFTER_WEBHOOKS[happening.what]);
        return;
      case 'crash':
        machine.crash({ at: happening.in, after: happening.afterSteps, when: happening.when }, happening.downMs);
        return;
      case 'restart':
        if (!machine.app) return;
        happened('restart');
        history.trouble(happening.downMs + MINUTE);
        void machine.restart(happening.downMs);
        return;
      case 'asleep':
        happened('asleep');
        clock.jump(happening.ms);
        history.trouble(happening.ms);
        return;
      case 'wrong clock':
        happened('wrong clock');
        machine.wrongClock(happening.by);
        forAWhile(happening.forMs, () => machine.wrongClock(0));
        return;
      case 'down':
        takeDown(happening);
        return;
    }
  }

  return {
    /** A call to that side had no answer. */
    unanswered(side: 'cobot' | 'locks'): void {
      if (down[side] > 0) missed[side] = true;
    },
    get wasRefused() {
      return wasRefused;
    },
    begin,
    /** Nothing goes wrong any more. */
    calm(): void {
      isCalm = true;
      for (const over of [...standing]) over();
      machine.calm();
      history.trouble(0);
    },
  };
}
