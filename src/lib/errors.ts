// What can go wrong with the two other sides, as four kinds. Each error says what happened, where, and what to do.
// "No access" and "not there" are values, not errors.

type Facts = {
  /** A fixed name to search for: "cobot_timeout". */
  code: string;
  /** "GET /api/memberships on Cobot". Never holds a token, a key or an email address. */
  where: string;
  /** What a person can do about it, as a sentence. */
  advice: string;
  status?: number;
  cause?: unknown;
};

/** The common part; only its four kinds are thrown. */
export class UpstreamError extends Error {
  readonly code: string;
  readonly where: string;
  readonly advice: string;
  readonly status: number | undefined;

  constructor(message: string, facts: Facts) {
    super(`${message} (${facts.where})`, { cause: facts.cause });
    this.name = new.target.name;
    this.code = facts.code;
    this.where = facts.where;
    this.advice = facts.advice;
    this.status = facts.status;
  }
}

/** Network, time-out, 429, 5xx: try again later, for ever. */
export class TransientError extends UpstreamError {
  /** How long the other side asked us to wait. */
  readonly retryAfterMs: number | undefined;
  /** May the request have taken effect although no answer came? 'later': it may still land (a time-out). */
  readonly effect: 'none' | 'unknown' | 'later';

  constructor(message: string, facts: Facts & { retryAfterMs?: number; effect: 'none' | 'unknown' | 'later' }) {
    super(message, facts);
    this.retryAfterMs = facts.retryAfterMs;
    this.effect = facts.effect;
  }
}

/** 401, 402, 403: nothing is known until a person mends the token or pays the bill; tried again all the same. */
export class UnauthorizedError extends UpstreamError {}

/** Another 4xx: the other side understood and said no. `words`: its own, for people. */
export class RefusedError extends UpstreamError {
  readonly words: string[];

  constructor(message: string, facts: Facts & { words?: string[] }) {
    super(message, facts);
    this.words = facts.words ?? [];
  }
}

/** An answer that is not what we know of that call: never taken for an empty one. */
export class UnexpectedShapeError extends UpstreamError {}

/** Should a job that failed with it be tried for ever? */
export function isTriedForEver(error: unknown): boolean {
  return error instanceof TransientError || error instanceof UnauthorizedError || isDatabaseTrouble(error);
}

/** SQLite's numbers for: busy, locked, no memory, read-only, not readable or writable, full, cannot be opened. */
const DISK_TROUBLE = new Set([5, 6, 7, 8, 10, 13, 14]);
/** What PostgreSQL, its driver and the network say: away, full, starting, read-only, or somebody else was in the way. */
const SERVER_TROUBLE = /^(08|25006|40|53|55P03|57|58)|^E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND)/;
const DRIVER_TROUBLE = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/** Our own database takes or gives nothing just now; nothing that was asked of it is at fault. */
function isDatabaseTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && DISK_TROUBLE.has(Number(error.errcode) & 0xff)) return true;
  if ('code' in error && typeof error.code === 'string' && SERVER_TROUBLE.test(error.code)) return true;
  return DRIVER_TROUBLE.test(error.message);
}

/** One line for people and logs, of anything that was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof UpstreamError) return `${error.message}: ${error.advice}`;
  return error instanceof Error ? error.message : String(error);
}
