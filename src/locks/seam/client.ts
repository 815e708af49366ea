// Seam over HTTP: POST with JSON everywhere, lists read to their last page, limits for each device. Knows addresses and
// statuses; what they mean for the relay is elsewhere. The address of a next page is never followed, only its cursor.
import type { z } from 'zod';
import { type ClientParts, createHttp, type HttpResponse, parseBody, unexpectedBody } from '../../lib/http.ts';
import { createRateGate } from '../../lib/rate-gate.ts';
import type { Side } from '../../lib/together.ts';
import { isSeamsError, type Page, wordsOf } from './schema.ts';

export const NAME = 'Seam';

/** Unknown: how many calls a minute Seam takes apart from those that reach a device. */
const CALLS_PER_MINUTE = 600;
const PER_DEVICE: Record<string, number | undefined> = {
  '/access_codes/create': 10,
  '/access_codes/update': 10,
  '/access_codes/delete': 20,
};
const MOST_PAGES = 500;

type Call = {
  path: string;
  body?: object;
  /** Reads, and writes that may be done twice. */
  repeatable: boolean;
  /** Statuses beside 200 that are answers. */
  expect?: readonly number[];
  /** The device that it reaches, for the limits. */
  device?: string;
};
type List<T> = { path: string; body?: object; page: z.ZodType<Page<T>> };

export type SeamClient = {
  call(call: Call): Promise<HttpResponse>;
  /** For one answer that is a 200. */
  ask<T>(call: Call, schema: z.ZodType<T>): Promise<T>;
  /** undefined: Seam says that it is not there. */
  find<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T | undefined>;
  /** Page after page. One page that fails fails the whole list. */
  list<T>(list: List<T>): Promise<T[]>;
  /** The same; where what it is about is not there any more, nothing is listed. */
  listOf<T>(list: List<T>): Promise<T[]>;
};

export function createSeamClient(
  options: ClientParts & {
    url: string;
    token: string;
    side?: Side;
  },
): SeamClient {
  const { side, ...rest } = options;
  const { url, token, clock, signal } = rest;
  const send = createHttp({
    ...rest,
    ...(side && { permit: side.permit }),
    name: NAME,
    baseUrl: url,
    headers: { Authorization: `Bearer ${token}` },
    gate: createRateGate({
      perMinute: limitOf,
      clock,
      ...(signal ? { signal } : {}),
      ...(side && { counter: side.calls }),
    }),
    wordsOf,
  });

  async function call({ path, body = {}, repeatable, expect = [], device }: Call): Promise<HttpResponse> {
    const endpoint = device === undefined ? `POST ${path}` : `POST ${path} device ${device}`;
    const response = await send({ method: 'POST', endpoint, path, body, expect: [200, ...expect], repeatable });
    if (response.status === 404 && !isSeamsError(response.body)) {
      // Not there, or nobody there who would know: an address that is wrong must not make people look gone.
      throw unexpectedBody({ name: NAME, endpoint }, "the top: a 404 without Seam's own error", 404);
    }
    return response;
  }

  const read = <S extends z.ZodType>(schema: S, response: HttpResponse, path: string): z.output<S> =>
    parseBody(schema, response, { name: NAME, endpoint: `POST ${path}` });

  async function pages<T>({ path, body, page }: List<T>, expect: readonly number[]): Promise<T[]> {
    const place = { name: NAME, endpoint: `POST ${path}` };
    const items: T[] = [];
    const seen = new Set<string>();
    let from = {};
    for (let count = 0; count < MOST_PAGES; count += 1) {
      // Beside the cursor, parameters must not change between pages.
      const response = await call({ path, body: { ...body, ...from }, repeatable: true, expect });
      if (response.status === 404) return [];
      const { items: more, nextCursor } = read(page, response, path);
      for (const item of more) items.push(item);
      if (nextCursor === null) return items;
      if (seen.has(nextCursor)) throw unexpectedBody(place, 'next_page_cursor: it comes again', 200);
      seen.add(nextCursor);
      from = { page_cursor: nextCursor };
    }
    throw unexpectedBody(place, 'next_page_cursor: the pages do not end', 200);
  }

  return {
    call,
    ask: async (wanted, schema) => read(schema, await call(wanted), wanted.path),
    async find(path, body, schema) {
      const response = await call({ path, body, repeatable: true, expect: [404] });
      return response.status === 404 ? undefined : read(schema, response, path);
    },
    list: (wanted) => pages(wanted, []),
    listOf: (wanted) => pages(wanted, [404]),
  };
}

function limitOf(endpoint: string): number {
  const [, path = ''] = endpoint.split(' ');
  return PER_DEVICE[path] ?? CALLS_PER_MINUTE;
}
