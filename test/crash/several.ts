// What only several processes on one PostgreSQL can get wrong: work that a dead one leaves behind, work that a frozen one
// goes on with when it thaws, webhooks that are refused while one after the other is restarted, and calls to Cobot that
// each of them thinks it has left.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RelayProcess } from '../../src/cli/demo/relay-process.ts';
import { type Report, type Run, secondsSince, spread } from './report.ts';
import { deadJobs, judgeWorld, turnedAway } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

export type Several = { processes: number; databaseUrl: string };

const EVENTS = 10;
const LOAD_MS = 1_000;
const LOOK_OUT_MS = 10_000;

/** One is killed in the middle of its work and stays away: the others do that work. */
export async function handOver(run: Run, several: Several): Promise<Report> {
  const handedMs: number[] = [];
  return await play('one of {} dies and stays away', run, several, async (world) => {
    const sending = world.send(world.take(EVENTS), LOAD_MS);
    await world.afterWrites(1 + Math.floor(world.random() * 4), LOOK_OUT_MS);
    const dying = pick(world);
    const hit = world.inFlight();
    await dying.kill();
    const killedAt = Date.now();
    await sending;
    await world.calm();
    handedMs.push(Date.now() - killedAt);
    await dying.start();
    return { hit, measured: { 'everything done after the kill, ms (median / most)': spread(handedMs) } };
  });
}

/**
 * One is stopped in its tracks, so that it knows of nothing, for longer than its work is kept for it, and then goes on as
 * if no time had passed. Every other time in the middle of a check-in, which must not be made twice.
 */
export async function frozen(run: Run, several: Several, frozenMs: number): Promise<Report> {
  return await play('one of {} freezes and thaws', run, several, async (world, round) => {
    const sending = world.send(world.take(EVENTS), LOAD_MS);
    if (round % 2 === 0) await world.afterReads(1, LOOK_OUT_MS, /\/check_ins$/);
    else await world.afterWrites(1 + Math.floor(world.random() * 4), LOOK_OUT_MS);
    const hit = world.inFlight();
    await sleep(world.random() * 60);
    const freezing = pick(world);
    freezing.signal('SIGSTOP');
    await sending;
    await sleep(frozenMs);
    freezing.signal('SIGCONT');
    await world.calm();
    return { hit, measured: { 'frozen for, ms': frozenMs } };
  });
}

/** One after the other is stopped and started, while webhooks come in all the time. */
export async function rollingRestart(run: Run, several: Several): Promise<Report> {
  const stoppedMs: number[] = [];
  return await play(
    'rolling restart of {}',
    run,
    several,
    async (world) => {
      const perRelay = Math.floor(EVENTS / world.relays.length);
      const codes: (number | null)[] = [];
      const hit = { calls: 0, writes: 0 };
      for (const relay of world.relays) {
        const sending = world.send(world.take(perRelay), LOAD_MS);
        await world.afterWrites(1, LOOK_OUT_MS);
        hit.calls += world.inFlight().calls;
        const { code, ms } = await relay.stop();
        codes.push(code);
        stoppedMs.push(ms);
        await relay.start();
        await sending;
      }
      return {
        hit,
        measured: { 'gone after SIGTERM, ms (median / most)': spread(stoppedMs) },
        problems: codes.filter((code) => code !== 0).map((code) => `a relay ended with ${code} after SIGTERM`),
      };
    },
    { mayRefuse: false },
  );
}

/** With Cobot's real limits: the relays share them, whoever is killed and started again. */
export async function oneBudget(run: Run, several: Several): Promise<Report> {
  return await play(
    'one budget of Cobot for {}',
    run,
    several,
    async (world) => {
      const sending = world.send(world.take(6 * EVENTS), 4 * LOAD_MS);
      await world.afterWrites(10, LOOK_OUT_MS);
      const hit = world.inFlight();
      const dying = pick(world);
      await dying.kill();
      await dying.start();
      await sending;
      await world.calm();
      const tooMany = world.cobot.requests.filter(({ status }) => status === 429);
      return {
        hit,
        measured: { 'calls to Cobot': world.cobot.requests.length, 'of these answered 429': tooMany.length },
        problems: [...new Set(tooMany.map(({ endpoint }) => `Cobot had to say 429 to ${endpoint}`))],
      };
    },
    { eventsARound: 6 * EVENTS, cobotLimits: {} },
  );
}

type Played = {
  hit: { calls: number; writes: number };
  measured: Report['measured'];
  problems?: string[];
};

async function play(
  name: string,
  { rounds, seed, say }: Run,
  { processes, databaseUrl }: Several,
  round: (world: World, index: number) => Promise<Played>,
  {
    eventsARound = EVENTS,
    mayRefuse = true,
    ...more
  }: { eventsARound?: number; mayRefuse?: boolean; cobotLimits?: Record<string, never> } = {},
): Promise<Report> {
  const began = Date.now();
  const env = { DATABASE_URL: databaseUrl };
  const world = await buildWorld({ seed, events: rounds * eventsARound, processes, env, ...more });
  try {
    await world.begin();
    if (more.cobotLimits === undefined) world.hideLists();
    const played: Played[] = [];
    while (played.length < rounds) played.push(await round(world, played.length));
    await world.calm();
    const verdict = await judgeWorld(world);
    const title = name.replace('{}', String(processes));
    say(`${title}: ${verdict.acknowledged} acknowledged, ${verdict.lost.length} lost, ${verdict.twice.length} twice`);
    const hitWork = played.filter(({ hit }) => hit.calls > 0).length;
    return {
      ...{ name: title, engine: 'postgres', rounds, hitWork },
      hitCommit: played.filter(({ hit }) => hit.writes > 0).length,
      ...verdict,
      problems: [
        ...played.flatMap(({ problems = [] }) => problems),
        ...(mayRefuse ? [] : turnedAway(world)),
        ...(await deadJobs(world)),
        ...world.leaks().map((line) => `a secret in the log: ${line.slice(0, 80)}`),
        ...(hitWork < rounds / 2 ? ['too few rounds met running work to prove anything'] : []),
      ],
      measured: played.at(-1)?.measured ?? {},
      seconds: secondsSince(began),
    };
  } finally {
    for (const each of world.relays) each.signal('SIGCONT');
    await world.close();
  }
}

function pick({ relays, relay, random }: World): RelayProcess {
  return relays[Math.floor(random() * relays.length)] ?? relay;
}
