// The way to the other side: HTTP over the network. Knows no meaning of what it carries, and makes no error of a status.
import type { Agent } from 'node:https';
import axios, { type AxiosRequestConfig } from 'axios';
import { systemClock } from './clock.ts';

/** One request on its way to the other side. `body`: JSON. */
type WireRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  maxBytes: number;
  agent?: Agent;
};

type WireAnswer = { status: number; text: string; headers: object };

/** What lies between here and the other side. A simulation hands in one that never leaves the process. */
export type Wire = {
  /** Brings what came back, whatever its status; rejects where that is no whole answer. */
  carry(request: WireRequest): Promise<WireAnswer>;
  /** The pause before a quick repeat, in the time that passes on the wire. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
};

/** The text is parsed by who asked: axios would hand out bad JSON as a string, and hide an error status behind it. */
const transport: AxiosRequestConfig = {
  responseType: 'text',
  transformResponse: [(data: unknown) => data],
  transformRequest: [(data: unknown) => data],
  validateStatus: () => true,
  maxRedirects: 0,
  // A proxy of the environment would see the token.
  proxy: false,
};

export const network: Wire = { carry: overNetwork, pause: systemClock.sleep };

async function overNetwork(request: WireRequest): Promise<WireAnswer> {
  const { url, method, headers, body, signal, maxBytes, agent } = request;
  const answer = await axios.request<unknown>({
    ...transport,
    ...(agent ? { httpsAgent: agent } : {}),
    url,
    method,
    headers,
    maxContentLength: maxBytes,
    signal,
    ...(body === undefined ? {} : { data: body }),
  });
  return {
    status: answer.status,
    text: typeof answer.data === 'string' ? answer.data : '',
    headers: answer.headers,
  };
}
