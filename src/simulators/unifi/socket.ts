// The socket on which a UniFi Access console tells what happens. Here it says only that it is there: enough for a
// client that will not start without it. It reads nothing but the request to close.
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Answer, Seen } from '../exchange.ts';

/** Fixed by RFC 6455. */
const SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEARTBEAT = '"Hello"\n';
const [TEXT, CLOSE] = [0x81, 0x88];

/** `refused`: the answer instead. */
export function openUnifiSocket(request: Seen, socket: Duplex, refused: Answer | null): void {
  if (refused) {
    const body = JSON.stringify(refused.json) ?? refused.text ?? '';
    socket.end(`HTTP/1.1 ${refused.status} No\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    request.status = refused.status;
    return;
  }
  const key = String(request.headers['sec-websocket-key']);
  const accept = createHash('sha1')
    .update(key + SUFFIX)
    .digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
  request.status = 101;
  socket.write(Buffer.concat([Buffer.from([TEXT, HEARTBEAT.length]), Buffer.from(HEARTBEAT)]));
  socket.on('data', (frame: Buffer) => {
    if (frame[0] === CLOSE) socket.end(Buffer.from([CLOSE, 0]));
  });
}
