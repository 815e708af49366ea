// What a loss of power leaves of the embedded database, at worst: nothing but what was flushed. Each flush takes a picture
// of the files as they are when it begins, and the picture counts once it has ended; "losing power" is going on from the
// last one. What SQLite itself flushes at a checkpoint is not looked at here.
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteQueue } from '../../src/queue/sqlite.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const space = 'north';
const FILES = ['relay.sqlite', 'relay.sqlite-wal'];

type Sync = () => Promise<void>;

/** `flushed()`: the folder that a loss of power would leave. */
function createPictures(dataDir: string): { sync: Sync; flushed(): string } {
  let last = dataDir;
  return {
    async sync() {
      const picture = temporaryFolder();
      for (const file of FILES) {
        const from = join(dataDir, file);
        if (existsSync(from)) copyFileSync(from, join(picture, file));
      }
      await sleep(1);
      last = picture;
    },
    flushed: () => last,
  };
}

async function open(dataDir: string, sync?: Sync) {
  const database = await openDatabase({ dataDir, ...(sync && { sync }) });
  onTestFinished(() => database.close());
  const clock = createVirtualClock();
  const queue = createSqliteQueue({ database, space, clock, random: () => 0 });
  return { queue, store: await openStore({ database, space, clock, queue }) };
}

/** Webhooks, jobs and attempts of check-ins come in for a while; returns what was said to be kept when power was lost. */
async function until(rounds: number, sync: (pictures: ReturnType<typeof createPictures>) => Sync) {
  const dataDir = temporaryFolder();
  const pictures = createPictures(dataDir);
  const { queue, store } = await open(dataDir, sync(pictures));
  const random = seededRandom(rounds);
  const kept = { deliveries: new Set<string>(), jobs: new Set<string>(), attempts: new Set<string>() };
  const going: Promise<void>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const id = `m${round}`;
    const job = { name: 'reconcile' as const, key: id, payload: { membershipId: id, cause: 'test' } };
    const delivery = { id, receivedAt: 0, source: 'cobot' as const, event: 'test', body: '{}', subject: id };
    going.push(
      store.inbox
        .accept({ delivery: { ...delivery, understood: true }, jobs: [job] })
        .then(() => void kept.deliveries.add(id)),
      queue.add([{ ...job, key: `${id} again` }]).then(() => void kept.jobs.add(`${id} again`)),
      store.attempts.start({ membershipId: id, startedAt: 0 }).then(() => void kept.attempts.add(id)),
      store.problems.replace(id, [{ kind: 'odd', sentence: 'Nobody was told of this.' }], 0),
    );
    if (random() < 0.3) await sleep(random() * 3);
  }
  const said = { deliveries: [...kept.deliveries], jobs: [...kept.jobs], attempts: [...kept.attempts] };
  const left = pictures.flushed();
  await Promise.all(going);
  return { said, left };
}

async function lostOf({ said, left }: Awaited<ReturnType<typeof until>>): Promise<string[]> {
  const { queue, store } = await open(left);
  const deliveries = new Set((await store.inbox.list()).map(({ id }) => id));
  const jobs = new Set((await queue.list()).map(({ key }) => key));
  const attempts = new Set<string>();
  for (const id of said.attempts) if (await store.attempts.of(id)) attempts.add(id);
  return [
    ...said.deliveries.filter((id) => !deliveries.has(id) || !jobs.has(id)),
    ...said.jobs.filter((key) => !jobs.has(key)),
    ...said.attempts.filter((id) => !attempts.has(id)),
  ];
}

describe('a loss of power', () => {
  it.each([60, 120, 200, 400])('undoes nothing that somebody was told, after %i rounds', async (rounds) => {
    const when = await until(rounds, ({ sync }) => sync);

    expect(when.said.deliveries.length).toBeGreaterThan(0);
    expect(await lostOf(when)).toEqual([]);
  });

  it('would be seen to undo something, if a flush were over before it had been', async () => {
    const early = await until(60, ({ sync }) => {
      let isOpen = false;
      return async () => {
        if (!isOpen) await sync();
        isOpen = true;
      };
    });

    expect(await lostOf(early)).not.toEqual([]);
  });
});
