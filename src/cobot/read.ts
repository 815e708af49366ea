// Reads one thing, or a list of them, out of an answer: what cannot be read is an error or is counted, never "none".
import type { z } from 'zod';
import { type Http, type HttpRequest, type HttpResponse, parseBody, unexpectedBody } from '../lib/http.ts';
import type { Listing } from './cobot.ts';

export const NAME = 'Cobot';

export type Read = Pick<HttpRequest, 'endpoint' | 'path' | 'query' | 'headers'>;

/** GET of something that has to be there. */
export function get(http: Http, read: Read): Promise<HttpResponse> {
  return http({ method: 'GET', ...read, expect: [200], repeatable: true });
}

/** GET of something that may be gone: 404, also as an HTML page, is `undefined`. */
export async function getIfThere(http: Http, read: Read): Promise<HttpResponse | undefined> {
  const response = await http({ method: 'GET', ...read, expect: [200, 404], repeatable: true });
  return response.status === 404 ? undefined : response;
}

/** The thing that was asked for, and no other. */
export async function getOne<T extends { id: string }>(
  http: Http,
  read: Read,
  schema: z.ZodType<T>,
  askedId: string,
): Promise<T | undefined> {
  const response = await getIfThere(http, read);
  if (!response) return undefined;
  const one = parseBody(schema, response, whereOf(read.endpoint));
  if (one.id !== askedId)
    throw unexpectedBody(whereOf(read.endpoint), 'id: it is not the one asked for', response.status);
  return one;
}

/** Items that cannot be read are left out and counted. */
export function listing<T>(response: HttpResponse, schema: z.ZodType<T>, endpoint: string): Listing<T> {
  const raw = arrayOf(response, endpoint);
  const parsed = raw.map((item) => schema.safeParse(item));
  const items = parsed.flatMap((result) => (result.success ? [result.data] : []));
  if (raw.length > 0 && items.length === 0) {
    throw unexpectedBody(whereOf(endpoint), `0.${firstPlace(parsed)}: not one item can be read`, response.status);
  }
  return { items, unreadable: raw.length - items.length };
}

/** One item that cannot be read spoils the list. */
export function wholeList<T>(response: HttpResponse, schema: z.ZodType<T>, endpoint: string): T[] {
  return arrayOf(response, endpoint).map((item, index) => {
    const parsed = schema.safeParse(item);
    if (parsed.success) return parsed.data;
    throw unexpectedBody(whereOf(endpoint), `${index}.${firstPlace([parsed])}`, response.status);
  });
}

export function whereOf(endpoint: string): { name: string; endpoint: string } {
  return { name: NAME, endpoint };
}

function arrayOf(response: HttpResponse, endpoint: string): unknown[] {
  if (Array.isArray(response.body)) return response.body;
  throw unexpectedBody(whereOf(endpoint), 'the top: a list is due', response.status);
}

function firstPlace(results: z.ZodSafeParseResult<unknown>[]): string {
  const issue = results.find((result) => !result.success)?.error?.issues[0];
  return issue ? issue.path.map(String).join('.') : '';
}
