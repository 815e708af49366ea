// `npm run demo`: a morning in a coworking space, played through real HTTP between a simulated Cobot, a simulated lock
// system and the real relay. Nothing is hard-coded as success: every line is looked up in the simulators.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { LockSystemName } from '../locks/catalog.ts';
import { lockSimulators } from '../simulators/lock-simulators.ts';
import { gatherCast } from './demo/cast.ts';
import { daytimeZone } from './demo/daytime.ts';
import { playDesk } from './demo/desk.ts';
import { leaveRunning } from './demo/leave-running.ts';
import { type Play, playMorning } from './demo/morning.ts';
import { createShow } from './demo/show.ts';
import { buildStage } from './demo/stage.ts';
import { playTrouble } from './demo/trouble.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Before each thing that somebody does, on a terminal. */
const TIME_TO_READ = 700;
/** So long the world may take to be as it should. */
const PATIENCE = 30_000;

export type DemoOptions = {
  /** Leave everything running to play with, until Ctrl-C. */
  keep: boolean;
  /** The lock system to play it on, by the name that LOCK_SYSTEM takes. */
  lockSystem?: LockSystemName;
  terminal?: Pick<Terminal, 'out' | 'colours' | 'width'>;
  clock?: Clock;
};

/** The exit code: 1 if anything did not hold. */
export async function runDemo({
  keep,
  lockSystem = 'smartlock',
  terminal = processTerminal(process),
  clock = systemClock,
}: DemoOptions): Promise<0 | 1> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-demo-'));
  const zone = daytimeZone(clock.now());
  // A second check-in would cost a second pass.
  const switches = { repeatCheckIn: 'second' } as const;
  const stage = await buildStage({
    clock,
    folder,
    cobot: { zone, switches },
    startLocks: lockSimulators[lockSystem],
    env: { ADMIN_PASSWORD: `demo-${randomBytes(6).toString('hex')}` },
  });
  const cast = gatherCast(stage);
  const pause = terminal.width === null ? 0 : TIME_TO_READ;
  const show = createShow(terminal, { clock, zone, pause, patience: PATIENCE });
  const play: Play = { stage, cast, show, clock, zone };
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let held = false;
  try {
    terminal.out(
      `A morning in the coworking space co-up (clock of ${zone}): Cobot and ${stage.locks.name} are simulated, the relay\n`,
    );
    terminal.out('between them is the real one, as a process of its own, and everything goes through real HTTP.\n\n');
    await Promise.race([perform(play), once(interrupted.signal, 'abort')]);
    held = !interrupted.signal.aborted && show.sum();
    if (keep && !interrupted.signal.aborted) await leaveRunning(play, terminal, interrupted.signal);
    return held ? 0 : 1;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await stage.close();
    if (held) rmSync(folder, { recursive: true, force: true });
    else terminal.out(`The relay's log: ${stage.relay.logFile}\n`);
  }
}

async function perform(play: Play): Promise<void> {
  await playMorning(play);
  await playTrouble(play);
  await playDesk(play);
  await play.show.scene('The relay stops cleanly when it is told to', async () => {
    await play.show.tell('front desk', 'stops the relay (SIGTERM)');
    const { code, ms } = await play.stage.relay.stop();
    await play.show.verify('it ends with exit code 0', () => code, 0);
    await play.show.verify('within ten seconds', () => ms < 10_000, true);
  });
}
