// Ways in which the other side can fail. Each stands until it is lifted, its `times` are used up, or for a `share` of
// the requests. The first one that fires is the only one that a request meets. server.ts carries them out.
import type { Random } from './chance.ts';
import type { Seen } from './exchange.ts';

/** Before the request takes effect, or after it has. */
type When = 'before' | 'after';

export type Action =
  /** Neither `json` nor `html`: an empty body. */
  | { kind: 'answer'; status: number; json?: unknown; html?: string; headers?: Record<string, string>; when?: When }
  | { kind: 'reset'; when?: When }
  /** No answer until lifted. A request whose sender has left by then is dropped, unless it `lands` all the same. */
  | { kind: 'hang'; when?: When; lands?: boolean }
  | { kind: 'delay'; ms: number; when?: When }
  /** Half of the body, then the connection is cut. */
  | { kind: 'cut' }
  /** Half of the body as if it were all: broken JSON in a whole answer. */
  | { kind: 'truncate' }
  /** The answer, made from the true one. */
  | { kind: 'replace'; data: (data: unknown, request: Seen) => unknown };

/** An endpoint ("GET /api/memberships/:id"), a regexp over "METHOD path", some of both, or any rule. */
type Match = string | RegExp | { method?: string; endpoint?: string; path?: RegExp } | ((request: Seen) => boolean);

type Sabotage = { readonly hits: number; lift(): void };

/** What server.ts needs of one that has fired. */
export type Struck = { action: Action; lifted: Promise<void> };

export type Saboteur = {
  sabotage(match: Match, action: Action, limit?: { times?: number; share?: number }): Sabotage;
  strike(request: Seen): Struck | undefined;
  healAll(): void;
};

export function createSaboteur({ random, endpoints }: { random: Random; endpoints: string[] }): Saboteur {
  const standing = new Set<{ fires(request: Seen): boolean; struck: Struck; lift(): void }>();

  return {
    sabotage(match, action, { times = Number.POSITIVE_INFINITY, share = 1 } = {}) {
      const matches = matcher(match, endpoints);
      const gate = Promise.withResolvers<void>();
      let hits = 0;
      const entry = {
        struck: { action, lifted: gate.promise },
        fires(request: Seen) {
          if (hits >= times || !matches(request) || (share < 1 && random() >= share)) return false;
          hits += 1;
          return true;
        },
        lift() {
          standing.delete(entry);
          gate.resolve();
        },
      };
      standing.add(entry);
      return {
        get hits() {
          return hits;
        },
        lift: entry.lift,
      };
    },

    strike(request) {
      for (const entry of standing) if (entry.fires(request)) return entry.struck;
      return undefined;
    },

    healAll() {
      for (const entry of [...standing]) entry.lift();
    },
  };
}

function matcher(match: Match, endpoints: string[]): (request: Seen) => boolean {
  if (typeof match === 'function') return match;
  if (match instanceof RegExp) return ({ method, path }) => match.test(`${method} ${path}`);
  if (typeof match === 'string') return matcher({ endpoint: match }, endpoints);

  // A sabotage that can never fire would make its test pass for nothing.
  if (match.endpoint !== undefined && !endpoints.includes(match.endpoint)) {
    throw new Error(`There is no endpoint "${match.endpoint}". There are: ${endpoints.join(', ')}`);
  }
  return ({ method, endpoint, path }) =>
    (match.method === undefined || match.method === method) &&
    (match.endpoint === undefined || match.endpoint === endpoint) &&
    (match.path === undefined || match.path.test(path));
}

/** For `replace`: every list in the answer is empty. */
export function emptied(data: unknown): unknown {
  return lacking(() => true)(data);
}

/** For `replace`: the lists in the answer lack the items that `missing` picks. */
export function lacking(missing: (item: unknown) => boolean): (data: unknown) => unknown {
  const thin = (data: unknown) => (Array.isArray(data) ? data.filter((item: unknown) => !missing(item)) : data);
  return (data) => {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return thin(data);
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, thin(value)]));
  };
}
