// Making a lock user's check-in token on Cobot belong to the right membership: the one that began first of several
// current ones. Tokens of others are never taken away.

import { standingOf } from '../access/membership.ts';
import { groupPersons, tokenHolderOf } from '../access/persons.ts';
import { RefusedError } from '../lib/errors.ts';
import { entryOf } from './doing.ts';
import type { SyncParts } from './parts.ts';
import { sentenceOf } from './sentences.ts';

/** Whose the token should be by what was last read; null: nobody's. */
async function wantedHolder(lockUserId: string, parts: SyncParts): Promise<string | null> {
  const { policy } = await parts.policy();
  const { calendar } = await parts.space();
  const now = parts.clock.now();
  const terms = { reading: policy.cancellationDate, calendar, now };
  const links = (await parts.store.links.ofLockUser(lockUserId)).filter(({ endedAt }) => endedAt === null);
  const evidence = await Promise.all(links.map(({ membershipId }) => parts.store.evidence.of(membershipId)));
  const memberships = evidence.flatMap((each) => (each ? [each.membership] : []));
  const user = { id: lockUserId, email: '', name: null, externalId: null };
  const { persons } = groupPersons(memberships, {
    ...terms,
    links: new Map(links.map(({ membershipId, origin }) => [membershipId, { lockUserId, origin }])),
    users: [user],
    isOurs: () => true,
    neverTouch: new Set(),
  });
  const [person] = persons;
  const holder = person ? tokenHolderOf(person, terms) : undefined;
  return holder && standingOf(holder, terms.reading, calendar, now) !== 'ended' ? holder.id : null;
}

/** Moves, adds or removes the token. Throws where Cobot will have it otherwise, or cannot be reached. */
export async function linkToken(lockUserId: string, cause: string, parts: SyncParts): Promise<void> {
  const { cobot, store } = parts;
  const wanted = await wantedHolder(lockUserId, parts);
  const known = await store.tokens.of(lockUserId);
  if ((known ?? null) === wanted) return;
  const mine = new Set((await store.links.ofLockUser(lockUserId)).map(({ membershipId }) => membershipId));
  if (known !== undefined && mine.has(known)) {
    await cobot.removeCheckInToken(lockUserId);
    await store.tokens.remove(lockUserId);
    await note('unlink', known);
  }
  if (wanted === null) return;
  await claimToken(lockUserId, wanted, mine, parts);
  await note('link', wanted);

  async function note(action: 'link' | 'unlink', membershipId: string): Promise<void> {
    const line = { action, membershipId, lockUserId, lockId: null, sentence: sentenceOf[action] };
    await store.audit.append([entryOf(line, parts.clock.now(), cause)]);
    parts.log.info({ action, membership: membershipId, lockUser: lockUserId, cause }, line.sentence);
  }
}

/** Posts the token; where Cobot has it already, looks up whose it is and decides by that. */
export async function claimToken(
  lockUserId: string,
  membershipId: string,
  mine: ReadonlySet<string>,
  { cobot, store }: SyncParts,
): Promise<void> {
  const link = { token: lockUserId, membershipId };
  for (let round = 0; round < 2; round += 1) {
    if ((await cobot.addCheckInToken(link)) === 'added') return store.tokens.put(lockUserId, membershipId);
    const owner = await cobot.checkInTokenOwner(lockUserId);
    if (owner === membershipId) return store.tokens.put(lockUserId, membershipId);
    if (owner === undefined || !mine.has(owner)) {
      throw new RefusedError(
        owner === undefined ? 'Cobot refused the check-in token' : 'the check-in token belongs to another membership',
        {
          code: 'cobot_token_refused',
          where: `check-in token of lock user ${lockUserId} for membership ${membershipId}`,
          advice: 'doors work; look at the check-in tokens of both memberships on Cobot',
        },
      );
    }
    await cobot.removeCheckInToken(lockUserId);
  }
  throw new RefusedError('Cobot keeps the check-in token taken', {
    code: 'cobot_token_refused',
    where: `check-in token of lock user ${lockUserId}`,
    advice: 'doors work; look at the check-in tokens on Cobot',
  });
}
