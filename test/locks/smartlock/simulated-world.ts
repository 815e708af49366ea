// SmartLock's simulator as the world of the conformance suite.
import type { Action } from '../../../src/simulators/sabotage.ts';
import { type SmartLockOptions, startSmartLockSimulator } from '../../../src/simulators/smartlock/smartlock.ts';
import type { LockWorld } from '../conformance-world.ts';
import { simulatedWorld, type Vendor, type WorldOptions } from '../simulated-world.ts';

const TOKEN = 'smartlock-token-of-this-test';

const answer = (status: number, message: string, more: object = {}): Action => ({
  kind: 'answer',
  status,
  json: { error: { code: 'some_code', message } },
  ...more,
});

export const smartLock: Vendor = {
  start: (options: SmartLockOptions) => startSmartLockSimulator({ ...options, token: TOKEN }),
  isWrite: ({ method }) => method !== 'GET',
  failures: {
    unauthorized: answer(401, 'X-Api-Token is wrong.'),
    forbidden: answer(403, 'This token may not.'),
    nowhere: answer(404, 'There is no such thing.'),
    'rate limited': answer(429, 'Too many requests.', { headers: { 'retry-after': '1' } }),
    'server error': { kind: 'answer', status: 503, html: '<html>busy</html>' },
    refused: answer(422, `because of a rule for ${TOKEN}`),
  },
  traits: {
    rush: { calls: 700, call: ({ lockSystem }) => lockSystem.user('somebody') },
  },
};

export function smartLockWorld(options: WorldOptions = {}): Promise<LockWorld> {
  return simulatedWorld(smartLock, options);
}
