// A Kisi at a fixed moment with two doors, without limits unless they are asked for.
import { seededRandom } from '../../src/simulators/chance.ts';
import { type KisiOptions, startKisiSimulator } from '../../src/simulators/kisi/kisi.ts';
import { caller } from './calls.ts';
import { createVirtualClock } from './virtual-clock.ts';

export type OpenKisi = Awaited<ReturnType<typeof openKisi>>;

export async function openKisi(options: Partial<KisiOptions> = {}) {
  const clock = createVirtualClock('2026-11-30T08:00:00Z');
  const kisi = await startKisiSimulator({ clock, random: seededRandom(7), limits: 'off', ...options });
  const [front, studio] = kisi.addLocks('Front door', 'Studio');
  if (!front || !studio) throw new Error('no locks');
  const call = caller(kisi.url, { authorization: `KISI-LOGIN ${kisi.token}`, accept: 'application/json' });
  return { clock, kisi, call, front, studio };
}

/** The body that makes a group's doors open to a user. */
export function assigning(userId: number | string, groupId: number | string, more: Record<string, unknown> = {}) {
  return {
    role_assignment: {
      applies_to_type: 'Group',
      applies_to_id: Number(groupId),
      assignee_type: 'User',
      assignee_id: Number(userId),
      role_id: 'group_basic',
      ...more,
    },
  };
}
