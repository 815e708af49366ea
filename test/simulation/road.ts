// What leaves the machine, looked at on its way: to which host, with which secret, and whether "come back later" is kept;
// and what a process that died has left for the next one.
import type { App } from '../../src/app.ts';
import type { Carried } from '../../src/simulators/carrier.ts';
import type { Disk } from './disk.ts';
import { Violation } from './violation.ts';

const SECOND = 1000;

export function createRoad(given: { env: Record<string, string>; now(): number; fail(violation: Violation): void }) {
  const { env, now, fail } = given;
  const isCobot = (url: string) =>
    ['COBOT_URL', 'COBOT_WWW_URL', 'COBOT_API2_URL'].some(
      (name) => new URL(env[name] ?? 'https://none.invalid').host === new URL(url).host,
    );
  const lockUrl = env['SMARTLOCK_URL'] ?? env['UNIFI_URL'] ?? '';
  const lockToken = env['SMARTLOCK_API_TOKEN'] ?? env['UNIFI_API_TOKEN'] ?? '';
  const cobotToken = env['COBOT_ACCESS_TOKEN'] ?? '';
  const paused = new Map<string, number>();
  let jobsBefore: Set<string> | undefined;

  /** Ids stand for themselves. */
  const endpoint = ({ method, url }: Carried) =>
    `${method} ${new URL(url).host}${new URL(url).pathname.replaceAll(/\/[\w-]*\d[\w-]*/g, '/:id')}`;

  const jobsOf = (disk: Disk) =>
    new Set(
      disk
        .rows(`select name, key from jobs where state in ('waiting', 'running')`)
        .map((row) => `${row['name']} ${row['key']}`),
    );

  return {
    leaves(request: Carried): void {
      const sent = JSON.stringify([request.url, request.headers, request.text]);
      const toCobot = isCobot(request.url);
      const toLocks = new URL(request.url).host === new URL(lockUrl).host;
      if (!toCobot && !toLocks)
        fail(
          new Violation('no secret leaves', `the relay called ${new URL(request.url).host}, which nobody told it to`),
        );
      if (!toCobot && sent.includes(cobotToken))
        fail(new Violation('no secret leaves', `Cobot's token went to ${new URL(request.url).host}`));
      if (!toLocks && sent.includes(lockToken))
        fail(new Violation('no secret leaves', `the lock system's token went to ${new URL(request.url).host}`));
      const until = paused.get(endpoint(request)) ?? 0;
      if (until > now() + 2 * SECOND)
        fail(
          new Violation(
            '"come back later" is kept',
            `${endpoint(request)} was called ${Math.round((until - now()) / SECOND)} seconds before the other side wanted to be called again`,
          ),
        );
    },
    answered(request: Carried, status: number | null): void {
      if (status === 429) paused.set(endpoint(request), now() + 45 * SECOND);
    },
    died(disk: Disk): void {
      paused.clear();
      jobsBefore = jobsOf(disk);
    },
    /** Everything that had been asked for is still asked for. */
    async recovered(app: App, disk: Disk, failed: typeof fail): Promise<void> {
      paused.clear();
      await app.parts.queue.list();
      const after = jobsOf(disk);
      const lost = [...(jobsBefore ?? [])].filter((job) => !after.has(job));
      jobsBefore = undefined;
      if (lost.length > 0)
        failed(
          new Violation('no job is lost', `the process died, and the next one knows nothing of: ${lost.join(', ')}`),
        );
    },
  };
}
