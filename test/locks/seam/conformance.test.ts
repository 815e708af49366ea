// Own simulator; its signatures are checked by an independent client (svix), and the shapes of calls about codes against the
// vendor's fake (test/simulators/seam-webhooks.test.ts, seam-vendors-fake.test.ts).
import type { SeamOptions } from '../../../src/simulators/seam/seam.ts';
import { lockSystemConformance } from '../conformance.ts';
import { seamWorld } from './simulated-world.ts';

/** What nobody outside Seam knows for sure, the other way. */
const otherwise: SeamOptions['switches'] = {
  duplicates: '400',
  changeKey: 'refused',
  deleteHolder: 'with its grants',
  updateWindow: 'refused',
  pastStart: 'refused',
  whileDeleting: 'shut',
  eventsSince: 'occurred_at',
  eventOrder: 'newest first',
  retryAfter: 'absent',
};

const without = ['grants without notes', 'totals'];

lockSystemConformance('Seam at entrances', () => seamWorld({ doors: 'entrances' }), {
  without: ['codes', ...without],
});
lockSystemConformance(
  'Seam at entrances, should it turn out otherwise,',
  () => seamWorld({ doors: 'entrances', switches: otherwise }),
  { without: ['codes', ...without] },
);
lockSystemConformance('Seam at keypads', () => seamWorld({ doors: 'keypads' }), {
  without,
  limited: () => seamWorld({ doors: 'keypads', limits: 'on', speed: 5 }),
});
lockSystemConformance(
  'Seam at keypads, should it turn out otherwise,',
  () => seamWorld({ doors: 'keypads', switches: otherwise }),
  { without },
);
