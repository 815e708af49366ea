// SmartLock on the wire: nock with the network off. A request that nobody expected fails the test, as does an
// expected one that never came.
import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { CallInfo } from '../../../src/lib/http.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { createSmartLock } from '../../../src/locks/smartlock/connector.ts';

export const HOST = 'https://api.smartlock.test';
export const TOKEN = 'sl-token-1234567890';

export function useWire(): () => nock.Scope {
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

  return () => nock(HOST, { reqheaders: { 'x-api-token': TOKEN } });
}

export function smartLock(
  more: {
    url?: string;
    secret?: string;
    callsPerMinute?: number;
    clock?: Clock;
    signal?: AbortSignal;
    onCall?: (call: CallInfo) => void;
  } = {},
): LockSystem {
  const { url = HOST, secret = null, callsPerMinute = 600, clock = systemClock, ...rest } = more;
  return createSmartLock({ settings: { token: TOKEN, url, callsPerMinute, webhookSecret: secret }, clock, ...rest });
}

export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error,
  );
}
