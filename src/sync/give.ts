// Giving one lock to one lock user, in whichever way the lock system takes it:
//
// | the lock has a window of ours that goes | what is done                                                        |
// |-----------------------------------------|---------------------------------------------------------------------|
// | no                                      | added                                                               |
// | yes, and windows move in place          | moved: a code or a phone key stays the same                         |
// | yes                                     | added; the old one is taken away afterwards                         |
// | yes, and a second is not taken          | moved; where even that cannot be, the old one goes first, as late   |
// |                                         | as can be: right before the new one                                 |
// | no, and a second is not taken           | left as it is: somebody else gave it, and a person is told          |
import type { CurrentGrant, DesiredGrant, Standing, Window } from '../access/model.ts';
import { TransientError } from '../lib/errors.ts';
import type { SyncParts } from './parts.ts';

type Given = {
  /** 'theirs': open through somebody else's grant; nothing was done. */
  outcome: 'added' | 'moved' | 'theirs';
  /** The old window is dealt with: it is not taken away any more. */
  spent?: CurrentGrant;
  /** Of what was added, where it is not simply in effect. */
  standing?: Standing;
};

/** `old`: the one window of ours at that lock that goes for this one. Throws the errors of lib/errors.ts. */
export async function give(
  grant: DesiredGrant,
  lockUserId: string,
  old: CurrentGrant | undefined,
  { locks, marks }: Pick<SyncParts, 'locks' | 'marks'>,
): Promise<Given> {
  const { lockId, from, until } = grant;
  const wanted = locks.adjust({
    lockUserId,
    lockId,
    from,
    until,
    note: marks.noteOf(grant.membershipId, grant.reason),
  });
  const window: Window = { from: wanted.from, until: wanted.until };
  if (old && locks.capabilities.movesInPlace && (await locks.moveGrant(old, window)) === 'moved')
    return { outcome: 'moved', spent: old };

  let added = await locks.addGrant(wanted);
  if (added === 'there' && old) {
    if ((await locks.moveGrant(old, window)) === 'moved') return { outcome: 'moved', spent: old };
    await locks.removeGrant(old);
    added = await locks.addGrant(wanted);
    if (added !== 'there' && added !== 'gone') return { outcome: 'added', spent: old, ...standingOf(added) };
  }
  if (added === 'there') return { outcome: 'theirs' };
  if (added === 'gone') {
    throw new TransientError('the lock user or lock is gone', {
      code: 'lock_target_gone',
      where: `granting at lock ${lockId}`,
      advice: 'it is looked up again; a lock that was removed has to leave the policy',
      effect: 'none',
    });
  }
  return { outcome: 'added', ...standingOf(added) };
}

const standingOf = ({ standing }: CurrentGrant) => (standing ? { standing } : {});
