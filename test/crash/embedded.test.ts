// A few rounds of `npm run crash` on the embedded engine; the many are for whoever asks for them.
import { describe, expect, it } from 'vitest';
import { holds, notesOf, type Report } from './report.ts';
import { RUNS } from './runs.ts';

const PATIENCE = 240_000;
const ROUNDS: Record<string, number> = { 'kill -9': 4, SIGTERM: 3, 'disk full': 1, 'two on one folder': 1 };

const whatHappened = (report: Report): string => (holds(report) ? 'held' : notesOf(report));

describe('the relay on SQLite, under load', () => {
  it.each(RUNS.filter(({ engine }) => engine === 'sqlite'))(
    'loses nothing and does nothing twice: $name',
    { timeout: PATIENCE },
    async ({ name, play }) => {
      const report = await play({ rounds: ROUNDS[name] ?? 0, seed: 1, say: () => undefined });

      expect(whatHappened(report)).toBe('held');
      expect(report.acknowledged).toBeGreaterThan(0);
    },
  );
});
