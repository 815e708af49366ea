// Which functions a CPU profile found at work.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export type Hot = { where: string; share: number };

/** Those that were longest at work themselves, without whom they called. `share`: of all but idle time. */
export function hottest(file: string, most: number): Hot[] {
  const { nodes, samples, timeDeltas } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  // The profiler itself is at work in the inspector.
  for (const name of times.keys())
    if (name === '(idle)' || name === '(root)' || name.includes('node:inspector')) times.delete(name);
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, most)
    .map(([where, time]) => ({ where, share: time / all }));
}

/** Within the project by path, of a package by its name, else Node's own; never where it lies on this machine. */
function nameOf({ functionName, url, lineNumber }: z.output<typeof schema>['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? 'anonymous' : functionName;
  if (url === '') return name;
  const [, packaged] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  const [, own] = /.*\/((?:src|test|bench)\/.*)$/.exec(url) ?? [];
  const place = packaged ?? own ?? (url.startsWith('node:') ? url : basename(url));
  return `${name}, ${place}${packaged === undefined ? `:${lineNumber + 1}` : ''}`;
}
