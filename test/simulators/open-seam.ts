// What the tests of the simulated Seam share: one with a still clock and a fixed seed, its calls, and reading an answer.
import { seededRandom } from '../../src/simulators/chance.ts';
import { type SeamOptions, type SeamSimulator, startSeamSimulator } from '../../src/simulators/seam/seam.ts';
import { type Called, caller } from './calls.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export const NOW = '2026-11-30T08:00:00.000Z';
export const HOUR = 60 * 60_000;

export type OpenSeam = {
  clock: VirtualClock;
  seam: SeamSimulator;
  /** "access_grants/list". */
  call: (path: string, body?: unknown) => Promise<Called>;
};

export async function openSeam(options: Partial<SeamOptions> = {}): Promise<OpenSeam> {
  const clock = createVirtualClock(NOW);
  const seam = await startSeamSimulator({ clock, random: seededRandom(7), ...options });
  const post = caller(seam.url, { authorization: `Bearer ${seam.token}` });
  return { clock, seam, call: (path, body = {}) => post(`POST /${path}`, body) };
}

/** "access_grant.warnings.0.warning_code". */
export function at(answer: Called, path: string): unknown {
  let value = answer.json;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(name);
  }
  return value;
}

/** The ids in a list of an answer. */
export function ids(answer: Called, list: string, field: string): string[] {
  const found = at(answer, list);
  if (!Array.isArray(found)) throw new Error(`No list "${list}" in ${answer.text}`);
  return found.map((_, index) => String(at(answer, `${list}.${index}.${field}`)));
}

export const iso = (instant: number) => new Date(instant).toISOString();
