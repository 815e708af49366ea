// Whose turn it is when Cobot's budget is spent: a job that would only wait for it gives its place to others, so that
// links that nobody waits for never keep a check-in or a new member from being served.
import type { Instant } from '../access/model.ts';
import type { JobName, Outcome } from '../queue/queue.ts';
import type { SyncParts } from './parts.ts';

/** The call that a job of this kind comes down to, where it is that call that may have to wait. */
const ENDPOINTS: { readonly [N in JobName]?: string } = {
  'check-in': 'POST /api/check_ins',
  booking: 'GET /api/bookings/:id',
  'cobot-check-in': 'GET /api/check_ins/:id',
  link: 'POST /api/check_in_tokens',
};
const A_MOMENT = 1000;

/** Of thousands, none needs to be looked at before there are calls again; but who is checked in already needs none. */
const later = (name: JobName, again: Instant): Outcome => (name === 'check-in' ? { again } : { again, rest: again });

export type Turns = {
  /** Does the work now, or says when to ask again. */
  take(name: JobName, work: () => Promise<Outcome>): Promise<Outcome>;
};

export function createTurns({ cobot, clock }: Pick<SyncParts, 'cobot' | 'clock'>): Turns {
  const running = new Map<JobName, number>();
  /** Those at work may not have called yet. */
  async function isSpent(name: JobName, busy: number): Promise<boolean> {
    const budgets = await cobot.budgets();
    return budgets.some(({ endpoint, left }) => endpoint === ENDPOINTS[name] && left <= busy);
  }

  return {
    async take(name, work) {
      const busy = running.get(name) ?? 0;
      running.set(name, busy + 1);
      try {
        if (await isSpent(name, busy)) return later(name, clock.now() + A_MOMENT);
        return await work();
      } finally {
        running.set(name, (running.get(name) ?? 1) - 1);
      }
    },
  };
}
