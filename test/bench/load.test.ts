// The load generator counts what happened, and not what it hoped for.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { wholeAnswer } from '../../bench/load/connection.ts';
import type { LoadMethods } from '../../bench/load/load-process.ts';
import { startChild } from '../../bench/support/child.ts';

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function generator() {
  const child = await startChild<LoadMethods>(new URL('../../bench/load/load-process.ts', import.meta.url));
  onTestFinished(child.close);
  return child;
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
const post = (port: number) => ({ port, path: '/hook?id={id}', body: '{"id":"{id}"}' });

describe('the load generator', () => {
  it('sends each once and well formed, over connections that it keeps', async () => {
    const seen: string[] = [];
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      request.setEncoding('utf8');
      request.on('data', (text: string) => seen.push(`${request.url} ${text}`));
      request.on('end', () => response.writeHead(204).end());
    });

    const load = await (await generator()).ask('closedLoop', { ...post(port), ids: ids(60) }, 3, 10_000);

    expect(load).toMatchObject({ acknowledged: 60, others: {} });
    expect(new Set(seen)).toEqual(new Set(ids(60).map((id) => `/hook?id=${id} {"id":"${id}"}`)));
    expect(sockets.size).toBe(3);
  });

  it('counts refusals and answers that never came apart from acknowledgements', async () => {
    let count = 0;
    const port = await serve((_request, response) => {
      count += 1;
      if (count % 3 === 0) response.destroy();
      else response.writeHead(count % 3 === 1 ? 204 : 503).end('later');
    });

    const { acknowledged, others } = await (await generator()).ask(
      'closedLoop',
      { ...post(port), ids: ids(30) },
      1,
      20_000,
    );

    expect({ acknowledged, others }).toEqual({ acknowledged: 10, others: { 0: 10, 503: 10 } });
  });

  it('at a fixed rate waits for no answer', async () => {
    const held: (() => void)[] = [];
    const port = await serve((_request, response) => {
      held.push(() => response.writeHead(204).end());
      if (held.length === 20) for (const answer of held) answer();
    });

    const { sent } = await (await generator()).ask('openLoop', { ...post(port), ids: ids(20) }, 1000, Date.now());

    expect(sent.map(({ status }) => status)).toEqual(ids(20).map(() => 204));
  });

  it('says when a part of a benchmark has died', async () => {
    const child = await generator();

    const asked = child.ask('openLoop', { ...post(1), ids: ids(1) }, 1, Date.now() + 60_000);
    process.kill(child.pid, 'SIGKILL');

    await expect(asked).rejects.toThrow('ended early: SIGKILL');
  });
});

describe('an answer', () => {
  it.each([
    ['has no body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, closes: false }],
    [
      'has one of its length',
      'HTTP/1.1 503 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlater',
      { status: 503, closes: true },
    ],
  ])('%s', (_, text, expected) => {
    expect(wholeAnswer(Buffer.from(`${text}HTTP/1.1 200`))).toEqual({ ...expected, length: text.length });
  });

  it('that has not come whole is none yet', () => {
    expect(wholeAnswer(Buffer.from('HTTP/1.1 204 No'))).toBeUndefined();
    expect(wholeAnswer(Buffer.from('HTTP/1.1 500 No\r\ncontent-length: 5\r\n\r\nlat'))).toBeUndefined();
  });
});
