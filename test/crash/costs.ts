// What one event, one sweep and one idle minute cost: processor, memory, transactions of PostgreSQL and calls to the other
// sides. The figures behind docs/scaling.md: `node test/crash/costs.ts [members]`, about a minute for each engine.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cpuMsOf, residentMbOf } from '../../bench/support/process-cost.ts';
import { startPostgres } from './postgres.ts';
import { isAcknowledged } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

const EVENTS = 60;
const SPREAD_MS = 20_000;
const IDLE_MS = 20_000;

type Cost = { cpuMs: number; transactions: number; cobotCalls: number; lockCalls: number };

async function costOf(world: World, url: string | null, work: () => Promise<unknown>): Promise<Cost> {
  const before = await countersOf(world, url);
  await work();
  // What PostgreSQL counts it tells a second later.
  await sleep(1500);
  const after = await countersOf(world, url);
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    transactions: after.transactions - before.transactions,
    cobotCalls: after.cobotCalls - before.cobotCalls,
    lockCalls: after.lockCalls - before.lockCalls,
  };
}

async function countersOf({ relays, cobot, locks }: World, url: string | null): Promise<Cost> {
  return {
    cpuMs: relays.reduce((all, relay) => all + cpuMsOf(relay.pid() ?? 0), 0),
    transactions: url === null ? 0 : await transactionsOf(url),
    cobotCalls: cobot.requests.length,
    lockCalls: locks.requests.length,
  };
}

async function transactionsOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ done: string }>(
    'select xact_commit + xact_rollback as done from pg_stat_database where datname = current_database()',
  );
  await client.end();
  return Number(rows[0]?.done ?? 0);
}

const residentMb = ({ relays }: World): number[] =>
  relays.map((relay) => Math.round(residentMbOf(relay.pid() ?? 0).now));

async function measure(members: number, url: string | null, processes: number): Promise<void> {
  const env = url === null ? {} : { DATABASE_URL: url };
  const world = await buildWorld({ seed: 1, events: members, processes, env });
  try {
    await world.begin();
    const idle = await costOf(world, url, () => sleep(IDLE_MS));
    const events = await costOf(world, url, async () => {
      await world.send(world.take(EVENTS), SPREAD_MS);
      await world.calm();
    });
    const sweep = await costOf(world, url, async () => await (await world.relay.operator())?.sync({ dryRun: false }));
    const acknowledged = world.sent.filter(isAcknowledged).length;
    const name = url === null ? 'SQLite' : `PostgreSQL, ${processes}`;
    const rows = {
      [`${name}: a second idle`]: scaled(idle, 1000 / IDLE_MS),
      [`${name}: an event, with its effect`]: scaled(events, 1 / acknowledged),
      [`${name}: a sweep of ${members} members, nothing to do`]: scaled(sweep, 1),
    };
    for (const [what, cost] of Object.entries(rows)) process.stdout.write(`${what}: ${JSON.stringify(cost)}\n`);
    process.stdout.write(`${name}: resident MB: ${residentMb(world).join(', ')}\n`);
  } finally {
    await world.close();
  }
}

const scaled = (cost: Cost, by: number): Record<string, number> =>
  Object.fromEntries(Object.entries(cost).map(([name, value]) => [name, Math.round(value * by * 10) / 10]));

const members = Number(process.argv[2] ?? 200);
await measure(members, null, 1);
const postgres = await startPostgres();
try {
  await measure(members, await postgres.newDatabase(), 1);
  await measure(members, await postgres.newDatabase(), 2);
} finally {
  await postgres.close();
}
