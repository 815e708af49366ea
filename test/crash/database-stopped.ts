// PostgreSQL goes away under load, told to or as if killed, and comes back: meanwhile webhooks are refused with a word
// about coming again, the relay stays as it is, and what was acknowledged takes effect without anybody restarting it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { HowToStop, Postgres } from './postgres.ts';
import { type Report, type Run, secondsSince, spread } from './report.ts';
import { deadJobs, isAcknowledged, judgeWorld } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

const BEFORE = 8;
const MEANWHILE = 5;
const LOAD_MS = 1_000;
const LOOK_OUT_MS = 10_000;
/** So long it is gone at most. */
const AWAY_MS = 2_500;
const PATIENCE = 60_000;

export async function databaseStopped({ rounds, seed, say }: Run, postgres: Postgres): Promise<Report> {
  const began = Date.now();
  const env = { DATABASE_URL: await postgres.newDatabase() };
  const world = await buildWorld({ seed, events: rounds * (BEFORE + MEANWHILE), env });
  const problems: string[] = [];
  const backMs: number[] = [];
  let hitWork = 0;
  let hitCommit = 0;
  try {
    await world.begin();
    world.hideLists();
    const pid = world.relay.pid();
    for (let round = 0; round < rounds; round += 1) {
      const sending = world.send(world.take(BEFORE), LOAD_MS);
      await world.afterWrites(1 + Math.floor(world.random() * 5), LOOK_OUT_MS);
      const { calls, writes } = world.inFlight();
      hitWork += calls > 0 ? 1 : 0;
      hitCommit += writes > 0 ? 1 : 0;
      const how: HowToStop = round % 2 === 0 ? 'immediate' : 'fast';
      await postgres.stop(how);
      await sending;
      problems.push(...(await refusedMeanwhile(world)).map((each) => `stopped (${how}): ${each}`));
      await sleep(world.random() * AWAY_MS);
      await postgres.start();
      backMs.push(await readyAgain(world));
      if (world.relay.pid() !== pid) problems.push('the relay has ended');
    }
    await world.calm();
    const verdict = await judgeWorld(world);
    say(`PostgreSQL stopped: ${verdict.acknowledged} acknowledged, ${verdict.lost.length} lost`);
    if (verdict.acknowledged < rounds) problems.push('too little was acknowledged to prove anything');
    if (hitWork < rounds / 2) problems.push('too few stops met running work to prove anything');
    return {
      ...{ name: 'PostgreSQL stopped', engine: 'postgres', rounds, hitWork, hitCommit },
      ...verdict,
      problems: [
        ...problems,
        ...world.leaks().map((line) => `a secret in the log: ${line}`),
        ...(await deadJobs(world)),
      ],
      measured: { 'ready again after PostgreSQL is, ms (median / most)': spread(backMs) },
      seconds: secondsSince(began),
    };
  } finally {
    await world.close();
  }
}

async function refusedMeanwhile({ send, sent, take, relay }: World): Promise<string[]> {
  const from = sent.length;
  await send(take(MEANWHILE), LOAD_MS / 2);
  const answers = sent.slice(from);
  const ready = await statusOf(`${relay.url}/readyz`);
  return [
    ...answers.filter(isAcknowledged).map(({ kind }) => `${kind} was acknowledged without a database`),
    ...answers.filter(({ answer }) => answer !== 503).map(({ kind, answer }) => `${kind} was answered ${answer}`),
    ...answers
      .filter(({ kind, answer, retryAfter }) => kind !== 'opening' && answer === 503 && retryAfter === null)
      .map(({ kind }) => `${kind} was refused without Retry-After`),
    ...(ready === 503 ? [] : [`/readyz gave ${ready}`]),
  ];
}

async function readyAgain({ relay }: World): Promise<number> {
  const began = Date.now();
  while ((await statusOf(`${relay.url}/readyz`)) !== 200) {
    if (Date.now() > began + PATIENCE) throw new Error('The relay does not get ready again.');
    await sleep(50);
  }
  return Date.now() - began;
}

async function statusOf(url: string): Promise<number | string> {
  const answer = await fetch(url).catch(String);
  return typeof answer === 'string' ? answer : answer.status;
}
