// How Cobot says no: 401 to 429 and the three shapes of 422 in v1, JSON:API errors on API 2; and how it reads times.
import type { Instant } from '../../access/model.ts';
import type { Answer, Route, Seen } from '../exchange.ts';
import type { CobotSwitches } from './switches.ts';

export function ok(json: unknown): Answer {
  return { status: 200, json };
}

export function createRefusals(switches: CobotSwitches) {
  return {
    unprocessable(field: string, words: string): Answer {
      const shapes = {
        'wrapped strings': { errors: { [field]: words } },
        'wrapped arrays': { errors: { [field]: [words] } },
        bare: { [field]: [words] },
      };
      return { status: 422, json: shapes[switches.errorShape] };
    },
    conflict: (words: string): Answer => ({ status: 409, json: { error: words } }),
    notFound(): Answer {
      if (switches.notFoundBody === 'empty') return { status: 404 };
      if (switches.notFoundBody === 'html') return { status: 404, text: '<html><body>Not found</body></html>' };
      return { status: 404, json: { error: 'Not found' } };
    },
    unauthorized: (): Answer => ({ status: 401, json: { error: 'The access token is invalid.' } }),
    forbidden: (): Answer => ({ status: 403, json: { error: 'The access token lacks a scope for this.' } }),
    malformed: (): Answer => ({ status: 400, json: { error: 'The body is not JSON.' } }),
    tooMany: (seconds: number): Answer => ({
      status: 429,
      headers: { 'retry-after': String(seconds) },
      json: { error: 'Rate limit exceeded.' },
    }),
  };
}

export type Refusals = ReturnType<typeof createRefusals>;

/** API 2. */
export function jsonApi(status: number, data: unknown): Answer {
  return { status, headers: { 'content-type': 'application/vnd.api+json' }, json: data };
}

export function jsonApiError(status: number, detail: string, pointer = '/data'): Answer {
  return jsonApi(status, { errors: [{ status: String(status), detail, source: { pointer } }] });
}

/** Is this the caller's token, by header or query? */
export function bears({ headers, query }: Seen, token: string): boolean {
  const header = headers.authorization ?? '';
  return header === `Bearer ${token}` || header === `OAuth ${token}` || query['access_token'] === token;
}

/** The wide `read` and `write` include the narrow ones. */
export function hasScope(route: Route, scopes: string[]): boolean {
  const wide = route.method === 'GET' ? 'read' : 'write';
  return route.scopes === undefined || [...route.scopes, wide].some((scope) => scopes.includes(scope));
}

/**
 * "2012-04-12 12:00:00 +0000", "2012-04-12 12:00 +0000" or ISO 8601 with an offset. A bare `+` in a query has become a
 * space by now, and is no offset.
 */
function readTime(text: string | undefined): Instant | null {
  const found = /^(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)$/.exec(text ?? '');
  if (!found) return null;
  const [, year, month, day, time, offset] = found;
  const at = Date.parse(`${year}-${month}-${day}T${time}${offset?.replace(/^(...)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(at) ? null : at;
}

/** The window of a list: null where either end is missing or cannot be read. */
export function readWindow(from: string | undefined, to: string | undefined): { from: Instant; to: Instant } | null {
  const [begins, ends] = [readTime(from), readTime(to)];
  return begins === null || ends === null ? null : { from: begins, to: ends };
}

export function overlaps(thing: { from: Instant; to: Instant }, window: { from: Instant; to: Instant }): boolean {
  return thing.from < window.to && thing.to > window.from;
}
