// Checked by an independent client: the simulator is read and written by Kisi's own (test/simulators/kisi-client.test.ts).
import type { KisiOptions } from '../../../src/simulators/kisi/kisi.ts';
import { lockSystemConformance } from '../conformance.ts';
import { kisiWorld } from './simulated-world.ts';

/** Everything that nobody has seen Kisi do, the other way. */
const otherwise: KisiOptions['switches'] = {
  secondAssignment: 'taken',
  patchWindow: 'works',
  emailTaken: '409',
  unknownTarget: '422',
  metadataPatch: 'merges',
  signature: 'base64',
  emptyRange: 'none',
  eventSets: 'at once',
  eventOrder: 'oldest first',
};

/** People open with an app, cards and links; the signature of a webhook holds no time. */
const without = ['a time in the signature', 'codes', 'notes on grants'];
const withoutEvenSo = ['a time in the signature', 'codes', 'grants without notes'];

lockSystemConformance('Kisi', kisiWorld, { without, limited: () => kisiWorld({ limits: 'on', speed: 1 }) });
lockSystemConformance('Kisi, should it turn out otherwise,', () => kisiWorld({ switches: otherwise }), { without });
lockSystemConformance('Kisi with the adapters around it', () => kisiWorld({ adapters: true }), {
  without: withoutEvenSo,
});
lockSystemConformance(
  'Kisi otherwise, with the adapters around it,',
  () => kisiWorld({ adapters: true, switches: otherwise }),
  { without: withoutEvenSo },
);
// Kisi as it may be at its worst: no second assignment, and no change of a window. Then the relay keeps the windows.
lockSystemConformance(
  'Kisi, with the windows kept by the relay,',
  () => kisiWorld({ adapters: true, env: { KISI_WINDOWS: 'relay' } }),
  { without: withoutEvenSo },
);
