// One kept-alive connection of the load generator: writes a request, reads as much of the answer as its length needs.
// Much cheaper than an HTTP client, since the generator shares two cores with what it measures. Knows only what the
// services here answer: a length, or no body at all.
import { connect, type Socket } from 'node:net';

export type Connection = {
  /** Resolves with the status; 0: no whole answer came. */
  send(request: Buffer): Promise<number>;
  readonly isBusy: boolean;
  /** Who still waits gets a 0. */
  close(): void;
};

const HEAD_ENDS = Buffer.from('\r\n\r\n');

export function openConnection(port: number): Connection {
  let socket: Socket | undefined;
  let received: Buffer = Buffer.alloc(0);
  let waiting: ((status: number) => void) | undefined;

  function settle(status: number): void {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(status);
  }

  function lost(gone: Socket): void {
    if (gone !== socket) return;
    socket = undefined;
    received = Buffer.alloc(0);
    settle(0);
  }

  function open(): Socket {
    const opened = connect({ port, host: '127.0.0.1', noDelay: true });
    opened.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = wholeAnswer(received);
      if (!answer) return;
      received = received.subarray(answer.length);
      if (answer.closes) {
        socket = undefined;
        opened.destroy();
        received = Buffer.alloc(0);
      }
      settle(answer.status);
    });
    opened.on('error', () => lost(opened));
    opened.on('close', () => lost(opened));
    return opened;
  }

  return {
    send(request) {
      return new Promise((resolve) => {
        waiting = resolve;
        socket ??= open();
        socket.write(request);
      });
    },
    get isBusy() {
      return waiting !== undefined;
    },
    close() {
      const open = socket;
      socket = undefined;
      open?.destroy();
      settle(0);
    },
  };
}

/** undefined: it is not all there yet. */
export function wholeAnswer(received: Buffer): { status: number; length: number; closes: boolean } | undefined {
  const end = received.indexOf(HEAD_ENDS);
  if (end === -1) return undefined;
  const head = received.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const body = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const length = end + HEAD_ENDS.length + body;
  if (received.length < length) return undefined;
  return { status, length, closes: /\r\nconnection: *close/i.test(head) };
}

export function postRequest(path: string, port: number, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
