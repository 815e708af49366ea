// One JSON-over-HTTP client for all other sides: one base URL, one token, one budget, a limit on time and size.
// Follows no redirect, uses no proxy of the environment, and turns every failure into the errors of errors.ts.
import type { Agent } from 'node:https';
import type { z } from 'zod';
import type { Clock } from './clock.ts';
import { RefusedError, TransientError, UnexpectedShapeError, UpstreamError } from './errors.ts';
import {
  type Failure,
  failureOf,
  givenUpError,
  isTooLarge,
  networkError,
  statusError,
  stoppedError,
  timeoutError,
} from './http-errors.ts';
import { retryQuickly } from './retry.ts';
import type { Permit } from './together.ts';
import { network, type Wire } from './wire.ts';

export type CallInfo = {
  endpoint: string;
  outcome: number | 'network' | 'timeout' | 'aborted';
  ms: number;
  /** By how many ms the Date of the answer is ahead of our clock; it counts whole seconds. */
  clockAhead?: number;
};

/** Keeps to the other side's rate limits. */
export type Gate = {
  /** Runs `work` as soon as the endpoint's budget allows it. */
  run<T>(endpoint: string, work: () => Promise<T>): Promise<T>;
  /** The other side said 429: nobody is sent to the endpoint for `ms`. */
  pause(endpoint: string, ms: number): void;
};

/** What every client of another side is handed, whichever side that is. */
export type ClientParts = {
  clock: Clock;
  /** The service is stopping. */
  signal?: AbortSignal;
  onCall?: (call: CallInfo) => void;
  /** By default the network. */
  wire?: Wire;
  /** From 0 up to, not including, 1: so that what failed together is not repeated together. */
  random?: () => number;
};

export type HttpOptions = ClientParts & {
  /** "Cobot": for messages and codes (`cobot_timeout`). */
  name: string;
  /** A trailing slash does not matter; may have a path. */
  baseUrl: string;
  /** The setting that names the base, for advice; by default `<NAME>_URL`. */
  setting?: string;
  /** The token; sent to this base alone. */
  headers: Record<string, string>;
  /** For the whole call, so that a dripping body ends too. */
  timeoutMs?: number;
  maxBytes?: number;
  gate: Gate;
  /** Checks the other side's certificate in its own way, before a byte is sent. */
  agent?: Agent;
  /** May this process act? Taken when the call is asked for, and asked again right before it goes out. */
  permit?: () => Permit;
  /** How long a 429 without Retry-After asks for; by default a minute. */
  pauseMs?: number;
  /** Reads the other side's own words out of an error body. */
  wordsOf?: (body: unknown) => string[];
};

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** "GET /api/memberships/:id": for budget, metrics and messages. */
  endpoint: string;
  /** Begins with a slash; ids in it are percent-encoded (`segment`). */
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Statuses that are answers and not errors. */
  expect: readonly number[];
  /** 'any': the body is no matter, whatever it is; else JSON is due. */
  answer?: 'any';
  /** May the client repeat it by itself? At most twice, on network errors and 5xx; never on 429 or a time-out. */
  repeatable: boolean;
};

export type HttpResponse = { status: number; body: unknown; headers: Record<string, string> };
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 50_000_000;

export function createHttp(options: HttpOptions): Http {
  const base = options.baseUrl.replace(/\/+$/, '');
  return (request) => {
    // The path is glued to the base: without the slash "@host" would become another host, and get the token.
    if (!request.path.startsWith('/')) throw new TypeError(`path without a leading slash (${request.endpoint})`);
    const url = base + request.path + queryOf(request.query);
    return callByPermit(options, request, url);
  };
}

/** An id or token as one part of a path. */
export function segment(id: string): string {
  // These would silently name another address: a list instead of one thing, or the folder above.
  if (id === '' || id === '.' || id === '..') throw badId();
  return encoded(id);
}

function encoded(text: string): string {
  // Half of a character, which JSON can carry, has no place in an address.
  if (!text.isWellFormed()) throw badId();
  return encodeURIComponent(text);
}

function badId(): RefusedError {
  return new RefusedError('Not an id that can stand in an address', {
    code: 'bad_id',
    where: 'before the call',
    advice: 'nothing was sent; look where the id came from',
  });
}

/** The body in the schema's words, or an error that names the first place that does not fit, and never prints it. */
export function parseBody<S extends z.ZodType>(
  schema: S,
  response: HttpResponse,
  where: { name: string; endpoint: string },
): z.output<S> {
  const parsed = schema.safeParse(response.body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue && issue.path.length > 0 ? issue.path.map(String).join('.') : 'the top';
  throw unexpectedBody(where, `${place}: ${issue?.code ?? 'unreadable'}`, response.status);
}

/** An answer whose body is not what we know of that call. `what` must not quote the body. */
export function unexpectedBody(
  where: { name: string; endpoint: string },
  what: string,
  status?: number,
): UnexpectedShapeError {
  return new UnexpectedShapeError(`${where.name} answered in a form that the relay does not know, at ${what}`, {
    code: `${where.name.toLowerCase()}_unexpected_shape`,
    where: `${where.endpoint} on ${where.name}`,
    advice: 'nothing is changed for it; if it stays, the API has changed and the relay needs an update',
    ...(status === undefined ? {} : { status }),
  });
}

// "+" has to arrive as %2B, and a space as %20, which URLSearchParams would not do.
function queryOf(query: Record<string, string> | undefined): string {
  const pairs = Object.entries(query ?? {}).map(([key, value]) => `${encodeURIComponent(key)}=${encoded(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

async function callByPermit(options: HttpOptions, request: HttpRequest, url: string): Promise<HttpResponse> {
  const { permit: permitNow, ...rest } = options;
  const permit = permitNow?.();
  const attempt = () => throughGate({ ...rest, ...(permit && { permit }) }, request, url);
  return await (request.repeatable
    ? retryQuickly(attempt, { ...options, pause: (options.wire ?? network).pause })
    : attempt());
}

type Permitted = Omit<HttpOptions, 'permit'> & { permit?: Permit };

async function throughGate(options: Permitted, request: HttpRequest, url: string): Promise<HttpResponse> {
  let sent = false;
  try {
    return await options.gate.run(request.endpoint, async () => {
      options.signal?.throwIfAborted();
      options.permit?.insist();
      sent = true;
      return await send(options, request, url);
    });
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    if (options.signal?.aborted === true) throw stoppedError(placeOf(options, request), sent);
    throw error;
  }
}

async function send(options: Permitted, request: HttpRequest, url: string): Promise<HttpResponse> {
  const { clock, signal, permit, wire = network } = options;
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal?.addEventListener('abort', stop, { once: true });
  permit?.signal.addEventListener('abort', stop, { once: true });
  let timedOut = false;
  const cancelTimeout = clock.after(options.timeoutMs ?? TIMEOUT_MS, () => {
    timedOut = true;
    abort.abort();
  });
  const began = clock.now();
  const report = (outcome: CallInfo['outcome'], date = Number.NaN) => {
    const clockAhead = Number.isNaN(date) ? {} : { clockAhead: date - clock.now() };
    options.onCall?.({ endpoint: request.endpoint, outcome, ms: clock.now() - began, ...clockAhead });
  };

  try {
    const answer = await wire.carry({
      url,
      method: request.method,
      headers: headersOf(options, request),
      maxBytes: options.maxBytes ?? MAX_BYTES,
      signal: abort.signal,
      ...(options.agent ? { agent: options.agent } : {}),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const headers = plainHeaders(answer.headers);
    report(answer.status, Date.parse(headers['date'] ?? ''));
    return judge(options, request, { ...answer, headers });
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    if (timedOut) {
      report('timeout');
      throw timeoutError(placeOf(options, request));
    }
    if (signal?.aborted === true) {
      report('aborted');
      throw stoppedError(placeOf(options, request), true);
    }
    if (permit?.signal.aborted === true) {
      report('aborted');
      throw givenUpError(placeOf(options, request));
    }
    report('network');
    if (isTooLarge(error)) throw unexpectedBody(placeOf(options, request), 'its size: the body is too large');
    throw networkError(error, failureOf(options, request));
  } finally {
    cancelTimeout();
    signal?.removeEventListener('abort', stop);
    permit?.signal.removeEventListener('abort', stop);
  }
}

function judge(
  options: Permitted,
  request: HttpRequest,
  answer: { status: number; text: string; headers: Record<string, string> },
): HttpResponse {
  const { status, text, headers } = answer;
  const failure: Failure = failureOf(options, request);
  const parsed = parseJson(text);
  if (!request.expect.includes(status)) {
    const error = statusError({ status, body: parsed.ok ? parsed.value : undefined, headers }, failure);
    if (status === 429 && error instanceof TransientError) {
      options.gate.pause(request.endpoint, error.retryAfterMs ?? 0);
    }
    throw error;
  }
  if (request.answer === 'any') return { status, body: undefined, headers };
  if (parsed.ok) return { status, body: parsed.value, headers };
  // An expected "not there" may well come as an HTML page.
  if (status >= 400) return { status, body: undefined, headers };
  throw unexpectedBody(
    failure,
    /^\s*</.test(text) ? 'the top: HTML where JSON is due' : 'the top: broken JSON',
    status,
  );
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}

function headersOf(options: Permitted, request: HttpRequest): Record<string, string> {
  return {
    Accept: 'application/json',
    'User-Agent': 'cobot-access-relay',
    ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...options.headers,
    ...request.headers,
  };
}

function plainHeaders(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function placeOf(options: Permitted, request: HttpRequest): { name: string; endpoint: string } {
  return { name: options.name, endpoint: request.endpoint };
}
