// The space of the demo, played up to where it is left running: real relay, simulated Cobot and locks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatherCast } from '../../../src/cli/demo/cast.ts';
import { daytimeZone } from '../../../src/cli/demo/daytime.ts';
import { playDesk } from '../../../src/cli/demo/desk.ts';
import { playMorning } from '../../../src/cli/demo/morning.ts';
import { createShow } from '../../../src/cli/demo/show.ts';
import { buildStage } from '../../../src/cli/demo/stage.ts';
import { lostWebhooks } from '../../../src/cli/demo/trouble.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { startSmartLockSimulator } from '../../../src/simulators/smartlock/smartlock.ts';

export const PASSWORD = 'the password of the demo';

export type DemoSpace = Awaited<ReturnType<typeof openDemoSpace>>;

export async function openDemoSpace() {
  const clock = systemClock;
  const folder = mkdtempSync(join(tmpdir(), 'relay-page-'));
  const zone = daytimeZone(clock.now());
  const stage = await buildStage({
    clock,
    folder,
    cobot: { zone, limits: 'off', switches: { repeatCheckIn: 'second' } },
    startLocks: (given) => startSmartLockSimulator({ ...given, limits: 'off' }),
    env: { ADMIN_PASSWORD: PASSWORD },
  });
  const printed: string[] = [];
  const terminal = { out: (text: string) => void printed.push(text), colours: false };
  const show = createShow(terminal, { clock, zone, pause: 0, patience: 60_000 });
  const play = { stage, cast: gatherCast(stage), show, clock, zone };
  await playMorning(play);
  await lostWebhooks(play);
  await playDesk(play);
  if (!show.sum()) throw new Error(`The demo does not hold:\n${printed.join('')}`);
  return {
    ...play,
    folder,
    url: stage.relay.url,
    async close() {
      await stage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
