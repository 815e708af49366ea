// What every engine of the work queue has to do, whatever it stands on. An engine's own test calls describeQueue() with
// the ways to open it; nothing here knows one.
import { describe } from 'vitest';
import { describeAdding } from './conformance/adding.ts';
import { describeFailing } from './conformance/failing.ts';
import type { Engine } from './conformance/harness.ts';
import { describeListing } from './conformance/listing.ts';
import { describeStopping } from './conformance/stopping.ts';
import { describeTiming } from './conformance/timing.ts';

export function describeQueue(engine: Engine): void {
  describe(`the queue on ${engine.name}`, () => {
    describeAdding(engine);
    describeTiming(engine);
    describeFailing(engine);
    describeListing(engine);
    describeStopping(engine);
  });
}
