// Numbers for Prometheus, in a registry of their own. Labels come from fixed lists (routes, job names, endpoints as
// templates): never an id, an email address or anything else that a stranger could send.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is looked up when somebody asks, rather than counted as it happens. Each may fail: its numbers are then absent. */
export type Readings = {
  jobs(): Promise<readonly { name: string; state: string; count: number; oldestRequestedAt: number }[]>;
  budgets(): Promise<readonly { endpoint: string; left: number }[]>;
  /** Milliseconds since 1970; undefined before the first. */
  lastGoodSweep(): Promise<number | undefined>;
  holdLines(): Promise<number>;
  problems(): Promise<number>;
  now(): number;
};

export type Metrics = {
  /** `route`: "/lock_open"; `ms`: from the arrival to the answer. */
  webhookAnswered(answer: { route: string; status: number; ms: number }): void;
  /** `endpoint`: "GET /api/memberships/:id"; `outcome`: a status, or "timeout". */
  upstreamCalled(call: { side: string; endpoint: string; outcome: string | number; ms: number }): void;
  /** "checked in", "checked in already", ...: what became of an opening. */
  openingJudged(outcome: string): void;
  /** Cobot said no to a check-in. */
  checkInRefused(): void;
  foreignOpeningIgnored(): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
};

const ACK_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(readings: Readings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `relay_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `relay_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ name: `relay_${name}`, help, labelNames, buckets, registers });

  const acks = counter('webhooks_total', 'Webhooks answered, by route and status.', ['route', 'status']);
  const ackSeconds = histogram(
    'webhook_seconds',
    'From the arrival of a webhook to its answer.',
    ['route'],
    ACK_SECONDS,
  );
  const calls = counter('upstream_calls_total', 'Calls to the other sides.', ['side', 'endpoint', 'outcome']);
  const callSeconds = histogram(
    'upstream_call_seconds',
    'How long calls to the other sides took.',
    ['side'],
    CALL_SECONDS,
  );
  const checkIns = counter('check_ins_total', 'Openings of locks, by what became of them.', ['outcome']);
  const refused = counter('check_ins_refused_total', 'Check-ins that Cobot refused.');
  const foreign = counter('foreign_openings_total', "Openings by lock users that are not the relay's: ignored.");
  const failedReadings = counter('reading_failures_total', 'Numbers that could not be read when asked for.', [
    'reading',
  ]);

  const jobs = gauge('jobs', 'Jobs, by name and state.', ['name', 'state']);
  const jobAge = gauge('job_oldest_seconds', 'Age of the oldest job, by name and state.', ['name', 'state']);
  const deadJobs = gauge('dead_jobs', 'Jobs that wait for a person.');
  const budget = gauge('cobot_budget_left', 'Calls that are left now, by endpoint of Cobot.', ['endpoint']);
  const lastSweep = gauge('last_good_sweep_timestamp_seconds', 'When the last sweep without an error ended.');
  const holdLines = gauge('hold_lines', 'Losses that wait for a person.');
  const problems = gauge('problems', 'Problems that a person should look at.');

  async function fill(reading: string, gauges: readonly Gauge[], set: () => Promise<void>) {
    for (const each of gauges) clear(each);
    try {
      await set();
    } catch {
      // An old number, or nought, would be a lie: it is left out, and that is counted.
      for (const each of gauges) clear(each);
      failedReadings.inc({ reading });
    }
  }

  async function readAll() {
    await fill('jobs', [jobs, jobAge, deadJobs], async () => {
      const counts = await readings.jobs();
      const now = readings.now();
      for (const { name, state, count, oldestRequestedAt } of counts) {
        jobs.set({ name, state }, count);
        jobAge.set({ name, state }, Math.max(0, now - oldestRequestedAt) / 1000);
      }
      deadJobs.set(counts.reduce((sum, { state, count }) => sum + (state === 'dead' ? count : 0), 0));
    });
    await fill('budgets', [budget], async () => {
      for (const { endpoint, left } of await readings.budgets()) budget.set({ endpoint }, left);
    });
    await fill('last good sweep', [lastSweep], async () => {
      const at = await readings.lastGoodSweep();
      if (at !== undefined) lastSweep.set(at / 1000);
    });
    await fill('hold lines', [holdLines], async () => holdLines.set(await readings.holdLines()));
    await fill('problems', [problems], async () => problems.set(await readings.problems()));
  }

  return {
    webhookAnswered({ route, status, ms }) {
      acks.inc({ route, status });
      ackSeconds.observe({ route }, ms / 1000);
    },
    upstreamCalled({ side, endpoint, outcome, ms }) {
      calls.inc({ side, endpoint, outcome });
      callSeconds.observe({ side }, ms / 1000);
    },
    openingJudged: (outcome) => checkIns.inc({ outcome }),
    checkInRefused: () => refused.inc(),
    foreignOpeningIgnored: () => foreign.inc(),
    async text() {
      await readAll();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** reset() alone would leave a gauge without labels at nought. */
function clear(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({});
}
