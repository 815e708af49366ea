// Turns a status or a network failure into one of the errors of errors.ts. Messages name the endpoint's template and
// never hold tokens, keys, query strings or bodies; the cause is a bare copy, since axios' own carries the headers.
import axios from 'axios';
import { RefusedError, TransientError, UnauthorizedError, UnexpectedShapeError, type UpstreamError } from './errors.ts';

export type Failure = {
  name: string;
  endpoint: string;
  /** The setting that names the base URL. */
  setting: string;
  now: number;
  /** After a 429 that does not say how long. */
  pauseMs: number;
  wordsOf: (body: unknown) => string[];
  /** What must not come out in anybody's words. */
  secrets: string[];
};

type Answer = { status: number; body: unknown; headers: Record<string, string> };

const PAUSE_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

export function failureOf(
  options: {
    name: string;
    setting?: string;
    headers: Record<string, string>;
    clock: { now(): number };
    pauseMs?: number;
    wordsOf?: (body: unknown) => string[];
  },
  request: { endpoint: string },
): Failure {
  return {
    name: options.name,
    endpoint: request.endpoint,
    setting: options.setting ?? `${options.name.toUpperCase()}_URL`,
    now: options.clock.now(),
    pauseMs: options.pauseMs ?? PAUSE_MS,
    wordsOf: options.wordsOf ?? (() => []),
    secrets: Object.values(options.headers).flatMap((value) => value.split(' ').filter((part) => part.length >= 8)),
  };
}

/** The error for a status that is not an answer of that call. */
export function statusError(answer: Answer, failure: Failure): UpstreamError {
  const { status } = answer;
  const facts = (kind: string, advice: string) => ({
    code: `${failure.name.toLowerCase()}_${kind}`,
    where: `${failure.endpoint} on ${failure.name}`,
    advice,
    status,
  });
  if (status === 429) {
    return new TransientError(`${failure.name} asks for fewer calls (429)`, {
      ...facts('rate_limited', 'the relay waits and tries again by itself'),
      retryAfterMs: retryAfter(answer, failure.now) ?? failure.pauseMs,
      effect: 'none',
    });
  }
  if (status >= 500 || status === 408) {
    const retryAfterMs = retryAfter(answer, failure.now);
    return new TransientError(`${failure.name} failed with ${status}`, {
      ...facts('server_error', 'the relay tries again by itself'),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      effect: 'unknown',
    });
  }
  const advice = UNAUTHORIZED[status];
  if (advice) {
    return new UnauthorizedError(
      `${failure.name} does not let the relay do this (${status})`,
      facts(advice.kind, advice.advice),
    );
  }
  if (status >= 400) {
    const words = wordsFor(answer.body, failure);
    return new RefusedError(`${failure.name} refused with ${status}`, {
      ...facts('refused', 'see its own words, where it gave any; trying again changes nothing by itself'),
      words,
    });
  }
  if (status >= 300) {
    return new UnexpectedShapeError(
      `${failure.name} answered with a redirect (${status})`,
      facts('redirect', redirectAdvice(answer.headers, failure)),
    );
  }
  return new UnexpectedShapeError(
    `${failure.name} answered with an unknown status ${status}`,
    facts('unexpected_shape', 'it is not known whether it took effect; the relay looks before it does it again'),
  );
}

const UNAUTHORIZED: Record<number, { kind: string; advice: string } | undefined> = {
  401: { kind: 'token_refused', advice: 'the access token is wrong or was revoked: put a new one into the settings' },
  402: {
    kind: 'suspended',
    advice: 'the account is suspended: its bill has to be paid; access stays as it is until then',
  },
  403: {
    kind: 'forbidden',
    advice:
      "the token lacks a scope, or its owner is no admin any more: check the token's scopes and its owner's rights",
  },
};

/** The error for a call that brought no whole answer. */
export function networkError(error: unknown, failure: Failure): TransientError {
  const code = codeOf(error);
  return new TransientError(`No answer from ${failure.name} (${code})`, {
    code: `${failure.name.toLowerCase()}_network`,
    where: `${failure.endpoint} on ${failure.name}`,
    advice: CERTIFICATE.test(code)
      ? `this machine does not trust its certificate, so nothing was sent: check the certificate settings beside ${failure.setting}`
      : `the relay tries again by itself; if it stays, check the network and ${failure.setting}`,
    cause: bareCause(error),
    effect: wasNeverSent(error, code) ? 'none' : 'unknown',
  });
}

export function isTooLarge(error: unknown): boolean {
  return axios.isAxiosError(error) && error.message.startsWith('maxContentLength');
}

/** Failures of name, connection and certificate: all of them come before the first byte of the request. */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|ERR_TLS_\w+|CERT_\w+|\w*_SIGNED_CERT\w*|UNABLE_TO_\w+)$/;

const CERTIFICATE = /CERT/;

function wasNeverSent(error: unknown, code: string): boolean {
  if (BEFORE_SENDING.test(code)) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  const syscall = cause instanceof Error && 'syscall' in cause ? cause.syscall : undefined;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

function bareCause(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : 'unknown');
}

// Seconds or an HTTP date. At least a second, and at most an hour, so that a slip of theirs does not stop us for good.
function retryAfter(answer: Answer, now: number): number | undefined {
  const value = answer.headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(1000, Math.ceil(ms)), LONGEST_RETRY_AFTER_MS);
}

function redirectAdvice({ location }: Record<string, string>, failure: Failure): string {
  const host = location !== undefined && URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return `redirects${host} are not followed, since the token would travel along: set ${failure.setting} to the address that answers itself`;
}

const MOST_WORDS = 5;
const LONGEST_WORDS = 300;

function wordsFor(body: unknown, failure: Failure): string[] {
  return failure
    .wordsOf(body)
    .slice(0, MOST_WORDS)
    .map((words) => failure.secrets.reduce((text, secret) => text.replaceAll(secret, '[hidden]'), words))
    .map((words) =>
      words
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim()
        .slice(0, LONGEST_WORDS),
    )
    .filter((words) => words !== '');
}

type Place = { name: string; endpoint: string };

export function timeoutError({ name, endpoint }: Place): TransientError {
  return new TransientError(`${name} did not answer in time`, {
    code: `${name.toLowerCase()}_timeout`,
    where: `${endpoint} on ${name}`,
    advice: 'the relay tries again later by itself',
    effect: 'later',
  });
}

export function stoppedError({ name, endpoint }: Place, sent: boolean): TransientError {
  return new TransientError('The relay is stopping', {
    code: `${name.toLowerCase()}_stopped`,
    where: `${endpoint} on ${name}`,
    advice: 'it goes on after the next start',
    effect: sent ? 'unknown' : 'none',
  });
}

export function givenUpError({ name, endpoint }: Place): TransientError {
  return new TransientError('The relay has given this work up: another process may be at it', {
    code: `${name.toLowerCase()}_given_up`,
    where: `${endpoint} on ${name}`,
    advice: 'what became of the call is looked at again, by whichever process does the work',
    effect: 'unknown',
  });
}
