// The network is off but for 127.0.0.1. A request that nobody expected fails the test, as does one that never came.
import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';

export function guardTheNetwork(): void {
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
}

/** What the work threw. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error,
  );
}
