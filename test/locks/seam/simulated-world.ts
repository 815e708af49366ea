// Seam's simulator as the world of the conformance suite: its locks are entrances, or devices with a keypad.
import { readCodeName } from '../../../src/locks/seam/code-name.ts';
import { partId } from '../../../src/locks/seam/grant-key.ts';
import type { Action } from '../../../src/simulators/sabotage.ts';
import type { SeamCode } from '../../../src/simulators/seam/access.ts';
import { type SeamOptions, type SeamSimulator, startSeamSimulator } from '../../../src/simulators/seam/seam.ts';
import { give, type LockWorld, register } from '../conformance-world.ts';
import { simulatedWorld, type Vendor, type WorldOptions } from '../simulated-world.ts';

const TOKEN = 'seam_the_api_key_of_this_test';

const SLOW = 5000;

type Doors = 'entrances' | 'keypads';
type More = { doors: Doors; switches?: SeamOptions['switches'] };

const answer = (status: number, type: string, message: string, more: object = {}): Action => ({
  kind: 'answer',
  status,
  json: { error: { type, message, request_id: 'request-1' } },
  ...more,
});

const seam = ({ doors, switches = {} }: More): Vendor<SeamSimulator> => ({
  start: (options) =>
    startSeamSimulator({
      ...options,
      token: TOKEN,
      // What the relay asks for; all others would only take time.
      eventTypes: ['lock.unlocked', 'lock.access_denied'],
      // Much longer than the calls around them, so that a gap has time to show.
      times: { issueAfterMs: SLOW, deleteAfterMs: SLOW, updateAfterMs: SLOW, setAfterMs: SLOW },
      keypads: doors === 'keypads' ? ['Front door', 'Meeting room'] : [],
      // At an entrance nobody is named unless Seam tells what it calls undocumented.
      switches: { unlockNames: doors === 'keypads' ? 'code' : 'identity', ...switches },
      idOf: ({ id, key, identityId }, doorId) => partId({ id, key, lockUserId: identityId }, doorId),
      codeAs: ({ name }: SeamCode) => readCodeName(name) ?? {},
    }),
  isWrite: ({ path }) => /\/(create|update|delete)$/.test(path),
  failures: {
    unauthorized: answer(401, 'unauthorized', 'API Key not found'),
    forbidden: answer(403, 'forbidden', 'This key may not.'),
    nowhere: { kind: 'answer', status: 404, html: '404' },
    'rate limited': answer(429, 'rate_limit_exceeded', 'Too many requests.', { headers: { 'retry-after': '1' } }),
    'server error': answer(503, 'internal_server_error', 'Try again.'),
    refused: answer(400, 'invalid_input', `because of a rule for ${TOKEN}`),
  },
  traits: {
    noLock: '11111111-2222-4333-8444-555555555555',
    codes: doors === 'keypads',
    rush:
      doors === 'keypads'
        ? {
            calls: 12,
            async call(world, index) {
              const { id } = await register(world, `member-${index}@example.com`);
              return give(world, id);
            },
          }
        : null,
  },
  otherEvents: [
    async (simulator, { lockUserId, lockId, deliverTo }) => {
      const before = simulator.switches.unlockNames;
      simulator.switches.unlockNames = 'nobody';
      const told = await simulator.openLock(lockUserId, lockId, { deliverTo, anyway: true });
      simulator.switches.unlockNames = before;
      return told;
    },
  ],
});

export function seamWorld({ doors, switches, ...options }: WorldOptions & More): Promise<LockWorld> {
  return simulatedWorld(seam({ doors, ...(switches ? { switches } : {}) }), options);
}
