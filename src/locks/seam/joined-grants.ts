// Several entrances of one person on one access grant of Seam, so that a member gets one phone key or PIN and not one per
// door: how they are reported one by one, and which access grants to make and delete when some of them change. Pure.
// The doors of an access grant cannot be edited. What stays is made anew first, and the old is deleted then.
//
// | asked for                    | there                              | made            | deleted                     |
// |------------------------------|------------------------------------|-----------------|-----------------------------|
// | take back all doors          | any generations                    | nothing         | all of them                 |
// | take back some               | others do for all that stays       | nothing         | those with a door too many  |
// | take back some               | none does                          | next generation | all before it               |
// | take back some of what ended | any                                | nothing         | those that have such a door |
import type { CurrentGrant, Instant, Standing, Window } from '../../access/model.ts';
import { partId, readKey } from './grant-key.ts';
import type { AccessGrant } from './schema.ts';
import { isOver } from './times.ts';

/** An access grant with the entrances that it opens. */
export type Seen = AccessGrant & { doors: readonly string[] };
type NextGeneration = { generation: number; doors: string[]; like: Seen };

const LONGEST_NOTE = 150;

/** The generations of one lineage, newest first. */
export function generationsOf(lineage: string, seen: readonly Seen[]): Seen[] {
  return seen.filter((each) => readKey(each)?.lineage === lineage).toSorted((a, b) => generation(b) - generation(a));
}
const generation = (grant: Seen): number => readKey(grant)?.generation ?? 0;

const live = (generations: readonly Seen[]): Seen[] => generations.filter(({ isGoing }) => !isGoing);
export const doorsOf = (generations: readonly Seen[]): Set<string> =>
  new Set(live(generations).flatMap(({ doors }) => doors));

/**
 * Every entrance of every access grant once. An entrance in two generations (an old one could not be deleted) has what the
 * two give together, so that nothing that opens goes unseen.
 */
export function reportParts(seen: readonly Seen[], standingOf: (grant: Seen) => Standing | undefined): CurrentGrant[] {
  const byPart = new Map<string, { entranceId: string; grants: Seen[] }>();
  for (const grant of live(seen).toSorted((a, b) => generation(b) - generation(a))) {
    for (const entranceId of grant.doors) {
      const id = partId(grant, entranceId);
      const part = byPart.get(id);
      if (part) part.grants.push(grant);
      else byPart.set(id, { entranceId, grants: [grant] });
    }
  }
  return [...byPart].map(([id, { entranceId, grants }]) => report(id, entranceId, grants, standingOf));
}

function report(
  id: string,
  lockId: string,
  grants: readonly Seen[],
  standingOf: (grant: Seen) => Standing | undefined,
): CurrentGrant {
  const [newest] = grants;
  const standings = grants.map(standingOf);
  // In effect, where one of them is.
  const standing = standings.includes(undefined) ? undefined : standings[0];
  return {
    id,
    lockUserId: newest?.lockUserId ?? '',
    lockId,
    ...together(grants),
    note: newest?.name ?? null,
    ...(standing ? { standing } : {}),
  };
}

function together(windows: readonly Window[]): Window {
  const starts = windows.map(({ from }) => from);
  const ends = windows.map(({ until }) => until);
  return {
    from: starts.includes(null) ? null : Math.min(...starts.filter((at) => at !== null)),
    until: ends.includes(null) ? null : Math.max(...ends.filter((at) => at !== null)),
  };
}

export type Removal = {
  /** Comes first. */
  make: NextGeneration | null;
  /** Those that are there already and do for what stays. */
  heirs: Seen[];
  remove: Seen[];
};

/** Of one lineage, newest first. */
export function planRemoval(generations: readonly Seen[], asked: ReadonlySet<string>, now: Instant): Removal {
  const there = live(generations);
  const hit = (grant: Seen) => grant.doors.some((door) => asked.has(door));
  const running = there.filter((each) => !isOver(each, now));
  const [newest] = running;
  const kept = doorsOf(running).difference(asked);
  const heirs = running.filter((each) => !hit(each));
  if (!running.some(hit) || newest === undefined || kept.isSubsetOf(doorsOf(heirs))) {
    return { make: null, heirs, remove: there.filter(hit) };
  }
  const make = { generation: generation(generations[0] ?? newest) + 1, doors: [...kept].toSorted(), like: newest };
  return { make, heirs: [], remove: there.filter((each) => running.includes(each) || hit(each)) };
}

/** The one access grant to update, where all of its doors are asked to move; 'cannot' where some would come along. */
export function planMove(generations: readonly Seen[], asked: ReadonlySet<string>): Seen | 'cannot' {
  const [only, ...more] = live(generations);
  if (only === undefined || more.length > 0) return 'cannot';
  return new Set(only.doors).isSubsetOf(asked) ? only : 'cannot';
}

/** Mark and membership: what has to be the same for grants to be joined. */
export const headOf = (note: string): string => note.split(' ', 2).join(' ');

/** The name of a joined grant: the head once, and every reason once. */
export function joinNotes(notes: readonly string[]): string {
  const [first = ''] = notes;
  if (notes.every((note) => note === first)) return cutNote(first);
  const head = headOf(first);
  const reasons = new Set(notes.map((note) => note.slice(head.length).trim()).toSorted());
  return cutNote(`${head} ${[...reasons].join('; ')}`.trim());
}

/** Unknown: how long a name may be. Room is left for what a code's name holds beside the note (code-name.ts). */
export function cutNote(note: string): string {
  // Half of a character at the cut would come back as something else.
  return note
    .slice(0, LONGEST_NOTE)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}
