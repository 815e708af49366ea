// The console's developer API over HTTPS: one token, one budget, lists read to their last page and counted.
// Knows addresses and envelopes; what they mean for the relay is elsewhere in this folder.
import type { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { type RefusedError, TransientError, UnauthorizedError } from '../../lib/errors.ts';
import { type ClientParts, createHttp, type Gate, type HttpRequest, unexpectedBody } from '../../lib/http.ts';
import { createPinnedAgent, WRONG_CERTIFICATE } from '../../lib/pinned-agent.ts';
import { createRateGate } from '../../lib/rate-gate.ts';
import { createScrub } from '../../lib/scrub.ts';
import type { Side } from '../../lib/together.ts';
import { type Answer, NAME, readAnswer } from './envelope.ts';

/** The console publishes no limit. This one is ours: a sweep of 1,000 users stays well below it, so timers never wait. */
const CALLS_PER_MINUTE = 3000;
const PAGE_SIZE = 100;
const MOST_PAGES = 500;
/** Pages shift while users come and go. */
const PASSES = 3;
const API = '/api/v1/developer';

type Call = Omit<HttpRequest, 'expect'>;
type ListCall<T> = Omit<Call, 'repeatable'> & {
  rows: z.ZodType<T[]>;
  /** A row that comes twice counts once; null: it cannot be told, and each counts. */
  idOf: (row: T) => string | null;
  /** 'maybe': unknown whether this list comes in pages; it does where the answer counts more than it holds. */
  pages: 'always' | 'maybe';
};

export type UnifiClient = {
  send(call: Call): Promise<Answer>;
  /** GET of one thing; undefined: it is not there. */
  get<T>(path: string, endpoint: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** Every page, counted, or an error. A list only reads, whatever its method is. */
  list<T>(call: ListCall<T>): Promise<T[]>;
  /** The same of something that may not be there: undefined then. */
  listOf<T>(call: ListCall<T>): Promise<T[] | undefined>;
};

/** Throws where a certificate is pinned that plain http would never show. */
export function createUnifiClient(
  options: ClientParts & {
    url: string;
    token: string;
    certificate: string | null;
    side?: Side;
  },
): UnifiClient {
  const { url, token, certificate, side, ...rest } = options;
  if (certificate !== null && !/^https:/i.test(url)) {
    throw new Error('UNIFI_CERTIFICATE_SHA256 is set, so UNIFI_URL has to begin with https');
  }
  const base = url.replace(/\/+$/, '');
  const http = createHttp({
    ...rest,
    ...(side && { permit: side.permit }),
    name: NAME,
    baseUrl: base.endsWith(API) ? base : base + API,
    setting: 'UNIFI_URL',
    headers: { Authorization: `Bearer ${token}` },
    gate: oneBudget(options),
    ...(certificate === null ? {} : { agent: createPinnedAgent(certificate) }),
  });
  const clean = createScrub([token]).text;

  async function send(call: Call): Promise<Answer> {
    try {
      // Some refusals are read too: they may carry a code, and without one a 404 is no "not there".
      const response = await http({ ...call, expect: [200, 201, 400, 404, 409, 422] });
      return readAnswer(response, call.endpoint, clean);
    } catch (error) {
      throw isWrongCertificate(error) ? wrongCertificate(call.endpoint) : error;
    }
  }

  async function get<T>(path: string, endpoint: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const answer = await send({ method: 'GET', path, endpoint, repeatable: true });
    if (answer.is === 'gone') return undefined;
    return parseData(schema, answer, endpoint);
  }

  async function read<T>(call: ListCall<T>): Promise<Read<T>> {
    const { rows, idOf, pages, ...request } = call;
    const { endpoint } = call;
    const page: ReadPage<T> = async (query) => {
      const answer = await send({ ...request, query: { ...call.query, ...query }, repeatable: true });
      if (answer.is === 'gone') return { gone: answer.refusal };
      return { rows: parseData(rows, answer, endpoint), total: answer.is === 'ok' ? answer.total : undefined };
    };

    if (pages === 'maybe') {
      const whole = await page({});
      if ('gone' in whole || whole.total === undefined || whole.total === whole.rows.length) return whole;
    }
    for (let pass = 1; pass <= PASSES; pass += 1) {
      const found = await readPages(page, idOf, endpoint);
      if (found !== 'shifted') return found;
    }
    throw unexpectedBody({ name: NAME, endpoint }, 'pagination.total: not as many as were read', 200);
  }

  async function list<T>(call: ListCall<T>): Promise<T[]> {
    const found = await read(call);
    if ('gone' in found) throw found.gone;
    return found.rows;
  }

  async function listOf<T>(call: ListCall<T>): Promise<T[] | undefined> {
    const found = await read(call);
    return 'gone' in found ? undefined : found.rows;
  }

  return { send, get, list, listOf };
}

/** The data of a yes, in the schema's words; a refusal is thrown, and no place in the data is ever quoted. */
export function parseData<T>(schema: z.ZodType<T>, answer: Answer, endpoint: string): T {
  if (answer.is !== 'ok') throw answer.refusal;
  const parsed = schema.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = ['data', ...(issue?.path ?? [])].map(String).join('.');
  throw unexpectedBody({ name: NAME, endpoint }, `${place}: ${issue?.code ?? 'unreadable'}`, 200);
}

type Gone = { gone: RefusedError };
type Read<T> = { rows: T[] } | Gone;
type ReadPage<T> = (query: Record<string, string>) => Promise<{ rows: T[]; total: number | undefined } | Gone>;

async function readPages<T>(
  page: ReadPage<T>,
  idOf: ListCall<T>['idOf'],
  endpoint: string,
): Promise<Read<T> | 'shifted'> {
  const found = new Map<string | number, T>();
  for (let number = 1; number <= MOST_PAGES; number += 1) {
    const read = await page({ page_num: String(number), page_size: String(PAGE_SIZE) });
    if ('gone' in read) return read;
    // How many there are is all that tells a whole list from a part of it.
    if (read.total === undefined) throw unexpectedBody({ name: NAME, endpoint }, 'pagination.total: missing', 200);
    const before = found.size;
    for (const row of read.rows) found.set(idOf(row) ?? found.size, row);
    if (found.size === read.total) return { rows: [...found.values()] };
    if (found.size > read.total || found.size === before) return 'shifted';
  }
  throw unexpectedBody({ name: NAME, endpoint }, 'pagination: the pages do not end', 200);
}

function oneBudget({ clock, signal, side }: { clock: Clock; signal?: AbortSignal; side?: Side }): Gate {
  const gate = createRateGate({
    perMinute: () => CALLS_PER_MINUTE,
    clock,
    ...(signal ? { signal } : {}),
    ...(side && { counter: side.calls }),
  });
  return {
    run: (_endpoint, work) => gate.run('all', work),
    pause: (_endpoint, ms) => gate.pause('all', ms),
  };
}

function isWrongCertificate(error: unknown): boolean {
  return error instanceof TransientError && error.message.includes(WRONG_CERTIFICATE);
}

/** Trying again does not help, and nothing was sent: until a person has looked, access stays as it is. */
function wrongCertificate(endpoint: string): UnauthorizedError {
  return new UnauthorizedError(`${NAME} shows another certificate than the pinned one`, {
    code: 'unifi_wrong_certificate',
    where: `${endpoint} on ${NAME}`,
    advice:
      'nothing was sent. If the console was set up anew, put its new fingerprint into UNIFI_CERTIFICATE_SHA256; if not, somebody else answers in its place',
  });
}
