// With --keep: a few routes to play with by hand, since the simulators have none for what happens in a space. On
// 127.0.0.1 alone, and only for as long as the demo runs.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { type Cast, lockUserOf } from './cast.ts';
import { localDay } from './daytime.ts';
import type { Stage } from './stage.ts';

export type Playground = { url: string; close(): void };

type Terms = { stage: Stage; cast: Cast; clock: Clock; zone: string };

export async function openPlayground(terms: Terms): Promise<Playground> {
  const server = createServer((request, response) => {
    request.resume();
    const path = decodeURIComponent(URL.parse(request.url ?? '/', 'http://127.0.0.1')?.pathname ?? '/');
    const deed = request.method === 'POST' ? act(path.split('/').slice(1), terms) : Promise.resolve(shown(terms));
    deed.then(
      (text) => response.writeHead(200).end(`${text}\n`),
      (error: unknown) => response.writeHead(422).end(`${error instanceof Error ? error.message : String(error)}\n`),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function act(
  [deed = '', name = '', door = 'Front door']: string[],
  { stage, cast, clock, zone }: Terms,
): Promise<string> {
  const { cobot, locks } = stage;
  if (deed === 'confirm') {
    await cobot.emit('confirmed_membership', cobot.body(cast.addMember(name)));
    return `${name} is confirmed.`;
  }
  const member = cobot.members.values().find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!member) throw new Error(`There is no member "${name}".`);
  if (deed === 'cancel') {
    await cobot.emit('canceled_membership', cobot.cancel(member, localDay(clock.now(), zone, -1)));
    return `${member.name} has left.`;
  }
  if (deed !== 'open') throw new Error('There is /open/<name>/<door>, /cancel/<name> and /confirm/<name>.');
  const lock = [cast.front, cast.workshop].find((each) => each.name.toLowerCase() === door.toLowerCase());
  if (!lock) throw new Error(`There is no ${door}.`);
  const delivery = await locks.openLock(lockUserOf(stage, member).id, lock.id);
  return `${member.name} opened the ${lock.name}; the relay answered ${delivery?.attempts.at(-1)?.status}.`;
}

function shown({ stage: { cobot, locks } }: Terms): string {
  const lines = cobot.members.values().map((member) => {
    const doors = locks.opens(member.email ?? '').join(', ') || 'nothing';
    const passes = cobot.passesOf(member).filter(({ usedAt }) => usedAt === null).length;
    const limited = member.plan.passes.length > 0 ? `, ${passes} day passes left` : '';
    return `${member.name.padEnd(8)} ${member.plan.name.padEnd(10)} opens ${doors}; check-ins: ${cobot.checkInsOf(member).length}${limited}`;
  });
  return [...lines].join('\n');
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
