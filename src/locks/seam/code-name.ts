// The name of an access code: the note, with the lock user's id in it, since Seam's codes know no person. Pure.
//
//   relay:<subdomain> [<user identity>] <membership> <reason>

/** The id stands near the front: should a lock cut the name, it cuts the reason. */
export function writeCodeName(note: string, lockUserId: string): string {
  const [mark = '', ...rest] = note.split(' ');
  return [mark, `[${lockUserId}]`, ...rest].join(' ');
}

/** undefined: not our code. */
export function readCodeName(name: string | null): { note: string; lockUserId: string } | undefined {
  const match = /^(relay:\S+) \[([^\]\s]+)\]( .*)?$/su.exec(name ?? '');
  const [, mark, lockUserId, rest = ''] = match ?? [];
  return mark === undefined || lockUserId === undefined ? undefined : { note: mark + rest, lockUserId };
}
