// Which of the grants that a lock system without notes reports are ours. Pure.
//
// | what the store has        | the grant                                                     | is it ours?                |
// |---------------------------|---------------------------------------------------------------|----------------------------|
// | its id                    | has that id                                                   | yes                        |
// | asked for, no answer yet  | same lock user, lock and window; not there before it was asked| yes, one for each asked for|
// | asked for a day ago       | whatever it is                                                | no: nobody can tell by now |
// | nothing                   | whatever it is                                                | no                         |
//
// Somebody else who gives the very same window at the very same lock in between cannot be told from the relay.
import type { CurrentGrant, Instant, Window } from '../access/model.ts';
import type { GrantNote } from '../store/filled-in.ts';

const DAY = 24 * 3_600_000;

/** By the ids of the grants. `notes`: those asked for first come first. */
export function claimsOf(
  notes: readonly GrantNote[],
  grants: readonly CurrentGrant[],
  now: Instant,
): Map<string, GrantNote> {
  const there = new Set(grants.map(({ id }) => id));
  const claims = new Map<string, GrantNote>();
  for (const note of notes) {
    if (note.grantId !== null && there.has(note.grantId)) claims.set(note.grantId, note);
  }
  for (const note of notes) {
    if (note.grantId !== null || note.askedAt <= now - DAY) continue;
    const found = grants.find((grant) => !claims.has(grant.id) && isAnswerTo(note, grant));
    if (found) claims.set(found.id, note);
  }
  return claims;
}

const isAnswerTo = (note: GrantNote, grant: CurrentGrant): boolean =>
  grant.lockUserId === note.lockUserId &&
  grant.lockId === note.lockId &&
  isSameWindow(grant, note) &&
  !note.before.includes(grant.id);

export const isSameWindow = (a: Window, b: Window): boolean => a.from === b.from && a.until === b.until;
