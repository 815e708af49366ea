// How members are put into words on the command line.
import { plain } from './words.ts';

type Who = { member: string | null; membershipId: string | null };

/** "Ada Lovelace", or "" where nothing is known of the name. */
export function memberName({ member }: Pick<Who, 'member'>): string {
  return plain(member ?? '').trim();
}

/** "Ada Lovelace (membership 0f3c)", or what is known of that. */
export function memberLabel(who: Who): string {
  if (who.membershipId === null) return 'the space';
  const name = memberName(who);
  return name === '' ? `membership ${who.membershipId}` : `${name} (membership ${who.membershipId})`;
}
