// What an answer of the console means: its refusals arrive with HTTP 200 and another code than SUCCESS, in two dialects.
// Decides by the code alone, and never takes an answer without one for a yes.
import { z } from 'zod';
import { RefusedError, TransientError, UnauthorizedError } from '../../lib/errors.ts';
import { type HttpResponse, unexpectedBody } from '../../lib/http.ts';

/** For messages and codes of errors: "unifi_timeout". */
export const NAME = 'UniFi';

/** 'gone' and 'taken' are for the caller to understand, or to throw. */
export type Answer =
  | { is: 'ok'; data: unknown; total: number | undefined }
  | { is: 'gone' | 'taken'; refusal: RefusedError };

const text = z.string().optional().catch(undefined);
const envelopeSchema = z.object({
  code: z.union([z.string(), z.number()]),
  codeS: text,
  msg: text,
  error: text,
  data: z.unknown().optional(),
  // Not lenient: a count that cannot be read may hide that there is more.
  pagination: z.object({ total: z.int().min(0) }).nullish(),
});
type Envelope = z.output<typeof envelopeSchema>;

const SUCCESS = 'SUCCESS';
/** The code of the error where the token is known, and may not do this. */
export const FORBIDDEN = 'unifi_forbidden';

/**
 * Unknown: which code a missing scope has, and whether OPERATION_FORBIDDEN has other reasons. Until a person has looked,
 * nothing is known, and it is tried again.
 */
const UNAUTHORIZED = new Map([
  ['CODE_AUTH_FAILED', 'unifi_token_refused'],
  ['CODE_ACCESS_TOKEN_INVALID', 'unifi_token_refused'],
  ['CODE_UNAUTHORIZED', 'unifi_token_refused'],
  ['CODE_OPERATION_FORBIDDEN', FORBIDDEN],
]);
const GONE = new Set([
  'CODE_NOT_EXISTS',
  'CODE_RESOURCE_NOT_FOUND',
  'CODE_USER_ACCOUNT_NOT_EXIST',
  'CODE_USER_WORKER_NOT_EXISTS',
]);

/** Unknown: when which dialect is used. "CODE_..." as `code`, or a number with the name beside it in `codeS`. */
function codeOf({ code, codeS }: Envelope): string | undefined {
  return codeS ?? (typeof code === 'string' ? code : undefined);
}

/** Unknown: whether this code also stands for an email that is malformed. It is taken for one that another user has. */
function isEmailTaken(code: string): boolean {
  return code === 'CODE_USER_EMAIL_ERROR';
}

/** Throws what is no value. `clean` takes secrets out of the console's own words. */
export function readAnswer(response: HttpResponse, endpoint: string, clean: (words: string) => string): Answer {
  const where = `${endpoint} on ${NAME}`;
  const { status } = response;
  const parsed = envelopeSchema.safeParse(response.body);
  const code = parsed.success ? codeOf(parsed.data) : undefined;
  if (!parsed.success || code === undefined) {
    if (status >= 400) throw refused([], { where, status });
    throw unexpectedBody({ name: NAME, endpoint }, 'the top: no answer with a code', status);
  }
  const envelope = parsed.data;
  if (code === SUCCESS && status < 400) {
    return { is: 'ok', data: envelope.data, total: envelope.pagination?.total };
  }
  const unauthorized = UNAUTHORIZED.get(code);
  if (unauthorized !== undefined) {
    throw new UnauthorizedError(`${NAME} does not let the relay do this (${code})`, {
      code: unauthorized,
      where,
      advice: 'the API token is wrong, has ended or lacks a scope: look at it in the settings of UniFi Access',
      status,
    });
  }
  if (code === 'CODE_SYSTEM_ERROR') {
    throw new TransientError(`${NAME} failed with ${code}`, {
      code: 'unifi_server_error',
      where,
      advice: 'the relay tries again by itself',
      status,
      effect: 'unknown',
    });
  }
  const refusal = refused([clean(wordsOf(envelope, code))], { where, status });
  if (GONE.has(code)) return { is: 'gone', refusal };
  if (isEmailTaken(code)) return { is: 'taken', refusal };
  throw refusal;
}

const LONGEST_WORDS = 300;

/** One sentence: the message, the second dialect's detail, and the code to search for. */
function wordsOf({ msg, error }: Envelope, code: string): string {
  const said = [...new Set([msg, error])].filter((part) => part !== undefined && part.trim() !== '').join(': ');
  return `${said} (${code})`
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_WORDS);
}

function refused(words: string[], facts: { where: string; status: number }): RefusedError {
  return new RefusedError(`${NAME} refused`, {
    code: 'unifi_refused',
    advice: 'see its own words, where it gave any; trying again changes nothing by itself',
    words,
    ...facts,
  });
}
