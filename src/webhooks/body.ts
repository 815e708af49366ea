// Reads the bytes of a webhook as they are, at most 100 kB of them. Signatures are checked over these bytes, so nothing
// is parsed here; nor unpacked, since no sender packs a few hundred bytes, and little may unpack to much.
import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 100 * 1024;

export type ReadBody =
  | { ok: true; raw: Buffer }
  | { ok: false; status: 400 | 413 | 415; code: string; message: string };

export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const read = await refusedOrRead(request);
  // What else comes is of no use; a sender that does not end soon is cut off by the server.
  request.resume();
  return read;
}

async function refusedOrRead(request: IncomingMessage): Promise<ReadBody> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    return { ok: false, status: 415, code: 'unsupported_encoding', message: 'The body has to come unpacked.' };
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return TOO_LARGE;
  return await wholeBody(request);
}

/** By its events: an iterator over the stream costs as much again as all the rest of reading. */
function wholeBody(request: IncomingMessage): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BYTES) resolve(TOO_LARGE);
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(size === 0 ? EMPTY : { ok: true, raw: Buffer.concat(chunks) }));
    // Cut off. Nobody may be there any more to read this.
    request.once('error', () => resolve(UNREADABLE));
    request.once('close', () => resolve(UNREADABLE));
  });
}

const EMPTY: ReadBody = { ok: false, status: 400, code: 'empty_body', message: 'The body is empty.' };
const UNREADABLE: ReadBody = {
  ok: false,
  status: 400,
  code: 'unreadable_body',
  message: 'The body could not be read.',
};
const TOO_LARGE: ReadBody = {
  ok: false,
  status: 413,
  code: 'too_large',
  message: 'The body is larger than 100 kB.',
};
