// Looking after what the lock system needs besides grants: a webhook that was switched off, a token that lacks a right.
// Mends what can be mended, once a sweep; the rest is for a person.
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { Finding } from '../locks/lock-system.ts';
import type { Found } from './finish.ts';
import type { SyncParts } from './parts.ts';

/** What a person has to mend. Never keeps a sweep back. */
export async function careForLocks({ locks, log }: Pick<SyncParts, 'locks' | 'log'>): Promise<Found[]> {
  try {
    const found: Found[] = [];
    for (const finding of await locks.checkUp()) {
      if (finding.ok || (await isMended(finding, log))) continue;
      found.push({ subject: '', kind: 'lock-system', sentence: `${locks.name}, ${finding.what}: ${finding.sentence}` });
    }
    return found;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return [
      {
        subject: '',
        kind: 'lock-system',
        sentence: `${locks.name} could not be looked after: ${describeError(error)}`,
      },
    ];
  }
}

async function isMended({ what, sentence, mend }: Finding, log: SyncParts['log']): Promise<boolean> {
  if (!mend) return false;
  try {
    await mend();
    log.warn({ what, sentence }, 'mended at the lock system');
    return true;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ what, error: describeError(error) }, 'could not be mended at the lock system');
    return false;
  }
}
