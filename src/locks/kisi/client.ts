// Kisi over HTTP: one API key, one budget, lists read to their last page or not at all. Remembers which calls Kisi has
// announced to take away. Knows addresses and statuses; what they mean for the relay is in the other files.
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import { RefusedError, TransientError } from '../../lib/errors.ts';
import { type ClientParts, createHttp, type Http, type HttpResponse, parseBody } from '../../lib/http.ts';
import type { Side } from '../../lib/together.ts';
import { unique } from '../../lib/unique.ts';
import { createKisiGate } from './gate.ts';
import { wordsOf } from './refusals.ts';

export const NAME = 'Kisi';

/** Kisi takes no offset above it. */
const LARGEST_OFFSET = 20_000;
/** What Kisi hands out where no limit is given: no limit of its own can be smaller. */
const SMALLEST_PAGE = 10;

type List<T> = {
  path: string;
  query?: Record<string, string>;
  /** The most that Kisi hands out at once. */
  pageSize: number;
  item: z.ZodType<T>;
};
/** Kisi does not say how long to wait after a 429; what it counts is calls a second. */
const PAUSE_MS = 2000;

export type KisiClient = {
  send: Http;
  parse<S extends z.ZodType>(schema: S, response: HttpResponse, endpoint: string): z.output<S>;
  /** GET, page after page, each thing once. One page that fails, or that does not fit the others, fails the whole list. */
  list<T extends { id: string }>(list: List<T>): Promise<T[]>;
  /** Calls that answered with a header `Deprecation` or `Sunset`; null: no day is set. */
  announced(): { endpoint: string; endsAt: Instant | null }[];
};

export function createKisiClient(
  options: ClientParts & {
    url: string;
    token: string;
    side?: Side;
    windowMs?: number;
  },
): KisiClient {
  const { url, token, windowMs, side, ...rest } = options;
  const { clock, signal } = rest;
  const announced = new Map<string, Instant | null>();
  const http = createHttp({
    ...rest,
    ...(side && { permit: side.permit }),
    name: NAME,
    baseUrl: url,
    headers: { Authorization: `KISI-LOGIN ${token}` },
    gate: createKisiGate({
      clock,
      ...(signal ? { signal } : {}),
      ...(side && { counter: side.calls }),
      ...(windowMs === undefined ? {} : { windowMs }),
    }),
    wordsOf,
    pauseMs: PAUSE_MS,
  });

  const send: Http = async (request) => {
    const response = await http(request);
    const { deprecation, sunset } = response.headers;
    if (deprecation !== undefined || sunset !== undefined) announced.set(request.endpoint, momentOf(sunset));
    return response;
  };

  const parse: KisiClient['parse'] = (schema, response, endpoint) =>
    parseBody(schema, response, { name: NAME, endpoint });

  return {
    send,
    parse,
    announced: () => [...announced].map(([endpoint, endsAt]) => ({ endpoint, endsAt })),

    async list({ path, query, pageSize, item }) {
      const endpoint = `GET ${path}`;
      const items: z.output<typeof item>[] = [];
      const totals = new Set<number>();
      for (;;) {
        if (items.length > LARGEST_OFFSET) throw tooLong(endpoint);
        const response = await send({
          method: 'GET',
          endpoint,
          path,
          query: { ...query, limit: String(pageSize), offset: String(items.length) },
          expect: [200],
          repeatable: true,
        });
        const page = parse(z.array(item), response, endpoint);
        for (const each of page) items.push(each);
        const total = totalOf(response.headers);
        if (total !== undefined) totals.add(total);
        if (isLast({ length: page.length, read: items.length, total })) break;
      }
      const found = unique(items);
      // A thing that came or went between two pages may have pushed another one out of sight.
      if ([...totals].some((total) => total !== found.length)) throw shifted(endpoint);
      return found;
    },
  };
}

/**
 * Unknown: the largest page that Kisi hands out of lists that name no total (role assignments). A page that is shorter
 * than was asked for may be as long as Kisi makes them, so that more may follow; only a very short one is surely the last.
 */
function isLast({ length, read, total }: { length: number; read: number; total: number | undefined }): boolean {
  if (length === 0) return true;
  return total === undefined ? length < SMALLEST_PAGE : read >= total;
}

// Of "0-99/250", where the range is the one that was asked for, or of "*/0". Unknown: whether an empty list has the
// header at all, so that a missing one says nothing.
function totalOf(headers: Record<string, string>): number | undefined {
  const match = /^(?:\d+-\d+|\*)\/(\d{1,9})$/.exec(headers['x-collection-range']?.trim() ?? '');
  return match ? Number(match[1]) : undefined;
}

function momentOf(sunset: string | undefined): Instant | null {
  const at = Date.parse(sunset ?? '');
  return Number.isNaN(at) ? null : at;
}

function tooLong(endpoint: string): RefusedError {
  return new RefusedError(`The list is longer than Kisi hands out: it ends at ${LARGEST_OFFSET} items`, {
    code: 'kisi_list_too_long',
    where: `${endpoint} on ${NAME}`,
    advice: 'nothing is changed for it; clear what is not needed any more out of the Kisi account',
  });
}

function shifted(endpoint: string): TransientError {
  return new TransientError('The list does not hold as many items as Kisi counts', {
    code: 'kisi_list_shifted',
    where: `${endpoint} on ${NAME}`,
    advice: 'somebody may have changed it while it was read; the relay reads it again by itself',
    effect: 'none',
  });
}
