// Two processes started on one SQLite folder, under load: the second is refused with a sentence and exit code 1, and the
// first does not even notice. What a killed process leaves behind is no obstacle to the next one.
import { createRelayProcess } from '../../src/cli/demo/relay-process.ts';
import { until } from '../../src/cli/demo/until.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Report, type Run, secondsSince } from './report.ts';
import { deadJobs, isAcknowledged, judgeWorld } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

const EVENTS = 8;
const LOAD_MS = 1_500;
const PATIENCE = 60_000;
const SENTENCE = /The database .*relay\.sqlite is in use by process (\d+) on host .+ Only one process can have it open/;

export async function oneFolder({ rounds, seed, say }: Run): Promise<Report> {
  const began = Date.now();
  const world = await buildWorld({ seed, events: rounds * EVENTS });
  const problems: string[] = [];
  let hitWork = 0;
  try {
    await world.begin();
    world.hideLists();
    for (let round = 0; round < rounds; round += 1) {
      const sending = world.send(world.take(EVENTS), LOAD_MS);
      if (await world.afterWrites(1, LOAD_MS)) hitWork += 1;
      problems.push(...(await secondProcess(world, `second-${round}`)));
      await sending;
      await world.relay.kill();
      await world.relay.start();
    }
    await world.calm();
    const verdict = await judgeWorld(world);
    say(`two on one folder: ${verdict.acknowledged} acknowledged, ${verdict.lost.length} lost`);
    const refused = world.sent.filter((each) => !isAcknowledged(each));
    problems.push(...refused.map(({ kind, answer }) => `the first process answered a ${kind} with ${answer}`));
    if (hitWork === 0) problems.push('no second process was started while there was work');
    return {
      ...{ name: 'two on one folder', engine: 'sqlite', rounds, hitWork, hitCommit: 0 },
      ...verdict,
      problems: [...problems, ...(await deadJobs(world))],
      measured: {},
      seconds: secondsSince(began),
    };
  } finally {
    await world.close();
  }
}

async function secondProcess({ relay, env, folder }: World, name: string): Promise<string[]> {
  const { DATA_DIR = '' } = relay.surroundings.env;
  const second = await createRelayProcess(folder(name), { ...env, DATA_DIR }, systemClock);
  try {
    second.launch();
    await until(second.isRunning, (runs) => !runs, { clock: systemClock, ms: PATIENCE });
    const { code } = await second.stop();
    const said = SENTENCE.exec(second.log());
    return [
      ...(code === 1 ? [] : [`the second process ended with ${code}`]),
      ...(said?.[1] === String(relay.pid()) ? [] : [`the second process said: ${second.log().trim()}`]),
      ...(relay.isRunning() ? [] : ['the first process is gone']),
    ];
  } finally {
    await second.close();
  }
}
