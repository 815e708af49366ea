// Between two generations of an access grant: the old one has to stay until the new one is issued, or the doors that are
// kept would be shut meanwhile. It does not stay for ever: what was taken back has to end, too.
import type { Clock } from '../../lib/clock.ts';
import { TransientError } from '../../lib/errors.ts';
import type { Issued } from './issued.ts';
import type { Seen } from './joined-grants.ts';
import { standingOfGrant } from './standing.ts';
import { isOver } from './times.ts';

const LOOKS = 10;
const BETWEEN_LOOKS_MS = 500;
/** Unknown: how long Seam takes to issue. After that the old one goes all the same. */
const PATIENCE_MS = 5 * 60_000;

/** Resolves when the old ones may go; throws where it has to be asked again a little later. */
export function createHandOver(parts: {
  issued: Issued;
  clock: Clock;
  signal?: AbortSignal;
}): (old: readonly Seen[], heirs: readonly Seen[]) => Promise<void> {
  const { issued, clock, signal } = parts;

  const standing = async (grant: Seen) => standingOfGrant(grant, await issued.methodsOf(grant));

  /** Those that may keep somebody out for a while: they should open now, and have not been given up on. */
  const isFresh = (heir: Seen) =>
    (heir.from === null || heir.from <= clock.now()) &&
    (heir.createdAt === null || heir.createdAt > clock.now() - PATIENCE_MS);

  async function isIssued(heirs: readonly Seen[]): Promise<boolean> {
    for (const heir of heirs) if ((await standing(heir))?.state === 'pending') return false;
    return true;
  }

  async function opensNow(old: readonly Seen[]): Promise<boolean> {
    for (const grant of old) if (!isOver(grant, clock.now()) && (await standing(grant)) === undefined) return true;
    return false;
  }

  return async (old, heirs) => {
    const fresh = heirs.filter(isFresh);
    if (fresh.length === 0 || !(await opensNow(old))) return;
    for (let look = 0; look < LOOKS; look += 1) {
      if (await isIssued(fresh)) return;
      await clock.sleep(BETWEEN_LOOKS_MS, signal);
    }
    throw notIssuedYet();
  };
}

function notIssuedYet(): TransientError {
  return new TransientError('Seam has not issued the access grant that takes the place of an old one yet', {
    code: 'seam_not_issued_yet',
    where: 'POST /access_methods/list on Seam',
    advice: 'the old one stays for some minutes, so that nobody is shut out; it is tried again',
    effect: 'none',
  });
}
