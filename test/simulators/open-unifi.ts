// A UniFi Access console at a fixed moment, over plain HTTP unless TLS is asked for: two doors, and Ada who opens none.
import { z } from 'zod';
import { seededRandom } from '../../src/simulators/chance.ts';
import { startUnifiSimulator, type UnifiOptions } from '../../src/simulators/unifi/unifi.ts';
import { type Called, caller } from './calls.ts';
import { createVirtualClock } from './virtual-clock.ts';

export type OpenUnifi = Awaited<ReturnType<typeof openUnifi>>;

export async function openUnifi(options: Partial<UnifiOptions> = {}) {
  const clock = createVirtualClock('2026-11-30T08:00:00.250Z');
  const unifi = await startUnifiSimulator({ clock, random: seededRandom(7), tls: false, ...options });
  const call = caller(`${unifi.url}/api/v1/developer`, { authorization: `Bearer ${unifi.token}` });
  const [front = '', studio = ''] = unifi.addLocks('Front door', 'Studio').map(({ id }) => id);
  const ada = unifi.addPerson({ email: 'Ada@example.com', name: 'Ada Lovelace' });
  return { clock, unifi, call, front, studio, ada };
}

export function dataOf(answer: Called): unknown {
  return z.object({ data: z.unknown() }).parse(answer.json).data;
}

const identified = z.looseObject({ id: z.string() });

export function idOf(answer: Called): string {
  return identified.parse(dataOf(answer)).id;
}

export function idsOf(answer: Called): string[] {
  return z
    .array(identified)
    .parse(dataOf(answer))
    .map(({ id }) => id);
}
