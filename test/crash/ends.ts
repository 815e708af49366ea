// The relay's process ends under load, again and again, by kill -9 or by SIGTERM, and is started again at once. In the
// first part of the rounds the lists that a sweep and catching up read are not to be had: whatever an event has as its
// effect then, it has by its own webhook. In the second part sweeps run, and are cut off as well.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Report, type Run, type Setting, secondsSince, spread } from './report.ts';
import { deadJobs, judgeWorld, turnedAway } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

export type End = 'kill -9' | 'SIGTERM';

/** So many events before the end of the process is due, and so many while it is away. */
const BEFORE = 12;
const MEANWHILE = 3;
const LOAD_MS = 1_000;
/** For the moment that a round waits for. */
const LOOK_OUT_MS = 10_000;
const CHECK_IN = /^\/api\/(check_ins|memberships\/[^/]+\/work_sessions)$/;
/** Of the rounds, those in which only webhooks tell. */
const SHARE_WITHOUT_LISTS = 0.7;
/** What a container has before it is killed is ten seconds as a rule; ours are promised to be enough. */
const MOST_MS_TO_STOP = 15_000;

type Round = { endMs: number; downMs: number; code: number | null; calls: number; writes: number };

export async function endRounds(
  end: End,
  { rounds, seed, say }: Run,
  { engine, env, processes = 1 }: Setting,
): Promise<Report> {
  const began = Date.now();
  const events = rounds * (BEFORE + MEANWHILE);
  const world = await buildWorld({ seed, events, processes, ...(env ? { env } : {}) });
  try {
    await world.begin();
    const done: Round[] = [];
    world.hideLists();
    while (done.length < rounds * SHARE_WITHOUT_LISTS) done.push(await endRound(end, world, done.length));
    await world.calm();
    const byWebhooks = await judgeWorld(world);
    say(
      `${end}: ${done.length} rounds, only webhooks told: ${byWebhooks.acknowledged} acknowledged, ${byWebhooks.lost.length} lost`,
    );

    world.showLists();
    while (done.length < rounds) done.push(await endRound(end, world, done.length));
    // Once more, so that a sweep and catching up find what was never told.
    await world.relay.kill();
    await world.relay.start();
    await world.calm();
    const inTheEnd = await judgeWorld(world, () => true);

    const problems = [
      ...(processes > 1 && turnedAway(world).length > 0.1 * world.sent.length ? turnedAway(world) : []),
      ...inTheEnd.lost.map((each) => `wrong after a sweep: ${each}`),
      ...world.leaks().map((line) => `a secret in the log: ${line.slice(0, 80)}`),
      ...(await deadJobs(world)),
      ...(end === 'SIGTERM' ? notClean(done) : []),
    ];
    const hitWork = done.filter(({ calls }) => calls > 0).length;
    const hitCommit = done.filter(({ writes }) => writes > 0).length;
    if (inTheEnd.acknowledged < 2 * rounds) problems.push('too little was acknowledged to prove anything');
    if (hitWork < rounds / 2) problems.push('too few rounds met running work to prove anything');
    if (hitCommit < rounds / 4) problems.push('too few rounds fell between a call and its commit to prove anything');
    return {
      ...{ name: processes > 1 ? `${end}, one of ${processes}` : end, engine, rounds, hitWork, hitCommit, problems },
      ...inTheEnd,
      lost: byWebhooks.lost,
      twice: [...new Set([...byWebhooks.twice, ...inTheEnd.twice])],
      measured: {
        ...(end === 'SIGTERM' ? { 'gone after, ms (median / most)': spread(done.map(({ endMs }) => endMs)) } : {}),
        'ready again after, ms (median / most)': spread(done.map(({ downMs }) => downMs)),
      },
      seconds: secondsSince(began),
    };
  } finally {
    await world.close();
  }
}

/** One round waits for a check-in that Cobot has made and not confirmed, one for any such call, one for nothing. */
async function endRound(end: End, world: World, index: number): Promise<Round> {
  const { relays, random } = world;
  const relay = relays[Math.floor(random() * relays.length)] ?? world.relay;
  const sending = world.send(world.take(BEFORE), LOAD_MS);
  if (index % 3 === 0) await world.afterWrites(1, LOOK_OUT_MS, CHECK_IN);
  else await sleep((0.4 + 0.6 * random()) * LOAD_MS);
  if (index % 3 === 1) await world.afterWrites(1 + Math.floor(random() * 6), LOOK_OUT_MS);
  const { calls, writes } = world.inFlight();
  const began = Date.now();
  const code = end === 'SIGTERM' ? (await relay.stop()).code : await relay.kill().then(() => null);
  const endMs = Date.now() - began;
  const meanwhile = world.send(world.take(MEANWHILE), 0.3 * LOAD_MS);
  await relay.start();
  const downMs = Date.now() - began - endMs;
  await Promise.all([sending, meanwhile]);
  return { endMs, downMs, code, calls, writes };
}

function notClean(rounds: readonly Round[]): string[] {
  return rounds.flatMap(({ code, endMs }) => [
    ...(code === 0 ? [] : [`ended with ${code} after SIGTERM`]),
    ...(endMs <= MOST_MS_TO_STOP ? [] : [`took ${endMs} ms to end after SIGTERM`]),
  ]);
}
