// The bytes of a lock system's webhook as JSON, each refusal with its own status and code. What the JSON means is the
// connector's business. Must not trust a byte of it.
import type { ReadOpening } from './lock-system.ts';

type Refused = Extract<ReadOpening, { ok: false }>;
export type Step<T> = { ok: true; value: T } | Refused;

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

export function refuse(status: Refused['status'], code: string, message: string): Refused {
  return { ok: false, status, code, message };
}

/** Without its parameters, in lower case. */
export const typeOf = (contentType: string): string => contentType.split(';', 1).join('').trim().toLowerCase();

export const isJson = (contentType: string): boolean => JSON_TYPE.test(typeOf(contentType));

export const refuseType = (wanted = 'application/json'): Refused =>
  refuse(415, 'unsupported_content_type', `the content type has to be ${wanted}`);

export function textOf(rawBody: Buffer): Step<string> {
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(rawBody) };
  } catch {
    return refuse(400, 'not_utf8', 'the body is not UTF-8');
  }
}

export function parseJson(text: string, what = 'the body'): Step<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return refuse(400, 'broken_json', `${what} is not JSON`);
  }
}

export function jsonOf(rawBody: Buffer): Step<unknown> {
  const text = textOf(rawBody);
  return text.ok ? parseJson(text.value) : text;
}
