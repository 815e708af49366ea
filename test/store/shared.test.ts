import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Together } from '../../src/lib/together.ts';
import { startChild } from '../support/child.ts';
import { ask, noPostgres } from '../support/postgres.ts';
import { quick } from './join-shared.ts';
import { openShared } from './open-shared.ts';
import { openStallingProxy } from './stalling-proxy.ts';

const patience = { timeout: 30_000, interval: 50 };

/** Holds the key until told to let go. */
async function holdKey(together: Together, key: string): Promise<{ letGo: () => void; over: Promise<string> }> {
  const isHeld = Promise.withResolvers<void>();
  const mayGo = Promise.withResolvers<void>();
  const over = together
    .oneAtATime('sync')([key], async () => {
      isHeld.resolve();
      await mayGo.promise;
      together.permit().insist();
      return 'may act';
    })
    .catch((error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'an error'));
  await isHeld.promise;
  return { letGo: mayGo.resolve, over };
}

/** Where doors are opened: what arrived. */
async function openDoors(): Promise<{ url: string; opened: string[] }> {
  const opened: string[] = [];
  const server = createServer((request, response) => {
    opened.push(request.url ?? '');
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, opened };
}

describe.skipIf(noPostgres)('a process that shares', { timeout: 60_000 }, () => {
  it('keeps its keys, and may act, where its connections are ended: nobody else takes them over', async () => {
    const { url, join } = await openShared();
    const [{ together: one }, { together: other }] = [await join(quick), await join(quick)];
    const order: string[] = [];
    const held = await holdKey(one, 'user:7');
    const waiting = other.oneAtATime('sync')(['user:7'], async () => void order.push('other'));

    await ask(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay-together' and datname = current_database()`,
      url,
    );
    await vi.waitFor(async () => expect(await one.others()).toBe(1), patience);
    await vi.waitFor(async () => expect(await other.others()).toBe(1), patience);
    one.permit().insist();
    order.push('one lets go');
    held.letGo();

    expect(await held.over).toBe('may act');
    await waiting;
    expect(order).toEqual(['one lets go', 'other']);
  });

  it('gives itself up before others take its work over, where the database cannot be reached, and comes back by itself', async () => {
    const { url, join } = await openShared();
    const proxy = await openStallingProxy(url);
    const [{ together: one }, { together: other }] = [await join(quick, proxy.url), await join(quick)];
    const order: string[] = [];
    const held = await holdKey(one, 'user:7');
    one.permit().signal.addEventListener('abort', () => order.push('one gives up'));

    proxy.stall();
    await other.oneAtATime('sync')(['user:7'], async () => void order.push('other takes over'));

    expect(order).toEqual(['one gives up', 'other takes over']);
    expect(() => one.permit()).toThrow(expect.objectContaining({ code: 'relay_given_up' }));
    await expect(one.callsTo('locks').take('open', { most: 60, windowMs: 60_000 }, 1)).rejects.toMatchObject({
      code: 'relay_database_away',
      effect: 'none',
    });

    proxy.flow();
    await vi.waitFor(() => one.permit().insist(), patience);
    held.letGo();
    expect(await held.over, 'the work of before').toBe('relay_given_up');
    expect(await one.oneAtATime('sync')(['user:7'], async () => one.permit().insist())).toBeUndefined();
  });

  it('sends nothing more of its work when it was frozen, while another has taken that over', async () => {
    const { url, join } = await openShared();
    const doors = await openDoors();
    const { together: other } = await join(quick);
    const frozen = startChild(new URL('hold-until-thawed.ts', import.meta.url), [url, doors.url]);
    await frozen.printed(1);

    frozen.freeze();
    await other.oneAtATime('sync')(['user:7'], async () => {
      doors.opened.push('the other has taken over');
      frozen.signal('SIGUSR2');
      frozen.thaw();
      await frozen.printed(3);
    });

    expect((await frozen.ended()).lines).toEqual([
      'before: sent',
      'thawed: refused: relay_given_up',
      'later in the same work: refused: relay_given_up',
      'in new work: sent',
    ]);
    expect(doors.opened).toEqual(['/before', 'the other has taken over', '/new']);
  });

  it('hands its work over within seconds where it was killed', async () => {
    const { url, join } = await openShared();
    const doors = await openDoors();
    const { together: other } = await join(quick);
    const killed = startChild(new URL('hold-until-thawed.ts', import.meta.url), [url, doors.url]);
    await killed.printed(1);

    await killed.kill();

    expect(await other.oneAtATime('sync')(['user:7'], async () => 'taken over')).toBe('taken over');
    await vi.waitFor(async () => expect(await other.others()).toBe(0), patience);
  });

  it('leaves nothing behind when it ends: others go on at once', async () => {
    const { url, join } = await openShared();
    const { together: one } = await join({ ...quick, takenOverAfter: 3_600_000 });
    const { together: other } = await join({ ...quick, takenOverAfter: 3_600_000 });
    const held = await holdKey(one, 'user:7');

    await one.close();

    expect(await other.oneAtATime('sync')(['user:7'], async () => 'free')).toBe('free');
    expect(await other.others()).toBe(0);
    held.letGo();
    expect(await held.over).toBe('relay_given_up');
    expect(await ask('select key from relay.shared_locks', url)).toEqual([]);
  });
});
