// How far the clocks of the other sides are ahead of ours, by the Date of their last answers. A clock that is wrong opens
// doors too early or too late and refuses signed webhooks, and nothing else would say so.
import type { CallInfo } from './http.ts';

export type ClockDrift = {
  heard(side: string, call: CallInfo): void;
  /** By side, in ms; only those that said what time it is there. */
  ahead(): ReadonlyMap<string, number>;
};

export function createClockDrift(): ClockDrift {
  const latest = new Map<string, number>();
  return {
    heard(side, { clockAhead }) {
      if (clockAhead !== undefined) latest.set(side, clockAhead);
    },
    ahead: () => new Map(latest),
  };
}
