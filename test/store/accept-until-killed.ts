// A process for store tests: accepts deliveries, several at a time, and prints the id of each once it is accepted.
import { systemClock } from '../../src/lib/clock.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';

const [place = '', space = ''] = process.argv.slice(2);
const database = await openDatabase({ dataDir: place, url: place.startsWith('postgres') ? place : null });
const queue = await openQueue({ database, space, clock: systemClock, random: Math.random });
const store = await openStore({ database, space, clock: systemClock, queue });

async function acceptForEver(loop: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const id = `${loop}-${count}`;
    await store.inbox.accept({
      delivery: { id, receivedAt: 0, source: 'lock', event: 'open', body: '{}', understood: true, subject: id },
      opening: { id, lockUserId: id, lockId: 'door', lockName: null, occurredAt: 0 },
      jobs: [{ name: 'check-in', key: id, payload: { lockUserId: id } }],
    });
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, loop) => acceptForEver(loop)));
