import { describe, expect, it } from 'vitest';
import { createMetrics, type Readings } from '../../src/lib/metrics.ts';

const quiet: Readings = {
  jobs: async () => [],
  budgets: async () => [],
  lastGoodSweep: async () => undefined,
  holdLines: async () => 0,
  problems: async () => 0,
  now: () => 100_000,
};

function samplesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'));
}

describe('what is counted as it happens', () => {
  it('counts webhooks by route and status, with the time they took', async () => {
    const metrics = createMetrics(quiet);

    metrics.webhookAnswered({ route: '/lock_open', status: 204, ms: 4 });
    metrics.webhookAnswered({ route: '/lock_open', status: 204, ms: 6 });
    metrics.webhookAnswered({ route: '/lock_open', status: 401, ms: 0 });

    const text = await metrics.text();
    expect(samplesOf(text)).toEqual(
      expect.arrayContaining([
        'relay_webhooks_total{route="/lock_open",status="204"} 2',
        'relay_webhooks_total{route="/lock_open",status="401"} 1',
        'relay_webhook_seconds_sum{route="/lock_open"} 0.01',
        'relay_webhook_seconds_count{route="/lock_open"} 3',
      ]),
    );
    expect(text).toContain('relay_webhook_seconds_bucket{le="0.005",route="/lock_open"} 2');
  });

  it('counts calls, check-ins, refusals and foreign openings', async () => {
    const metrics = createMetrics(quiet);

    metrics.upstreamCalled({ side: 'Cobot', endpoint: 'GET /api/memberships/:id', outcome: 200, ms: 100 });
    metrics.upstreamCalled({ side: 'Cobot', endpoint: 'GET /api/memberships/:id', outcome: 'timeout', ms: 10_000 });
    metrics.openingJudged('checked in');
    metrics.checkInRefused();
    metrics.foreignOpeningIgnored();

    expect(samplesOf(await metrics.text())).toEqual(
      expect.arrayContaining([
        'relay_upstream_calls_total{side="Cobot",endpoint="GET /api/memberships/:id",outcome="200"} 1',
        'relay_upstream_calls_total{side="Cobot",endpoint="GET /api/memberships/:id",outcome="timeout"} 1',
        'relay_upstream_call_seconds_sum{side="Cobot"} 10.1',
        'relay_check_ins_total{outcome="checked in"} 1',
        'relay_check_ins_refused_total 1',
        'relay_foreign_openings_total 1',
      ]),
    );
  });

  it('keeps the numbers of two services apart', async () => {
    const one = createMetrics(quiet);
    const other = createMetrics(quiet);

    one.checkInRefused();

    expect(await other.text()).toContain('relay_check_ins_refused_total 0');
  });
});

describe('what is read when asked for', () => {
  it('shows jobs by name and state with the age of the oldest, budgets, the last sweep, holds and problems', async () => {
    const metrics = createMetrics({
      ...quiet,
      jobs: async () => [
        { name: 'reconcile', state: 'waiting', count: 3, oldestRequestedAt: 40_000 },
        { name: 'check-in', state: 'dead', count: 2, oldestRequestedAt: 10_000 },
        { name: 'link', state: 'dead', count: 1, oldestRequestedAt: 200_000 },
      ],
      budgets: async () => [{ endpoint: 'GET /api/memberships', left: 5 }],
      lastGoodSweep: async () => 90_000,
      holdLines: async () => 7,
      problems: async () => 1,
    });

    const samples = samplesOf(await metrics.text());

    expect(samples).toEqual(
      expect.arrayContaining([
        'relay_jobs{name="reconcile",state="waiting"} 3',
        'relay_job_oldest_seconds{name="reconcile",state="waiting"} 60',
        'relay_job_oldest_seconds{name="link",state="dead"} 0',
        'relay_dead_jobs 3',
        'relay_cobot_budget_left{endpoint="GET /api/memberships"} 5',
        'relay_last_good_sweep_timestamp_seconds 90',
        'relay_hold_lines 7',
        'relay_problems 1',
      ]),
    );
  });

  it('forgets the jobs that are gone', async () => {
    let jobs = [{ name: 'sweep', state: 'running', count: 1, oldestRequestedAt: 0 }];
    const metrics = createMetrics({ ...quiet, jobs: async () => jobs });
    await metrics.text();
    jobs = [];

    const text = await metrics.text();

    expect(text).not.toContain('relay_jobs{');
    expect(text).toContain('relay_dead_jobs 0');
  });

  it('has no last good sweep before the first', async () => {
    expect(samplesOf(await createMetrics(quiet).text()).join()).not.toContain('last_good_sweep');
  });

  it('leaves out what cannot be read, says so, and shows the rest', async () => {
    let broken = false;
    const holdLines = async () => {
      if (broken) throw new Error('the database is away');
      return 7;
    };
    const metrics = createMetrics({ ...quiet, holdLines, problems: async () => 2 });
    await metrics.text();
    broken = true;

    const text = await metrics.text();

    expect(samplesOf(text).join()).not.toContain('relay_hold_lines');
    expect(text).toContain('relay_problems 2');
    expect(text).toContain('relay_reading_failures_total{reading="hold lines"} 1');
  });
});
