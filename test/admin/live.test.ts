// The stream behind a page that changes by itself: what it sends, whom it ends for, and that it holds up no stop.
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLive } from '../../src/admin/live.ts';
import { createLog } from '../../src/lib/log.ts';
import { setUpService } from '../support/service.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const SECOND = 1000;
const session = (id: string) => ({ id, began: 0, seen: 0 });

/** Streams over real connections, and a clock that is moved by hand. */
async function setUp() {
  const clock = createVirtualClock();
  const state = { drawn: '<p>one</p>', isAlive: true, fails: false, takes: 0, looks: 0 };
  const live = createLive({
    draw: async () => {
      state.looks += 1;
      if (state.takes > 0) await clock.sleep(state.takes);
      if (state.fails) throw new Error('no look');
      return state.drawn;
    },
    isAlive: () => state.isAlive,
    clock,
    log: createLog({ level: 'silent', secrets: [] }),
  });
  const server = createServer((request, response) => live.open(session((request.url ?? '').slice(1)), response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    live.stop();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  async function watch(id = 'one') {
    const response = await fetch(`${url}/${id}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    let isOver = false;
    const reading = (async () => {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
        if (done) break;
        text += value;
      }
      isOver = true;
    })().catch(() => {
      isOver = true;
    });
    return { response, text: () => text, isOver: () => isOver, over: reading };
  }
  return { clock, state, live, watch };
}

describe('a stream', () => {
  it('tells what is to be seen, and again only when it has changed', async () => {
    const { clock, state, watch } = await setUp();
    const stream = await watch();
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    await clock.advance(0);
    await expect.poll(stream.text).toContain('event: today\ndata: "<p>one</p>"\n\n');

    await clock.advance(6 * SECOND);
    state.drawn = '<p>two</p>';
    await clock.advance(2 * SECOND);

    await expect.poll(stream.text).toContain('data: "<p>two</p>"\n\n');
    expect(stream.text().match(/event: today/g)).toHaveLength(2);
  });

  it('beats while nothing happens, and outlives a look that failed', async () => {
    const { clock, state, watch } = await setUp();
    const stream = await watch();
    await clock.advance(0);
    state.fails = true;

    await clock.advance(30 * SECOND);

    await expect.poll(stream.text).toContain(': still here');
    expect(stream.isOver()).toBe(false);
  });

  it('is looked at less often where a look takes long', async () => {
    const { clock, state, watch } = await setUp();
    state.takes = SECOND;
    await watch();

    await clock.advance(21 * SECOND);

    expect(state.looks).toBe(2);
  });

  it('ends with its session', async () => {
    const { clock, state, watch } = await setUp();
    const stream = await watch();
    await clock.advance(0);
    state.isAlive = false;

    await clock.advance(2 * SECOND);

    await stream.over;
  });

  it('ends for who signs out, and for nobody else', async () => {
    const { live, watch } = await setUp();
    const [one, other] = [await watch('one'), await watch('other')];

    live.end(session('one'));

    await one.over;
    expect(other.isOver()).toBe(false);
  });

  it('ends after a while, so that the browser comes back with its newest cookie', async () => {
    const { clock, watch } = await setUp();
    const stream = await watch();

    await clock.advance(10 * 60 * SECOND + 2 * SECOND);

    await stream.over;
  });

  it('is refused where there are many', async () => {
    const { watch } = await setUp();
    for (let count = 0; count < 8; count += 1) expect((await watch('one')).response.status).toBe(200);

    const { response } = await watch('one');

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('30');
    expect((await watch('other')).response.status).toBe(200);
  });

  it('ends when the relay stops, and none begins after that', async () => {
    const { live, watch } = await setUp();
    const stream = await watch();

    live.stop();

    await stream.over;
    expect((await watch()).response.status).toBe(503);
  });
});

describe('a relay whose page is watched', () => {
  const password = 'the password of the page';

  it('stops cleanly all the same', { timeout: 60_000 }, async () => {
    const { relay } = await setUpService({ env: { ADMIN_PASSWORD: password } });
    await relay.start();
    const cookies = new Map<string, string>();
    const ask = async (path: string, form?: Record<string, string>) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { cookie, origin: relay.url };
      const more = form ? { method: 'POST', body: new URLSearchParams(form) } : {};
      const response = await fetch(relay.url + path, { ...more, headers, redirect: 'manual' });
      for (const each of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
        cookies.set(name, value);
      }
      return response;
    };
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(await (await ask('/admin/sign-in')).text()) ?? [];
    await ask('/admin/sign-in', { token, password });
    const stream = await ask('/admin/live');
    expect(stream.status).toBe(200);
    const read = stream.text();

    const { code } = await relay.stop();

    expect(code).toBe(0);
    expect(await read).toContain('retry: 3000');
  });
});
