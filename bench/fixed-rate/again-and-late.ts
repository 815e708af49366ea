// The same opening told five times, and webhooks in the wrong order: what is spent twice, and who has the wrong doors.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadMethods } from '../load/load-process.ts';
import { confirmationBody, paths } from '../subjects/subjects.ts';
import type { Child } from '../support/child.ts';
import { startUpstreams, type Upstreams } from '../upstreams/upstreams.ts';
import type { Contender } from './play.ts';

export type Repeated = {
  name: string;
  /** Check-ins beyond one each, of `members` whose one opening was told `times` times. */
  extraCheckIns: number;
  members: number;
  times: number;
  /** Ended members who can open, and current ones who cannot, of `reordered`. */
  wrongDoors: number;
  reordered: number;
};

const TIMES = 5;
const PASSES = 6;
const PER_SECOND = 50;
const PATIENCE = 40_000;
/** What would still come, comes. */
const AFTERWARDS = 4000;

export async function playAgainAndLate(
  { name, start }: Contender,
  load: Child<LoadMethods>,
  members: number,
  patienceMs = PATIENCE,
): Promise<Repeated> {
  const upstreams = await startUpstreams();
  const subject = await start(upstreams);
  const send = (path: string, body: string, ids: readonly string[]) =>
    load.ask('openLoop', { port: subject.port, path, body, ids }, PER_SECOND, Date.now());
  const hint = confirmationBody(upstreams.env['COBOT_URL'] ?? '');
  try {
    const visitors = await upstreams.ask('addMembers', members, { confirmed: true, passes: PASSES });
    await send(paths.confirmation, hint, visitors);
    await untilSo(async () => (await upstreams.ask('openers', visitors)).every((open) => open), patienceMs);
    const users = (await upstreams.ask('lockUserIds', visitors)).flatMap((id) => id ?? []);
    const at = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
    const opening = JSON.stringify({
      event: { id: 'event-{id}', type: 'lock.opened', occurred_at: at, user: { id: '{id}' } },
    });
    for (let time = 0; time < TIMES; time += 1) await send(paths.opening, opening, users);
    const checkIns = () => upstreams.ask('checkIns', visitors);
    await untilSo(async () => (await checkIns()).every((count) => count > 0), patienceMs);

    const { ended, current } = await sendInWrongOrder(upstreams, send, hint, members);
    await untilSo(async () => (await upstreams.ask('openers', current)).every((open) => open), patienceMs);
    await sleep(AFTERWARDS);
    const [stillIn, shutOut] = await Promise.all([upstreams.ask('openers', ended), upstreams.ask('openers', current)]);
    return {
      name,
      extraCheckIns: (await checkIns()).reduce((sum, count) => sum + Math.max(0, count - 1), 0),
      members,
      times: TIMES,
      wrongDoors: stillIn.filter((open) => open).length + shutOut.filter((open) => !open).length,
      reordered: ended.length + current.length,
    };
  } finally {
    await subject.close();
    await upstreams.close();
  }
}

/** Of half of them the end is told before the beginning; of the others an end that was taken back is told late. */
async function sendInWrongOrder(
  upstreams: Upstreams,
  send: (path: string, body: string, ids: readonly string[]) => Promise<unknown>,
  hint: string,
  members: number,
): Promise<{ ended: string[]; current: string[] }> {
  const half = Math.ceil(members / 2);
  const ended = await upstreams.ask('addMembers', half, { confirmed: true });
  await upstreams.ask('cancel', ended, await upstreams.ask('yesterday'));
  const current = await upstreams.ask('addMembers', half, { confirmed: true });
  await send(paths.cancellation, hint, ended);
  await send(paths.confirmation, hint, ended);
  await send(paths.confirmation, hint, current);
  await send(paths.cancellation, hint, current);
  return { ended, current };
}

async function untilSo(isSo: () => Promise<boolean>, patienceMs: number): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await isSo()) && Date.now() < end) await sleep(250);
}
