// What is on the page without reloading: server-sent events. One look at the relay serves all who watch; a stream ends with
// its session, after a while (the browser comes back with its newest cookie), and at once when the relay stops.
import type { ServerResponse } from 'node:http';
import { answerError } from '../lib/answer.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Session } from './sessions.ts';

const SECOND = 1000;
const LOOK_EVERY = 2 * SECOND;
const HEARTBEAT = 20 * SECOND;
const LONGEST = 10 * 60 * SECOND;
const MOST = 60;
const MOST_OF_ONE = 8;
/** Who does not read is not written to for ever. */
const MOST_UNREAD = 500_000;

type Stream = { session: Session; response: ServerResponse; until: number; shown: string; spokenAt: number };

export type Live = {
  open(session: Session, response: ServerResponse): void;
  /** Of one that was signed out. */
  end(session: Session): void;
  stop(): void;
};

type Deps = {
  /** What is to be seen now, as HTML. */
  draw: () => Promise<string>;
  isAlive: (session: Session) => boolean;
  clock: Clock;
  log: Log;
};

export function createLive({ draw, isAlive, clock, log }: Deps): Live {
  const streams = new Set<Stream>();
  let isStopped = false;
  let cancel: (() => void) | undefined;

  function close(stream: Stream): void {
    streams.delete(stream);
    stream.response.end();
  }

  function write(stream: Stream, text: string): void {
    stream.spokenAt = clock.now();
    stream.response.write(text);
    if (stream.response.writableLength > MOST_UNREAD) {
      streams.delete(stream);
      stream.response.destroy();
    }
  }

  async function look(): Promise<void> {
    for (const stream of streams) if (clock.now() >= stream.until || !isAlive(stream.session)) close(stream);
    if (streams.size === 0) return;
    const drawn = await draw().catch((error: unknown) => {
      log.warn({ error }, 'what is on the page could not be looked at');
      return undefined;
    });
    for (const stream of streams) {
      if (drawn !== undefined && drawn !== stream.shown) {
        stream.shown = drawn;
        write(stream, `event: today\ndata: ${JSON.stringify(drawn)}\n\n`);
      } else if (clock.now() >= stream.spokenAt + HEARTBEAT) write(stream, ': still here\n\n');
    }
  }

  function goOn(ms: number): void {
    cancel = clock.after(ms, () => {
      const began = clock.now();
      void look().finally(() => {
        cancel = undefined;
        // Of a large space a look costs more: never above a tenth of the time.
        if (streams.size > 0 && !isStopped) goOn(Math.max(LOOK_EVERY, 10 * (clock.now() - began)));
      });
    });
  }

  return {
    open(session, response) {
      const own = [...streams].filter((stream) => stream.session.id === session.id);
      if (isStopped || streams.size >= MOST || own.length >= MOST_OF_ONE) {
        response.setHeader('Retry-After', 30);
        answerError(response, {
          status: 503,
          code: 'too_many',
          message: 'Too many pages are watching; reload by hand.',
        });
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
      const now = clock.now();
      const stream = { session, response, until: now + LONGEST, shown: '', spokenAt: now };
      streams.add(stream);
      response.on('error', () => streams.delete(stream)).on('close', () => streams.delete(stream));
      write(stream, 'retry: 3000\n\n');
      if (cancel === undefined) goOn(0);
    },
    end: ({ id }) => {
      for (const stream of streams) if (stream.session.id === id) close(stream);
    },
    stop() {
      isStopped = true;
      cancel?.();
      for (const stream of streams) close(stream);
    },
  };
}
