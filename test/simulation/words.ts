// How a verdict is told to people: what was broken, how to see it again, the fewest happenings, the last of what went on.
import type { Verdict } from './run.ts';
import type { SystemName } from './script.ts';

const LAST_LINES = 60;

export function tellFailure(verdict: Verdict, shrunk: Verdict | null): string {
  const { script, violation } = verdict;
  const shown = shrunk ?? verdict;
  const of = script.happenings.length;
  return [
    `Seed ${script.seed} on ${script.system} broke a rule at ${new Date(violation?.at ?? 0).toISOString()}:`,
    `  ${violation?.words}`,
    '',
    shrunk ? `The fewest of its ${of} happenings that break the same rule:` : `Its ${of} happenings:`,
    ...shown.script.happenings.map(
      ({ at, ...what }) => `  ${new Date(script.start + at).toISOString()}  ${JSON.stringify(what)}`,
    ),
    '',
    ...(shrunk ? [`With these: ${shrunk.violation?.words}`, ''] : []),
    'The last that went on:',
    ...shown.trace.slice(-LAST_LINES).map((line) => `  ${line.slice(0, 300)}`),
    '',
    'The same again, step by step:',
    `  npm run simulate -- --seed ${script.seed} --lock-system ${script.system} --trace`,
  ].join('\n');
}

export function tellCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([what, count]) => `  ${String(count).padStart(6)}  ${what}`)
    .join('\n');
}

export function addCounts(to: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [what, count] of counts) to.set(what, (to.get(what) ?? 0) + count);
}

export const isSystem = (name: string): name is SystemName => name === 'smartlock' || name === 'unifi';
