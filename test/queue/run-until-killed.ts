// A process for queue tests: adds the jobs that it is given, has the first one running, says so, and waits to be killed.
import { systemClock } from '../../src/lib/clock.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import type { JobRequest } from '../../src/queue/queue.ts';
import { openDatabase } from '../../src/store/database.ts';
import { handlersWith } from './jobs.ts';

const [place = '', space = '', requests = '[]'] = process.argv.slice(2);
const url = place.startsWith('postgres') ? place : null;
const database = await openDatabase({ dataDir: place, url });
const queue = await openQueue({ database, space, clock: systemClock, random: Math.random });

const toAdd: JobRequest[] = JSON.parse(requests);
await queue.add(toAdd);
queue.work(
  handlersWith({
    reconcile({ key }) {
      process.stdout.write(`running ${key}\n`);
      return new Promise(() => undefined);
    },
  }),
  { concurrency: 1, order: ['reconcile'] },
);
// Keeps the process alive without a timer's end.
setInterval(() => undefined, 60_000);
