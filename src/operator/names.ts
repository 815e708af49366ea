// What things are called for people, as last read; and which member or lock somebody meant.
import type { Lock } from '../access/model.ts';
import { didYouMean } from '../access/policy-mistakes.ts';
import { CommandError } from '../lib/failure.ts';
import { isoTime } from '../lib/wording.ts';
import type { AuditEntry, HoldLine, Store } from '../store/store.ts';
import { findLock, knownAs } from '../sync/why.ts';
import type { Answers } from './answers.ts';

export type Naming = (id: string | null) => string | null;

export async function zoneOf({ settings }: Store): Promise<string> {
  return (await settings.get('space'))?.zone ?? 'UTC';
}

export async function lockNames({ settings }: Store): Promise<Naming> {
  const names = new Map((await settings.get('locks'))?.map(({ id, name }) => [id, name]));
  return (id) => (id === null ? null : (names.get(id) ?? null));
}

/** By membership. */
export async function memberNames({ evidence }: Store): Promise<Naming> {
  const names = new Map([...(await evidence.all())].map(([id, { membership }]) => [id, membership.name]));
  return (id) => (id === null ? null : (names.get(id) ?? null));
}

type Entry = Answers['audit']['entries'][number];
type Held = Answers['holds']['kept'][number];

export async function showingHeld(store: Store): Promise<(line: HoldLine) => Held> {
  const [member, lock] = [await memberNames(store), await lockNames(store)];
  return ({ membershipId, lockUserId, lockId, reason, restsOnAbsence, heldAt }) => ({
    membershipId,
    member: member(membershipId),
    lockUserId,
    lockId,
    lock: lock(lockId),
    reason,
    restsOnAbsence,
    since: isoTime(heldAt),
  });
}

/** Lines of the audit trail with the names of now. */
export async function showingEntries(store: Store): Promise<(entry: AuditEntry) => Entry> {
  const [member, lock] = [await memberNames(store), await lockNames(store)];
  return (entry) => ({
    ...entry,
    at: isoTime(entry.at),
    member: member(entry.membershipId),
    lock: lock(entry.lockId),
  });
}

/** Memberships by an email address or the id of one; empty: nobody is known by it. */
export async function membershipsNamed(text: string, { evidence, links }: Store): Promise<string[]> {
  const ids = knownAs(text, await evidence.all());
  if (ids.length === 0 && (await links.of(text.trim()))) return [text.trim()];
  return ids;
}

/**
 * Whom somebody means who types a name: an email address or the id of a membership stays as it is; a name, or a part of
 * one that only one person has, becomes that person's id. For questions alone: what is done is done by address or id.
 */
export async function memberMeant(text: string, { evidence, links }: Store): Promise<string> {
  const wanted = text.trim().toLowerCase();
  const all = await evidence.all();
  if (wanted === '' || wanted.includes('@') || all.has(text.trim())) return text;
  const named = [...all.values()].map(({ membership: { id, name } }) => ({
    id,
    name,
    lower: name.trim().toLowerCase(),
  }));
  const whole = named.filter(({ lower }) => lower === wanted);
  const found = whole.length > 0 ? whole : named.filter(({ lower }) => ` ${lower}`.includes(` ${wanted}`));
  const persons = new Map<string, (typeof found)[number]>();
  for (const each of found) persons.set((await links.of(each.id))?.lockUserId ?? each.id, each);
  const [one, another] = [...persons.values()];
  if (!another) return one?.id ?? text;
  throw new CommandError({
    code: 'ambiguous_member',
    what: `${persons.size} people are called "${text.trim()}"`,
    details: [...persons.values()].slice(0, 10).map(({ id, name }) => `${name} (membership ${id})`),
    advice: 'give the email address, the whole name, or the id of the membership',
  });
}

export function lockNamed(text: string, locks: readonly Lock[]): Lock {
  const lock = findLock(locks, text);
  if (lock) return lock;
  throw new CommandError({
    code: 'no_such_lock',
    what: `there is no lock "${text}"${didYouMean(
      text,
      locks.map(({ name }) => name),
    )}`,
    advice:
      locks.length === 0
        ? 'the lock system has not told of any lock yet'
        : `give the name or id of one of these: ${locks.map(({ name }) => name).join(', ')}`,
  });
}

export function nobodyKnown(text: string): CommandError {
  return new CommandError({
    code: 'nobody_known',
    what: `nobody is known by "${text}"`,
    advice: 'give the email address, the name or the id of a membership, as on Cobot; "relay who <lock>" lists people',
  });
}
