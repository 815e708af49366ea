// A webhook of the lock system: somebody opened a lock. What it looks like, and how it is signed, is the connector's
// business; here it becomes an opening to store and the check-in job that judges it.
import type { LockSystem } from '../locks/lock-system.ts';
import type { Reader, ReadWebhook } from './reader.ts';

export function createLockOpenReader(lockSystem: Pick<LockSystem, 'readOpening'>): Reader {
  return {
    // The connector says which it takes.
    takesType: () => true,

    read({ event, raw, contentType, headers, now }): ReadWebhook {
      const read = lockSystem.readOpening({ rawBody: raw, contentType, headers }, now);
      if (!read.ok) return { ok: false, answer: { status: read.status, code: read.code, message: read.message } };
      const { opening } = read;
      // What was read of it, and not what came: that may hold a code that opens a door.
      const body = opening ? JSON.stringify(opening) : '';
      if (!opening)
        return {
          ok: true,
          delivery: { source: 'lock', event: read.what, body, understood: true, subject: '' },
          jobs: [],
        };
      const { lockUserId } = opening;
      return {
        ok: true,
        delivery: { source: 'lock', event, body, understood: true, subject: lockUserId },
        opening,
        jobs: [{ name: 'check-in', key: lockUserId, payload: { lockUserId } }],
      };
    },
  };
}
