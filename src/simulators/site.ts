// One address that a simulator serves: its routes, and how it says no.
import type { Duplex } from 'node:stream';
import type { Answer, Route, Seen } from './exchange.ts';
import type { Bucket } from './limits.ts';

export type Site = {
  routes: Route[];
  /** Its name within the process, where it is not on a port. */
  host?: string;
  /** 0 = any free one. */
  port: number;
  /** PEM; then the site speaks HTTPS and nothing else. */
  tls?: { key: string; cert: string };
  /** Takes over the connection of a request to upgrade; without it such a request is like any other. */
  upgrade?(request: Seen, socket: Duplex): void;
  /** The refusal of a caller who may not do this; null = go on. */
  refuse(request: Seen, route: Route | undefined): Answer | null;
  tooMany(retryAfterSeconds: number): Answer;
  notFound(): Answer;
  malformed(): Answer;
};

/** Requests a window for each bucket; where a route has several, it has to keep to all. null = without limit. */
export type Limit = { windowMs: number; of(route: Route): Bucket | Bucket[] } | null;
