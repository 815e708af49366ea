// An operator's own trial against the live lock system: reads it, and, if a person agrees, makes one throw-away user with
// one grant and takes both back. Says what agreed with our reading of the vendor's API and what did not. Touches nothing
// else, and tells what it could not take back.
import type { CurrentGrant, Instant, Lock, LockUser } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { LockSystem } from './lock-system.ts';

/** `agrees` null: nothing to agree with, only told. */
export type Tried = { what: string; agrees: boolean | null; detail: string };

export type TryOut = {
  lockSystem: LockSystem;
  clock: Clock;
  /** Of the throw-away user; nobody else may have it. */
  email: string;
  /** By name or id; null: the first one. */
  lockName: string | null;
  /** Asks whether to go on with what writes. */
  isWanted(question: string): Promise<boolean>;
  tell(tried: Tried): void;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SECOND = 1000;
const LOOK_EVERY = 2 * SECOND;

/** Throws only where something is wrong with the program. */
export async function tryOut(terms: TryOut): Promise<Tried[]> {
  const tried: Tried[] = [];
  const note = (what: string, agrees: boolean | null, detail: string): void => {
    const line = { what, agrees, detail };
    tried.push(line);
    terms.tell(line);
  };
  const locks = await read(terms, note);
  const lock = locks && choose(locks, terms.lockName);
  if (!lock) {
    if (locks)
      note('the lock to try', false, `there is no ${terms.lockName ?? terms.lockSystem.capabilities.lockWord}`);
    return tried;
  }
  const question = `Make the throw-away user ${terms.email}, give it "${lock.name}" for a moment, and take both back?`;
  if (!(await terms.isWanted(question))) {
    note('writing', null, 'not tried: nobody agreed to it');
    return tried;
  }
  await write(lock, terms, note);
  return tried;
}

type Note = (what: string, agrees: boolean | null, detail: string) => void;

/** One step; undefined: it failed, and that is noted. */
async function step<T>(what: string, note: Note, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    note(what, false, describeError(error));
    return undefined;
  }
}

async function read({ lockSystem, clock }: TryOut, note: Note): Promise<Lock[] | undefined> {
  const { lockWord } = lockSystem.capabilities;
  const locks = await step('locks', note, () => lockSystem.locks());
  if (locks)
    note(
      'locks',
      true,
      `${locks.length} that a grant can name (${lockWord}): ${locks.map(({ name }) => name).join(', ')}`,
    );
  const users = await step('users', note, () => lockSystem.users());
  if (users) note('users', true, `${users.length} read, all pages`);
  const grants = await step('grants', note, () => lockSystem.grants());
  if (grants) note('grants', true, `${grants.length} read, all pages`);
  const openings = await step('openings', note, () => lockSystem.openingsSince(clock.now() - 24 * HOUR));
  if (openings) note('openings', true, `${openings.length} in the last 24 hours`);
  const findings = await step('settings over there', note, () => lockSystem.checkUp());
  for (const { what, ok, sentence } of findings ?? []) note(what, ok ? true : null, sentence);
  return locks;
}

function choose(locks: readonly Lock[], wanted: string | null): Lock | undefined {
  if (wanted === null) return locks[0];
  const name = wanted.trim().toLowerCase();
  return locks.find(({ id }) => id === wanted.trim()) ?? locks.find((lock) => lock.name.trim().toLowerCase() === name);
}

async function write(lock: Lock, terms: TryOut, note: Note): Promise<void> {
  const { lockSystem, email } = terms;
  const before = await step('looking for the email', note, async () => ({
    user: await lockSystem.userByEmail(email),
  }));
  // Nobody knows whose it is: nothing is written.
  if (!before) return;
  if (before.user) {
    note('looking for the email', false, `${email} is somebody's already: give another one with --email`);
    return;
  }
  const user = await register(terms, note);
  if (!user) return;
  try {
    await giveAndTakeBack(user, lock, terms, note);
  } finally {
    const isDeleted = await step('deleting the user', note, async () => {
      await lockSystem.deleteUser(user.id);
      const left = await lockSystem.user(user.id);
      note(
        'deleting the user',
        left === undefined ? true : null,
        left ? `user ${user.id} is still listed: look at it there` : 'gone',
      );
      return true;
    });
    if (!isDeleted) note('what is left', null, `user ${user.id} (${email}) may still be there: delete it there`);
  }
}

async function register({ lockSystem, email, clock }: TryOut, note: Note): Promise<LockUser | undefined> {
  const mark = `relay:smoke:${clock.now()}`;
  const wanted = { email, name: 'Relay Smoke', externalId: mark };
  const made = await step('making the user', note, () => lockSystem.createUser(wanted));
  if (made && 'takenBy' in made) note('making the user', false, 'the email is taken, although nobody was found by it');
  const found = await step('finding it by email', note, () => lockSystem.userByEmail(email.toUpperCase()));
  const user = made && 'created' in made ? made.created : found?.externalId === mark ? found : undefined;
  if (!user) {
    // Its answer may have been lost.
    if (!made) note('what is left', null, `if it was made all the same, ${email} is there: look for it, and delete it`);
    return undefined;
  }
  note('making the user', true, `user ${user.id}`);
  note(
    'finding it by email',
    found?.id === user.id,
    found ? `in other case: user ${found.id}` : 'not found in other case',
  );
  const back = await step('reading it back', note, () => lockSystem.user(user.id));
  const differs = back && (['email', 'name', 'externalId'] as const).filter((key) => back[key] !== wanted[key]);
  note(
    'reading it back',
    differs?.length === 0,
    differs === undefined
      ? 'it is not there'
      : differs.length === 0
        ? 'email, name and mark are as given'
        : `another ${differs.join(', ')} than given`,
  );
  return user;
}

async function giveAndTakeBack(user: LockUser, lock: Lock, terms: TryOut, note: Note): Promise<void> {
  const { lockSystem, clock } = terms;
  const { windowsOnGrants, takesEffect } = lockSystem.capabilities;
  const begins = windowsOnGrants ? clock.now() + HOUR : null;
  const until = (at: Instant | null, hours: number) => (at === null ? null : at + hours * HOUR);
  const wanted = (hours: number) =>
    lockSystem.adjust({
      lockUserId: user.id,
      lockId: lock.id,
      from: begins,
      until: until(begins, hours),
      note: 'relay:smoke trial',
    });
  const first = await step('giving the lock', note, () => lockSystem.addGrant(wanted(1)));
  const isGiven = first !== undefined && first !== 'gone' && first !== 'there';
  if (first !== undefined)
    note('giving the lock', isGiven, isGiven ? `grant ${first.id}` : `the answer was "${first}"`);
  const read = await step('reading the grant back', note, () => lockSystem.grants({ lockUserId: user.id }));
  const back = read?.find((each) => isGiven && each.id === first.id);
  note(
    'reading the grant back',
    back !== undefined && isAsGiven(back, wanted(1), lockSystem),
    back ? describe(back) : 'it is not listed',
  );
  if (takesEffect === 'later' && back) await untilInEffect(back, terms, note);
  if (windowsOnGrants && isGiven) await moveWindow(first, wanted(2), terms, note);
  await step('taking it back', note, async () => {
    for (const { id } of await lockSystem.grants({ lockUserId: user.id })) await lockSystem.removeGrant(id);
    const left = await lockSystem.grants({ lockUserId: user.id });
    note('taking it back', left.length === 0, left.length === 0 ? 'none is left' : `${left.length} are left`);
  });
}

async function moveWindow(
  old: CurrentGrant,
  to: Parameters<LockSystem['addGrant']>[0],
  { lockSystem }: TryOut,
  note: Note,
): Promise<void> {
  await step('moving the window', note, async () => {
    const added = await lockSystem.addGrant(to);
    if (added !== 'there' && added !== 'gone') {
      await lockSystem.removeGrant(old.id);
      note('moving the window', true, 'a second grant was taken beside the first, so that nobody is shut out');
      return;
    }
    const moved = await lockSystem.moveGrant(old.id, to);
    note(
      'moving the window',
      moved === 'moved' ? true : null,
      `a second grant was not taken, and changing the first: ${moved}${moved === 'moved' ? '' : ' (a window can only be replaced then: see its README)'}`,
    );
  });
}

async function untilInEffect(
  { id, lockUserId }: CurrentGrant,
  { lockSystem, clock }: TryOut,
  note: Note,
): Promise<void> {
  const deadline = clock.now() + MINUTE;
  await step('coming into effect', note, async () => {
    for (;;) {
      const now = (await lockSystem.grants({ lockUserId })).find((each) => each.id === id);
      const state = now?.standing?.state ?? 'in effect';
      if (state !== 'pending' || clock.now() > deadline) {
        note(
          'coming into effect',
          state === 'in effect' ? true : null,
          `${state}${now?.standing?.words ? `: ${now.standing.words}` : ''}`,
        );
        return;
      }
      await clock.sleep(LOOK_EVERY);
    }
  });
}

function isAsGiven(
  grant: CurrentGrant,
  given: Parameters<LockSystem['addGrant']>[0],
  { capabilities }: LockSystem,
): boolean {
  const { windowsOnGrants, notesOnGrants } = capabilities;
  return (
    grant.lockId === given.lockId &&
    (!windowsOnGrants || (grant.from === given.from && grant.until === given.until)) &&
    (!notesOnGrants || grant.note === given.note)
  );
}

const time = (at: Instant | null) =>
  at === null ? 'open' : Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
const describe = ({ from, until, note }: CurrentGrant) =>
  `from ${time(from)} until ${time(until)}, note ${note === null ? 'none' : 'kept'}`;
