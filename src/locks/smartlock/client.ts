// SmartLock over HTTP: one token, one budget for all endpoints, lists read to their last page.
// Knows addresses and statuses; what they mean for the relay is connector.ts.
import type { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { type ClientParts, createHttp, type Gate, type Http, parseBody, unexpectedBody } from '../../lib/http.ts';
import { createRateGate } from '../../lib/rate-gate.ts';
import type { Side } from '../../lib/together.ts';
import { type Page, wordsOf } from './schema.ts';

export const NAME = 'SmartLock';

const CALLS_PER_MINUTE = 600;
const PAGE_SIZE = 200;
/** A million things: a list that goes on for longer does not end. */
const MOST_PAGES = 5000;
/** Pages in a row with nothing on them: sooner than that cap. */
const MOST_EMPTY_PAGES = 10;

type List<T> = { path: string; query?: Record<string, string>; page: z.ZodType<Page<T>> };
type SmartLockClient = {
  send: Http;
  /** GET, for one answer that is a 200. */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  /** GET, page after page. One page that fails fails the whole list. */
  list<T>(list: List<T>): Promise<T[]>;
};

export function createSmartLockClient(
  options: ClientParts & {
    url: string;
    token: string;
    callsPerMinute?: number;
    side?: Side;
  },
): SmartLockClient {
  const { url, token, callsPerMinute = CALLS_PER_MINUTE, side, ...rest } = options;
  const send = createHttp({
    ...rest,
    ...(side && { permit: side.permit }),
    name: NAME,
    baseUrl: url,
    headers: { 'X-Api-Token': token },
    gate: oneBudget(callsPerMinute, options),
    wordsOf,
  });

  async function get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const endpoint = `GET ${path}`;
    const response = await send({ method: 'GET', endpoint, path, expect: [200], repeatable: true });
    return parseBody(schema, response, { name: NAME, endpoint });
  }

  async function list<T>({ path, query, page }: List<T>): Promise<T[]> {
    const endpoint = `GET ${path}`;
    const items: T[] = [];
    const seen = new Set<string>();
    let empty = 0;
    let from: Record<string, string> = {};
    while (seen.size < MOST_PAGES && empty < MOST_EMPTY_PAGES) {
      const response = await send({
        method: 'GET',
        endpoint,
        path,
        query: { ...query, limit: String(PAGE_SIZE), ...from },
        expect: [200],
        repeatable: true,
      });
      const { items: more, nextCursor } = parseBody(page, response, { name: NAME, endpoint });
      for (const item of more) items.push(item);
      empty = more.length > 0 ? 0 : empty + 1;
      if (nextCursor === null) return items;
      if (seen.has(nextCursor)) throw unexpectedBody({ name: NAME, endpoint }, 'next_cursor: it comes again', 200);
      seen.add(nextCursor);
      from = { cursor: nextCursor };
    }
    throw unexpectedBody({ name: NAME, endpoint }, 'next_cursor: the pages do not end', 200);
  }

  return { send, get, list };
}

/** SmartLock counts all endpoints of a token together. */
function oneBudget(
  callsPerMinute: number,
  { clock, signal, side }: { clock: Clock; signal?: AbortSignal; side?: Side },
): Gate {
  const gate = createRateGate({
    perMinute: () => callsPerMinute,
    clock,
    ...(signal ? { signal } : {}),
    ...(side && { counter: side.calls }),
  });
  return {
    run: (_endpoint, work) => gate.run('all', work),
    pause: (_endpoint, ms) => gate.pause('all', ms),
  };
}
