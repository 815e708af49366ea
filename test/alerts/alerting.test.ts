// The whole way: from what is the case, over what is written down, to a room that takes messages or does not.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelayWorld, DAY, HOUR, MINUTE, MONDAY } from '../support/relay.ts';

type Room = { url: string; texts: string[]; status: number };

async function openRoom(): Promise<Room> {
  const room: Room = { url: '', texts: [], status: 200 };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (room.status === 200) room.texts.push(String((body as { text: string }).text));
      response.writeHead(room.status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  room.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hooks/the-secret-of-the-room`;
  return room;
}

async function openAlerted(environment: Record<string, string> = {}) {
  const room = await openRoom();
  const world = await createRelayWorld({ environment: { ALERT_WEBHOOK_URL: room.url, ...environment } });
  const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.cobot.addPlan({ name: 'Full Time' }) });
  await world.sweep();
  return {
    room,
    world,
    ada,
    async look() {
      await world.parts.queue.add([{ name: 'alert-look', key: 'space', payload: {} }]);
      await world.settle();
    },
    async webhooksGone(isGone: boolean) {
      const found = isGone ? [{ kind: 'webhooks', sentence: '3 webhooks are not registered on Cobot' }] : [];
      await world.store.problems.replace('', found, world.clock.now());
    },
  };
}

describe('somebody is told', () => {
  it('once, that webhooks do not come, and once that they do again', async () => {
    const { room, world, look, webhooksGone } = await openAlerted();

    await webhooksGone(true);
    await look();
    await look();
    await webhooksGone(false);
    await look();
    await world.pass(6 * MINUTE);
    await look();

    expect(room.texts).toEqual([
      expect.stringMatching(/^\[.+\] Webhooks from Cobot do not come: 3 webhooks are not registered on Cobot/),
      expect.stringMatching(/^\[.+\] Over: Webhooks from Cobot do not come/),
    ]);
  });

  it('that Cobot does not take the token any more, and that it does again', async () => {
    const { room, world, look } = await openAlerted();
    world.cobot.sabotage(/./, { kind: 'answer', status: 401, json: {} });
    await world.sweep().catch(() => undefined);

    await look();
    world.cobot.healAll();
    await world.sweep();
    await look();
    await world.pass(6 * MINUTE);
    await look();

    expect(room.texts).toEqual([
      expect.stringMatching(/Cobot does not let the relay do this \(401\)[\s\S]*Until then access stays as it is/),
      expect.stringMatching(/\] Over: Cobot does not let the relay do this/),
    ]);
  });

  it('that the lock system does not take the token any more', async () => {
    const { room, world, look } = await openAlerted();
    world.locks.sabotage(/./, { kind: 'answer', status: 401, json: {} });
    await world.sweep().catch(() => undefined);

    await look();

    expect(room.texts).toEqual([expect.stringMatching(/SmartLock does not let the relay do this \(401\)/)]);
  });

  it('that no sweep has got through for an hour', async () => {
    const { room, world, look } = await openAlerted();

    await world.pass(HOUR);
    await look();
    await world.pass(MINUTE);
    await look();

    expect(room.texts).toEqual([expect.stringMatching(/No sweep of the whole space has got through for an hour/)]);
  });

  it('by name whom Cobot refused at check-in, and without an address that stands in the words', async () => {
    const { room, world, ada, look } = await openAlerted();
    const words = `no time pass left for ${ada.email}`;

    await world.store.refusals.put(ada.id, { at: world.clock.now(), until: world.clock.now() + DAY, words });
    await look();

    expect(room.texts).toEqual([expect.stringMatching(/Ada Lovelace was refused at check-in: no time pass left/)]);
    expect(room.texts.join()).not.toContain(ada.email);
    expect(room.texts.join()).not.toContain('example.com');
  });

  it('where to look, if there is a page', async () => {
    const { room, look, webhooksGone } = await openAlerted({
      PUBLIC_URL: 'https://relay.example.org/doors',
      ADMIN_PASSWORD: 'a-long-password-of-the-desk',
    });

    await webhooksGone(true);
    await look();

    expect(room.texts[0]?.split('\n').at(-1)).toBe('https://relay.example.org/doors/admin');
  });

  it('in the morning, where it can wait and the hours are quiet', async () => {
    const { room, world, look, webhooksGone } = await openAlerted({ ALERT_QUIET_HOURS: '08:00-10:00' });

    await webhooksGone(true);
    await look();
    const inTheNight = room.texts.length;
    await world.pass(HOUR + MINUTE);
    await world.sweep();
    await webhooksGone(true);
    await look();

    expect([world.clock.now() > MONDAY + HOUR, inTheNight]).toEqual([true, 0]);
    expect(room.texts).toEqual([expect.stringMatching(/Webhooks from Cobot do not come/)]);
  });
});

describe('a room that takes no messages', () => {
  it('harms nothing else, is shown, and gets every message once when it is back', async () => {
    const { room, world, ada, look, webhooksGone } = await openAlerted();
    room.status = 500;
    await webhooksGone(true);

    await look();
    await world.pass(10 * MINUTE);
    const stuck = await world.app.alerting.stuck();
    await world.sweep();
    room.status = 200;
    await world.pass(6 * MINUTE);

    expect(stuck).toEqual([{ channel: 'chat', messages: 1, why: expect.stringContaining('500'), since: MONDAY }]);
    expect(world.opens(ada)).toEqual(['Front door']);
    expect(room.texts).toHaveLength(1);
    expect(await world.app.alerting.stuck()).toEqual([]);
  });

  it('gets what was to be told also after a restart, and nothing twice', async () => {
    const { room, world, look, webhooksGone } = await openAlerted();
    room.status = 404;
    await webhooksGone(true);
    await look();

    await world.restart();
    room.status = 200;
    await world.pass(6 * MINUTE);
    await look();

    expect(room.texts).toHaveLength(1);
  });

  it('is not told what is a day old: what is still so is told anew', async () => {
    const { room, world, look, webhooksGone } = await openAlerted();
    room.status = 500;
    await webhooksGone(true);
    await look();

    await world.stop();
    await world.clock.advance(DAY + 10 * MINUTE);
    room.status = 200;
    await world.start();
    await world.pass(10 * MINUTE);
    const late = room.texts.length;
    await webhooksGone(true);
    await look();

    expect(late).toBe(0);
    expect(room.texts.join()).toMatch(/Still so: Webhooks from Cobot do not come/);
  });

  it('says nothing secret to the log', async () => {
    const { room, world, look, webhooksGone } = await openAlerted();
    room.status = 500;
    await webhooksGone(true);
    await look();

    expect(world.lines.join()).toContain('an alert');
    expect(world.lines.join()).not.toContain('the-secret-of-the-room');
  });
});
