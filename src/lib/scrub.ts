// Takes secrets and email addresses out of whatever is about to be logged. Works on a copy, never throws, and would
// rather lose a harmless word than keep a harmful one.
import { RefusedError, UpstreamError } from './errors.ts';

const HIDDEN = '[hidden]';
/** A shorter secret would blot out half of every line, and hides nothing. */
const SHORTEST_SECRET = 4;
const DEEPEST = 6;
const MOST_ITEMS = 100;
const LONGEST_TEXT = 4000;
const MOST_NAMES = 1000;

const SECRET_NAME = /token|secret|password|authorization|cookie|api[-_]?key|webhook[-_]?key|e[-_]?mail/i;
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic|oauth)\s+[^\s"',;]+/gi, `$1 ${HIDDEN}`],
  [/whsec_[\w+/=-]+/g, HIDDEN],
  [/\b([\w-]*(?:key|token|secret|password))=[^\s&"']+/gi, `$1=${HIDDEN}`],
];
/** Split here and not further: a local part may hold nearly anything else. */
const BETWEEN_WORDS = /([\s<>()[\]{},;]+)/;
const AT_SIGN = /@|%40/;

export type Scrub = {
  text(value: string): string;
  fields(value: Readonly<Record<string, unknown>>): Record<string, unknown>;
};

export function createScrub(secrets: readonly string[]): Scrub {
  // The longest first, so that one that contains another is hidden whole.
  const hideable = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length);

  function text(value: string): string {
    const known = hideable.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), value);
    // Cut only now: half a secret would not be known again.
    let clean = known.length > LONGEST_TEXT ? `${known.slice(0, LONGEST_TEXT)} ...` : known;
    for (const [pattern, by] of PATTERNS) clean = clean.replace(pattern, by);
    if (AT_SIGN.test(clean)) {
      clean = clean
        .split(BETWEEN_WORDS)
        .map((word) => (AT_SIGN.test(word) ? '[email]' : word))
        .join('');
    }
    return clean;
  }

  /** Names come from the source, and are few; those of things from outside may be many. */
  const names = new Map<string, string>();
  function nameOf(name: string): string {
    const known = names.get(name);
    if (known !== undefined) return known;
    const clean = text(name);
    if (names.size < MOST_NAMES) names.set(name, clean);
    return clean;
  }

  function any(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return text(String(value));
    if (typeof value === 'function') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    return depth < DEEPEST ? thing(value, depth) : '[deep]';
  }

  function thing(value: object, depth: number): unknown {
    if (value instanceof Error) return record(factsOf(value), depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof URL) return text(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map || value instanceof Set) return thing([...value], depth);
    if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => any(item, depth + 1));
    return record(value, depth);
  }

  function record(value: object, depth: number): Record<string, unknown> {
    const keys = Object.keys(value).slice(0, MOST_ITEMS);
    return Object.fromEntries(
      keys.map((name) => {
        const found = any(read(value, name), depth + 1);
        return [nameOf(name), SECRET_NAME.test(name) && mayHoldSecret(found) ? HIDDEN : found];
      }),
    );
  }

  return { text, fields: (value) => record(value, 0) };
}

/** `tokens: 5` is a count. */
function mayHoldSecret(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function read(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name);
  } catch {
    return '[unreadable]';
  }
}

/** Named facts only: an HTTP library's error carries the whole request, with its headers. */
function factsOf(error: Error): Record<string, unknown> {
  const cause = error.cause === undefined ? {} : { cause: error.cause };
  if (error instanceof UpstreamError) {
    const { name, message, code, where, advice, status } = error;
    const words = error instanceof RefusedError ? { words: error.words } : {};
    return { type: name, message, code, where, advice, status, ...words, ...cause };
  }
  const code = 'code' in error ? { code: error.code } : {};
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
