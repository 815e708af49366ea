// A workspace at Seam as it is: doors, spaces, people and what happened. No HTTP, no webhooks and no access: access
// grants live in seam-grants.ts, codes in seam-codes.ts.
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { hexId, type Random } from '../chance.ts';

/** `seq` grows with every new thing: lists and pages go by it. */
export type Numbered = { seq: number; id: string; createdAt: Instant };
/** An error, a warning or a pending mutation. */
export type Remark = { code: string; message: string; at: Instant };

export type SeamEntrance = Numbered & { name: string };
export type SeamDevice = Numbered & { name: string; keypad: boolean };
export type SeamSpace = Numbered & { key: string | null; name: string; entranceIds: string[]; deviceIds: string[] };
export type SeamIdentity = Numbered & {
  key: string | null;
  email: string | null;
  name: string | null;
  phone: string | null;
};
/** `about`: the fields that this type of event has besides those that all have, by Seam's names. */
export type SeamEvent = Numbered & { type: string; occurredAt: Instant; about: Record<string, unknown> };

export type NewIdentity = { email?: string | null; name?: string | null; key?: string | null; phone?: string | null };
export type NewEvent = { type: string; about: Record<string, unknown>; at?: Instant; occurredAt?: Instant };

export type SeamWorkspace = ReturnType<typeof createSeamWorkspace>;

export function createSeamWorkspace({ clock, random }: { clock: Clock; random: Random }) {
  let seq = 0;
  const newId = (): string => [8, 4, 4, 4, 12].map((digits) => hexId(random, digits)).join('-');
  const numbered = (at: Instant = clock.now()): Numbered => {
    seq += 1;
    return { seq, id: newId(), createdAt: at };
  };

  const entrances = new Map<string, SeamEntrance>();
  const devices = new Map<string, SeamDevice>();
  const spaces = new Map<string, SeamSpace>();
  const identities = new Map<string, SeamIdentity>();
  /** Those who are gone, too: a code of theirs may still open. */
  const everybody = new Map<string, SeamIdentity>();
  const events: SeamEvent[] = [];
  const listeners: ((event: SeamEvent) => void)[] = [];

  /** Told to nobody. */
  function record({ type, about, at, occurredAt }: NewEvent): SeamEvent {
    const event = { ...numbered(at), type, occurredAt: occurredAt ?? at ?? clock.now(), about };
    events.push(event);
    return event;
  }

  return {
    id: newId(),
    systemId: newId(),
    accountId: newId(),
    createdAt: clock.now(),
    numbered,
    entrances,
    devices,
    spaces,
    identities,
    everybody,
    /** In the order in which Seam got to know of them. */
    events,
    record,

    /** Recorded, and told to whoever listens. */
    emit(event: NewEvent): void {
      const recorded = record(event);
      for (const tell of listeners) tell(recorded);
    },
    listen(listener: (event: SeamEvent) => void): void {
      listeners.push(listener);
    },

    addEntrance(name: string): SeamEntrance {
      const entrance = { ...numbered(), name };
      entrances.set(entrance.id, entrance);
      return entrance;
    },
    addDevice(name: string, { keypad }: { keypad: boolean }): SeamDevice {
      const device = { ...numbered(), name, keypad };
      devices.set(device.id, device);
      return device;
    },
    addSpace(name: string, lockIds: string[], key: string | null = null): SeamSpace {
      const [entranceIds, deviceIds] = [
        lockIds.filter((lockId) => entrances.has(lockId)),
        lockIds.filter((lockId) => devices.has(lockId)),
      ];
      const space = { ...numbered(), key, name, entranceIds, deviceIds };
      spaces.set(space.id, space);
      return space;
    },
    addIdentity({ email = null, name = null, key = null, phone = null }: NewIdentity): SeamIdentity {
      const identity = { ...numbered(), email, name, key, phone };
      identities.set(identity.id, identity);
      everybody.set(identity.id, identity);
      return identity;
    },
    /** Everybody who has, or had, this email address. */
    idsByEmail(email: string): Set<string> {
      const wanted = email.toLowerCase();
      const theirs = everybody.values().filter((each) => each.email?.toLowerCase() === wanted);
      return new Set(theirs.map((each) => each.id));
    },
    doorNamed(name: string): SeamEntrance | SeamDevice {
      const door = [...entrances.values(), ...devices.values()].find((each) => each.name === name);
      if (!door) throw new Error(`There is no lock "${name}".`);
      return door;
    },
  };
}
