// How requests get to a simulator and webhooks from it: over real sockets, or handed over within the process, where a
// whole world runs on one clock and the same seed gives the same run. Knows nothing of what is carried.
import type { IncomingHttpHeaders } from 'node:http';

export type Carried = {
  method: string;
  url: string;
  headers: Record<string, string>;
  text: string | undefined;
  /** The sender has left. */
  signal: AbortSignal;
};

/** Rejects where there is no whole answer, as a socket would: with Node's own codes. */
export type Reply = (request: Carried) => Promise<{ status: number; headers: Record<string, string>; text: string }>;

/** Where an answer goes. Once the sender has left, nothing arrives any more. */
export type Outgoing = {
  readonly isGone: boolean;
  answer(status: number, headers: Record<string, string>, body: Buffer): void;
  /** Half an answer, and no more. */
  cut(status: number, headers: Record<string, string>, half: Buffer): void;
  reset(): void;
};

/** A request as every carrier hands it on. */
export type Incoming = { method: string; url: string; headers: IncomingHttpHeaders; text: string };

/** Hosts within the process. What none of them has is refused, as on a network without it. */
export type InProcess = {
  /** Returns the address. */
  serve(host: string, reply: Reply): string;
  send: Reply;
};

export function createInProcess(): InProcess {
  const hosts = new Map<string, Reply>();
  return {
    serve(host, reply) {
      hosts.set(host, reply);
      return `https://${host}`;
    },
    async send(request) {
      const reply = hosts.get(new URL(request.url).host);
      if (!reply) throw Object.assign(new Error('nobody is there'), { code: 'ENOTFOUND' });
      return reply(request);
    },
  };
}

/** Makes a reply of a listener that answers, cuts or resets; a sender who leaves first hears nothing. */
export function replyOf(listener: (incoming: Incoming, outgoing: Outgoing) => void): Reply {
  return ({ method, url, headers, text, signal }) =>
    new Promise((resolve, reject) => {
      const leave = () => reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' }));
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      const { pathname, search } = new URL(url);
      const reset = () => reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
      listener(
        { method, url: pathname + search, headers: lower, text: text ?? '' },
        {
          get isGone() {
            return signal.aborted;
          },
          answer: (status, given, body) => resolve({ status, headers: given, text: body.toString('utf8') }),
          cut: reset,
          reset,
        },
      );
    });
}
