// Checked by an independent client: the simulator is driven by unifi-access (test/simulators/unifi-client.test.ts).
import type { UnifiOptions } from '../../../src/simulators/unifi/unifi.ts';
import { lockSystemConformance } from '../conformance.ts';
import { unifiWorld } from './simulated-world.ts';

/** Everything that is not stated, and what older consoles do, the other way. */
const otherwise: UnifiOptions['switches'] = {
  dialect: 'number',
  refusals: 'status',
  badToken: '200',
  mutations: 'nothing',
  resources: 'resource',
  expandMixes: false,
  deactivated: 'open',
  sameEmail: 'CODE_USER_NAME_DUPLICATED',
  missingUser: 'CODE_RESOURCE_NOT_FOUND',
  forbidden: 'CODE_UNAUTHORIZED',
  largestPage: 25,
  logOrder: 'oldest first',
  logIds: 'empty',
  eventIds: 'kept',
  times: 'iso',
  granted: 'Access Granted',
};

const without = ['codes', 'notes on grants', 'several grants at a lock', 'windows on grants'];
const withoutEvenSo = ['codes', 'grants without notes'];

lockSystemConformance('UniFi Access', unifiWorld, { without });
lockSystemConformance('UniFi Access, should it turn out otherwise,', () => unifiWorld({ switches: otherwise }), {
  without,
});
lockSystemConformance('UniFi Access with the adapters around it', () => unifiWorld({ adapters: true }), {
  without: withoutEvenSo,
});
lockSystemConformance(
  'UniFi Access otherwise, with the adapters around it,',
  () => unifiWorld({ adapters: true, switches: otherwise }),
  { without: withoutEvenSo },
);
