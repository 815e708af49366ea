// Seam on the wire: nock with the network off. A request that nobody expected fails the test, as does an expected one that
// never came.
import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { CallInfo } from '../../../src/lib/http.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { createSeam, type SeamSettings } from '../../../src/locks/seam/connector.ts';

const HOST = 'https://connect.seam.test';
export const TOKEN = 'seam_key_1234567890';
export const at = (text: string): number => Date.parse(text);
export const NOW = at('2026-11-30T09:00:00Z');

/** Time passes only where somebody waits for it, and then at once. */
function stillClock(): Clock {
  let now = NOW;
  const sleep = async (ms: number) => {
    now += ms;
  };
  return { ...systemClock, now: () => now, sleep };
}

type On = (path: string, body?: nock.RequestBodyMatcher) => nock.Interceptor;

/** Expects one POST with that JSON. */
export function useWire(): On {
  const unmatched: string[] = [];
  const note = (request: { method?: string; path?: string }) =>
    unmatched.push(`${request.method ?? '?'} ${request.path ?? '?'}`);

  beforeEach(() => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
    nock.emitter.on('no match', note);
  });

  afterEach(() => {
    nock.emitter.off('no match', note);
    const pending = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    expect(unmatched.splice(0), 'requests that nobody expected').toEqual([]);
    expect(pending, 'requests that never came').toEqual([]);
  });

  return (path, body) => nock(HOST, { reqheaders: { authorization: `Bearer ${TOKEN}` } }).post(path, body);
}

export function seam(
  more: {
    secret?: string;
    clock?: Clock;
    signal?: AbortSignal;
    onCall?: (call: CallInfo) => void;
    accessMethods?: SeamSettings['accessMethods'];
  } = {},
): LockSystem {
  const { secret = null, clock = stillClock(), accessMethods = ['mobile_key'], ...rest } = more;
  return createSeam({ settings: { token: TOKEN, url: HOST, webhookSecret: secret, accessMethods }, clock, ...rest });
}

/** The workspace's doors, as they are read before anything that depends on their kind. */
export function doors(on: On, { entrances = [], keypads = [] }: { entrances?: string[]; keypads?: string[] }): void {
  on('/acs/entrances/list').reply(200, {
    acs_entrances: entrances.map((id) => ({ acs_entrance_id: id, display_name: `Door ${id}` })),
    ok: true,
  });
  on('/devices/list').reply(200, {
    devices: [
      ...keypads.map((id) => ({ device_id: id, display_name: `Door ${id}`, can_program_online_access_codes: true })),
      { device_id: 'thermostat', display_name: 'Heating' },
    ],
    ok: true,
  });
}

export const notFound = { error: { type: 'not_found', message: 'None of that id' }, ok: false };
export const refusal = (message: string) => ({ error: { type: 'invalid_input', message }, ok: false });

export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error,
  );
}
