// The simulated UniFi Access console as the world of the conformance suite.
import type { Action } from '../../../src/simulators/sabotage.ts';
import { startUnifiSimulator, type UnifiOptions, type UnifiSimulator } from '../../../src/simulators/unifi/unifi.ts';
import type { LockWorld } from '../conformance-world.ts';
import { simulatedWorld, type Vendor, type WorldOptions } from '../simulated-world.ts';

const TOKEN = 'unifi-api-token-of-this-test';

const answer = (code: string, msg: string, status = 200, more: object = {}): Action => ({
  kind: 'answer',
  status,
  json: { code, msg },
  ...more,
});

const unifi = (switches: UnifiOptions['switches'] = {}): Vendor<UnifiSimulator> => ({
  start: (options) => startUnifiSimulator({ ...options, token: TOKEN, switches }),
  isWrite: ({ method, path }) => method !== 'GET' && !path.endsWith('/system/logs'),
  failures: {
    unauthorized: answer('CODE_ACCESS_TOKEN_INVALID', 'The token is invalid.'),
    forbidden: answer('CODE_OPERATION_FORBIDDEN', 'This token may not.'),
    nowhere: { kind: 'answer', status: 404, html: '404 page not found' },
    'rate limited': answer('CODE_SYSTEM_ERROR', 'Too many.', 429, { headers: { 'retry-after': '1' } }),
    'server error': answer('CODE_SYSTEM_ERROR', 'Try again.'),
    refused: answer('CODE_PARAMS_INVALID', `because of a rule for ${TOKEN}`),
  },
  traits: {
    noLock: '11111111-2222-4333-8444-555555555555',
    totals: true,
    // The webhook's id and that of the log are two.
    openingIds: 'other',
  },
  otherEvents: [
    (simulator, { lockId, deliverTo }) => simulator.openUnattributed(lockId, 'nobody', { deliverTo }),
    (simulator, { lockId, deliverTo }) => simulator.openUnattributed(lockId, 'program', { deliverTo }),
  ],
});

export function unifiWorld(options: WorldOptions & { switches?: UnifiOptions['switches'] } = {}): Promise<LockWorld> {
  return simulatedWorld(unifi(options.switches), options);
}
