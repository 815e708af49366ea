// One request and its answer, as every part of the simulators sees them. Reads bodies; knows neither Cobot nor locks.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One request, in the log too. */
export type Seen = {
  at: number;
  method: string;
  /** Without the query, as it was sent. */
  path: string;
  /** Method and template of the route: "GET /api/memberships/:id"; "GET ?" where there is no such route. */
  endpoint: string;
  params: Record<string, string>;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** JSON, or the fields of a form; undefined where there is none. */
  body: unknown;
  /** null while unanswered, and for ever where the connection was cut before an answer. */
  status: number | null;
  /** The kind of sabotage that it met. */
  sabotage: string | null;
};

/** `json` or `text`; neither = an empty body. */
export type Answer = { status: number; headers?: Record<string, string>; json?: unknown; text?: string };

export type Route = {
  method: string;
  /** "/api/memberships/:id". */
  template: string;
  /** Needs no token. */
  open?: boolean;
  /** One of these is enough. */
  scopes?: string[];
  /** Requests a window, where it is not what the others have. */
  limit?: number;
  handle(request: Seen): Answer;
};

export function endpointOf(route: Route): string {
  return `${route.method} ${route.template}`;
}

export function findRoute(
  routes: Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const params = route.method === method ? paramsOf(route.template, path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

/** undefined: the path is another one. Tokens in paths are percent-encoded. */
function paramsOf(template: string, path: string): Record<string, string> | undefined {
  const wanted = segments(template);
  const given = segments(path);
  if (wanted.length !== given.length) return undefined;

  const params: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const value = given[index] ?? '';
    if (name.startsWith(':')) params[name.slice(1)] = decode(value);
    else if (name !== value) return undefined;
  }
  return params;
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export function parseText(text: string, type = ''): { malformed: boolean; body: unknown } {
  if (text === '') return { malformed: false, body: undefined };
  if (type.includes('form-urlencoded'))
    return { malformed: false, body: Object.fromEntries(new URLSearchParams(text)) };
  try {
    return { malformed: false, body: JSON.parse(text) };
  } catch {
    return { malformed: true, body: text };
  }
}

/** A field of a body that may be anything. */
export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined;
}

/** A field that has to be text with something in it. */
export function textOf(body: unknown, name: string): string | undefined {
  const value = fieldOf(body, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
