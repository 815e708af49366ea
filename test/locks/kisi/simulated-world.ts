// Kisi's simulator as the world of the conformance suite.
import { type KisiOptions, type KisiSimulator, startKisiSimulator } from '../../../src/simulators/kisi/kisi.ts';
import type { Action } from '../../../src/simulators/sabotage.ts';
import type { LockWorld } from '../conformance-world.ts';
import { simulatedWorld, type Vendor, type WorldOptions } from '../simulated-world.ts';

const TOKEN = 'kisi-api-key-of-this-test';

const answer = (status: number, error: string, more: object = {}): Action => ({
  kind: 'answer',
  status,
  json: { error, code: 'abc123' },
  ...more,
});

const kisi = (switches: KisiOptions['switches'] = {}): Vendor<KisiSimulator> => ({
  start: (options) => startKisiSimulator({ ...options, token: TOKEN, switches }),
  isWrite: ({ method, path }) => method !== 'GET' && path !== '/event_sets',
  failures: {
    unauthorized: answer(401, 'Access denied.'),
    forbidden: answer(403, 'This person may not.'),
    nowhere: answer(404, 'Not found.'),
    'rate limited': answer(429, 'Too many requests', { headers: { 'retry-after': '1' } }),
    'server error': { kind: 'answer', status: 503, html: '<html>busy</html>' },
    refused: { kind: 'answer', status: 422, json: { errors: { base: [`because of a rule for ${TOKEN}`] } } },
  },
  traits: {
    noLock: '99999999',
    // The signature of a webhook holds no time.
    signatureHasTime: false,
    totals: true,
    rush: { calls: 12, call: ({ lockSystem }) => lockSystem.user('1') },
  },
  otherEvents: [
    (simulator, { lockId, deliverTo }) => simulator.happen(lockId, { actor: null, deliverTo }),
    (simulator, { lockId, deliverTo }) => simulator.happen(lockId, { type: 'lock.lockdown', deliverTo }),
    (simulator, { lockId, deliverTo }) =>
      simulator.happen(lockId, { type: 'integration.disable_due_to_error', deliverTo }),
  ],
});

export function kisiWorld(options: WorldOptions & { switches?: KisiOptions['switches'] } = {}): Promise<LockWorld> {
  return simulatedWorld(kisi(options.switches), options);
}
