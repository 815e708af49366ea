// What happens at doors, and what strangers send to the relay.
import type { Deed } from './happening.ts';
import type { Stage } from './stage.ts';

export function openDoor(deed: Extract<Deed, { kind: 'opens a door' }>, stage: Stage): boolean {
  const { locks, doors, cast } = stage;
  const human = cast.who(deed.who);
  const person = locks
    .people()
    .findLast(({ email }) => human.emails.some((each) => each.toLowerCase() === email.toLowerCase()));
  if (!person) return false;
  const open = doors.filter(({ name }) => locks.can(person.email, name));
  const door =
    open[deed.lock % Math.max(1, open.length)] ?? (deed.anyway ? doors[deed.lock % doors.length] : undefined);
  if (!door) return false;
  const at = wholeSecond(stage.now());
  stage.opened(human, door, person.id, at, deed.lateBy > 0);
  const how = { occurredAt: at, anyway: true };
  const tell = () => {
    if (deed.told === 'never') return void locks.openLock(person.id, door.id, { ...how, lose: true });
    void locks.openLock(person.id, door.id, how);
    // "At least once" allows it.
    if (deed.told === 'twice') stage.after(3 * 60_000, () => void locks.redeliverLast().catch(() => undefined));
  };
  // Of a lock that was offline, and whose webhook is lost as well, nobody would ever hear.
  if (deed.lateBy === 0 || deed.told === 'never') tell();
  // What happened at a lock that was offline is told later.
  else stage.after(deed.lateBy, () => locks.people().some(({ id }) => id === person.id) && tell());
  return true;
}

/** Somebody knows the key, or does not, and says what nobody should act upon. */
export function forge({ who, shape }: { who: number; shape: number }, stage: Stage): boolean {
  const member = stage.cast.latest(stage.cast.who(who), stage.cobot.members);
  const id = member?.id ?? 'nobody';
  const bodies = [
    { url: `https://evil.invalid/api/memberships/${id}` },
    { url: `https://evil.invalid/api/memberships/${'f'.repeat(32)}` },
    { url: 'https://evil.invalid/api/memberships/..%2f..%2fusers' },
    [1, { url: null }],
    { url: `https://evil.invalid@co-up.cobot.invalid/api/bookings/${id}` },
  ];
  const body = bodies[shape % bodies.length];
  const url = stage.relayUrl(shape === 3 ? '/cobot/no_such_event' : '/cobot/canceled_membership');
  const text = JSON.stringify(body);
  const request = {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    text,
    signal: new AbortController().signal,
  };
  void stage.deliver(request).catch(() => undefined);
  return true;
}

export function strangerOpens({ lock }: { lock: number }, { doors, strangers, opened, locks, now }: Stage): boolean {
  const door = doors[lock % doors.length];
  const [stranger] = strangers;
  if (!door || stranger === undefined) return false;
  const at = wholeSecond(now());
  opened(null, door, stranger, at);
  void locks.openLock(stranger, door.id, { occurredAt: at, anyway: true });
  return true;
}

const wholeSecond = (at: number) => Math.floor(at / 1000) * 1000;
