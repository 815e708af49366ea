// The disk of the embedded database is full, under load, and has room again: meanwhile webhooks are refused with a word
// about coming again, the process stays, and what was acknowledged takes effect. Also what a start on a full disk does.
import { until } from '../../src/cli/demo/until.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Report, type Run, secondsSince } from './report.ts';
import { makeSmallDisk } from './small-disk.ts';
import { deadJobs, isAcknowledged, judgeWorld } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

const BEFORE = 6;
const MEANWHILE = 8;
const AFTERWARDS = 4;
const LOAD_MS = 1_000;
/** What SQLite has of room inside its files is used up by so many of the largest webhooks at most. */
const MOST_STUFFING = 400;
const STUFFING_BYTES = 90_000;

export async function diskFull({ rounds, seed, say }: Run): Promise<Report> {
  const began = Date.now();
  const disk = makeSmallDisk();
  const events = rounds * (BEFORE + MEANWHILE + AFTERWARDS);
  const world = await buildWorld({ seed, events, env: { DATA_DIR: disk.folder } });
  const { relay } = world;
  const problems: string[] = [];
  let hitWork = 0;
  try {
    await world.begin();
    world.hideLists();
    let pid = relay.pid();
    for (let round = 0; round < rounds; round += 1) {
      const sending = world.send(world.take(BEFORE), LOAD_MS);
      await world.afterWrites(1 + Math.floor(world.random() * 4), LOAD_MS);
      if (world.inFlight().calls > 0) hitWork += 1;
      disk.fill(relay);
      await sending;
      await refusedMeanwhile(world, problems);
      if (relay.pid() !== pid) problems.push('the process ended while the disk was full');
      if (round % 2 === 0) await restartedMeanwhile(world, problems);
      pid = relay.pid();
      disk.free(relay);
      await accepts(world, problems);
    }
    await world.calm();
    const verdict = await judgeWorld(world);
    say(`disk full (${disk.kind}): ${verdict.acknowledged} acknowledged, ${verdict.refused} refused`);
    if (verdict.refused === 0) problems.push('nothing was refused: the disk was never full');
    if (hitWork === 0) problems.push('no disk was full while there was work');
    return {
      ...{ name: 'disk full', engine: 'sqlite', rounds, hitWork, hitCommit: 0 },
      ...verdict,
      problems: [
        ...problems,
        ...world.leaks().map((line) => `a secret in the log: ${line}`),
        ...(await deadJobs(world)),
      ],
      measured: { 'the disk was': disk.kind },
      seconds: secondsSince(began),
    };
  } finally {
    await world.close();
    disk.close();
  }
}

async function refusedMeanwhile(world: World, problems: string[]): Promise<void> {
  const { send, sent, take, relay } = world;
  if (!(await stuffed(world))) problems.push('a full disk: webhooks were acknowledged all the same');
  const from = sent.length;
  await send(take(MEANWHILE), LOAD_MS / 4);
  const answers = sent.slice(from);
  const odd = answers.filter(({ answer }) => answer !== 204 && answer !== 503);
  problems.push(...odd.map(({ kind, answer }) => `a full disk: ${kind} was answered ${answer}`));
  const silent = answers.filter((each) => each.answer === 503 && each.kind !== 'opening' && each.retryAfter === null);
  problems.push(...silent.map(({ kind }) => `a full disk: ${kind} was refused without Retry-After`));
  const health = await statusOf(`${relay.url}/healthz`);
  if (health !== 200) problems.push(`a full disk: /healthz gave ${health}`);
  const ready = await statusOf(`${relay.url}/readyz`);
  if (ready !== 503) problems.push(`a full disk: /readyz gave ${ready}`);
}

/** Whoever keeps the process up starts it again: it has to stay, and refuse, until there is room. */
async function restartedMeanwhile({ relay }: World, problems: string[]): Promise<void> {
  await relay.kill();
  relay.launch();
  const answers = async () => (await statusOf(`${relay.url}/healthz`)) === 200 || !relay.isRunning();
  await until(answers, Boolean, { clock: systemClock, ms: 60_000 });
  if (relay.isRunning()) return;
  problems.push(`a start on a full disk ended with: ${relay.log().trimEnd().split('\n').at(-1)}`);
}

/** Webhooks that nobody understands are kept as they are: true once one of them was refused. */
async function stuffed({ relay, webhookKey }: World): Promise<boolean> {
  const body = JSON.stringify({ stuffing: 'x'.repeat(STUFFING_BYTES) });
  const headers = { 'content-type': 'application/json' };
  for (let count = 0; count < MOST_STUFFING; count += 1) {
    const status = await statusOf(`${relay.url}/cobot/stuffing?key=${webhookKey}`, { method: 'POST', headers, body });
    if (status !== 204) return status === 503;
  }
  return false;
}

async function statusOf(url: string, how: RequestInit = {}): Promise<number | string> {
  const answer = await fetch(url, how).catch(String);
  if (typeof answer === 'string') return answer;
  await answer.body?.cancel();
  return answer.status;
}

/** What is sent as soon as there is room is stored. */
async function accepts({ send, sent, take }: World, problems: string[]): Promise<void> {
  const from = sent.length;
  await send(take(AFTERWARDS), LOAD_MS / 4);
  const refused = sent.slice(from).filter((each) => !isAcknowledged(each));
  problems.push(...refused.map(({ kind, answer }) => `with room again: ${kind} was answered ${answer}`));
}
