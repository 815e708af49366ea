// Begins what goes wrong, and ends it: after its time, or when it gets calm.
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { type Fault, strike } from './faults.ts';
import type { History } from './history.ts';
import type { Machine } from './machine.ts';
import type { createMail } from './mail.ts';
import type { WorldClock } from './world-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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
  /** Have there been refusals and answers in a form that nobody knows? Then some jobs may wait for a person. */
  let wasRefused = false;

  function forAWhile(ms: number, end: () => void): void {
    const over = () => {
      if (!standing.delete(over)) return;
      cancel();
      end();
    };
    standing.add(over);
    const cancel = clock.after(ms, over);
    history.trouble(ms);
  }

  return {
    get wasRefused() {
      return wasRefused;
    },
    begin(happening: Fault): void {
      switch (happening.kind) {
        case 'trouble': {
          const kind =
            happening.what === 'not there' || happening.what === 'empty' || happening.what === 'lacking'
              ? happening.what
              : null;
          if (kind !== null && [...lies].some((other) => other !== kind)) return;
          if (kind !== null) lies.add(kind);
          if (['html', 'truncated', '402', '401', '403', 'not there', 'empty', 'lacking'].includes(happening.what))
            wasRefused = true;
          const side = happening.side === 'cobot' ? cobot : locks;
          const sabotage = strike(side, happening);
          forAWhile(happening.forMs, () => {
            if (sabotage.hits > 0) happened(`${happening.side}: ${happening.what}`);
            sabotage.lift();
            if (kind !== null) lies = new Set();
          });
          return;
        }
        case 'webhooks':
          forAWhile(happening.forMs, mail.stand(happening));
          // What came too late, or never, is not known before the next sweep.
          history.trouble(happening.forMs + 11 * HOUR);
          return;
        case 'crash':
          machine.crash({ at: happening.in, after: happening.afterSteps, when: happening.when }, happening.downMs);
          return;
        case 'restart':
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
        case 'down': {
          happened(`${happening.side}: down`);
          const side = happening.side === 'cobot' ? cobot : locks;
          void side.down();
          forAWhile(happening.forMs, () => void side.up());
          return;
        }
      }
    },
    /** Nothing goes wrong any more. */
    calm(): void {
      for (const over of [...standing]) over();
      machine.calm();
      history.trouble(0);
    },
  };
}
