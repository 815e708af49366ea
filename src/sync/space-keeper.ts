// The space and its calendar: read from Cobot at most once an hour, and as last read while Cobot does not answer.
import { createCalendar } from '../access/calendar.ts';
import { UpstreamError } from '../lib/errors.ts';
import type { SpaceInForce, SyncParts } from './parts.ts';

const HOUR = 3_600_000;

export function createSpaceKeeper({
  cobot,
  store,
  clock,
}: Pick<SyncParts, 'cobot' | 'store' | 'clock'>): () => Promise<SpaceInForce> {
  let kept: (SpaceInForce & { readAt: number }) | undefined;
  let reading: Promise<SpaceInForce> | undefined;

  async function read(): Promise<SpaceInForce> {
    try {
      const space = await cobot.space();
      await store.settings.set('space', space);
      const calendar = kept?.calendar.zone === space.zone ? kept.calendar : createCalendar(space.zone);
      kept = { space, calendar, readAt: clock.now() };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const space = kept?.space ?? (await store.settings.get('space'));
      if (!space) throw error;
      kept ??= { space, calendar: createCalendar(space.zone), readAt: 0 };
    }
    return kept;
  }

  return async () => {
    if (kept && clock.now() < kept.readAt + HOUR) return kept;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
