// Stands before a simulator and answers its long lists from memory once they were asked for: a page of a hundred thousand
// grants costs the simulator more than whoever reads it, and would be most of what is waited for. Everything else passes.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const LISTS = /^\/(users|access|api\/memberships|api\/check_in_tokens)(\?|$)/;

/** Returns its address. `target`: the simulator's. */
export async function startRemembering(target: string): Promise<string> {
  const known = new Map<string, { status: number; text: string }>();

  async function ask(method: string, path: string, headers: Record<string, string>, body: Buffer) {
    const answer = await fetch(target + path, { method, headers, ...(body.length > 0 ? { body } : {}) });
    return { status: answer.status, text: await answer.text() };
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const isList = method === 'GET' && LISTS.test(url);
    const headers = Object.fromEntries(
      ['authorization', 'x-api-token', 'content-type', 'accept'].flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    const remembered = isList ? known.get(url) : undefined;
    const { status, text } = remembered ?? (await ask(method, url, headers, Buffer.concat(chunks)));
    if (isList && status === 200) known.set(url, { status, text });
    response
      .writeHead(status, { ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }) })
      .end(text);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen on a port.');
  return `http://127.0.0.1:${address.port}`;
}
