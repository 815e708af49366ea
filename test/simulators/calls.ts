// What the tests of the simulators share: one call over real HTTP, and a receiver of webhooks.
import { createServer } from 'node:http';

export type Called = { status: number; headers: Headers; text: string; json: unknown };

/** `call(url, headers)('GET /api/plans')`. Form data where `body` is URLSearchParams, else JSON. */
export function caller(url: string, headers: Record<string, string>) {
  return async (methodAndPath: string, body?: unknown): Promise<Called> => {
    const [method = '', path = ''] = methodAndPath.split(' ');
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Received = { path: string; headers: Record<string, string | string[] | undefined>; text: string };

/** Answers every POST with the status that `answer` holds at that moment; 0 = resets the connection, -1 = says nothing. */
export async function startReceiver() {
  const received: Received[] = [];
  const answer = { status: 204, headers: {} as Record<string, string> };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        text: Buffer.concat(chunks).toString('utf8'),
      });
      if (answer.status === 0) response.socket?.resetAndDestroy();
      else if (answer.status > 0) response.writeHead(answer.status, answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answer,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
