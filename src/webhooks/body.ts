// Reads the bytes of a webhook, at most 100 kB of them after unpacking. Signatures are checked over these bytes, so
// nothing is parsed here.
import express, { type Request, type Response } from 'express';

const readRaw = express.raw({ type: () => true, limit: '100kb' });

export type ReadBody =
  | { ok: true; raw: Buffer }
  | { ok: false; status: 400 | 413 | 415; code: string; message: string };

export async function readBody(request: Request, response: Response): Promise<ReadBody> {
  try {
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    });
  } catch (error) {
    return refusalOf(error);
  }
  const body: unknown = request.body;
  if (Buffer.isBuffer(body) && body.length > 0) return { ok: true, raw: body };
  return { ok: false, status: 400, code: 'empty_body', message: 'The body is empty.' };
}

/** Whatever goes wrong while reading is the sender's: too large, cut off, or packed in a way that cannot be unpacked. */
function refusalOf(error: unknown): ReadBody {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 400;
  if (status === 413) return { ok: false, status, code: 'too_large', message: 'The body is larger than 100 kB.' };
  if (status === 415)
    return { ok: false, status, code: 'unsupported_encoding', message: 'This content encoding is not taken.' };
  return { ok: false, status: 400, code: 'unreadable_body', message: 'The body could not be read.' };
}
