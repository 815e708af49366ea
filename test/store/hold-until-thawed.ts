// A process for the tests of sharing: takes a key, says so, and calls the address that it is given once a signal tells it
// to, which is sent while it is frozen. It prints what became of that call, and of the next that it makes once it is at
// work again.
import { once } from 'node:events';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttp } from '../../src/lib/http.ts';
import { createRateGate } from '../../src/lib/rate-gate.ts';
import { joinAt, quick } from './join-shared.ts';

const [url = '', baseUrl = ''] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);
const together = await joinAt(url, quick);
const send = createHttp({
  name: 'Locks',
  baseUrl,
  headers: {},
  clock: systemClock,
  gate: createRateGate({ perMinute: () => 60, clock: systemClock, counter: together.callsTo('locks') }),
  permit: together.permit,
});
const open = (door: string) =>
  send({ method: 'POST', endpoint: `POST /${door}`, path: `/${door}`, expect: [204], repeatable: false }).then(
    () => 'sent',
    (error: Error) => `refused: ${'code' in error ? String(error.code) : error.message}`,
  );

const told = once(process, 'SIGUSR2');
await together.oneAtATime('sync')(['user:7'], async () => {
  say(`before: ${await open('before')}`);
  await told;
  say(`thawed: ${await open('thawed')}`);
  say(`later in the same work: ${await openAgain('later')}`);
});
say(`in new work: ${await together.oneAtATime('sync')(['user:7'], () => open('new'))}`);
await together.close();

/** When the process is at work again, this work still is not. */
async function openAgain(door: string): Promise<string> {
  while ((await together.others().catch(() => -1)) === -1) await systemClock.sleep(50);
  await systemClock.sleep(3 * quick.beatEvery);
  return open(door);
}
