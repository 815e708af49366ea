// What relay processes that share one database have to agree on: who works at what, what has been spent of a budget, what
// was done when. This file is the agreement, and the form of it for a process that is alone: in memory. Several processes
// agree in PostgreSQL (src/store/shared.ts).
import { type CallCounter, createCallCounter } from './call-counter.ts';
import type { Clock } from './clock.ts';
import { createKeyedLock, type KeyedLock } from './keyed-lock.ts';

/** That this process may act: it holds good for as long as nobody else may have taken its work over. */
export type Permit = {
  /** Asked right before a call goes out; throws a TransientError where the permit is over. */
  insist(): void;
  /** Aborted when it is over. */
  signal: AbortSignal;
};

/** What the client of one of the other sides needs of it. */
export type Side = { permit: () => Permit; calls: CallCounter; oneAtATime: KeyedLock };

/** Counts upwards; a stamp is a place in that count. */
export type Touched = {
  stamp(): Promise<number>;
  touch(keys: readonly string[]): Promise<void>;
  /** Was one of them touched after the stamp? */
  since(stamp: number, keys: readonly string[]): Promise<boolean>;
};

export type Together = {
  /** One at a time per key over all processes. `room`: its keys are its own. */
  oneAtATime(room: string): KeyedLock;
  /** Calls to one of the other sides: one budget for all processes. */
  callsTo(side: string): CallCounter;
  touched(kind: string): Touched;
  /** true for one process, once `ms` have passed since somebody was told so; the first time for whoever asks first. */
  isDue(name: string, ms: number): Promise<boolean>;
  /** A number that one process writes and all read; undefined: never written. */
  note(name: string): { read(): Promise<number | undefined>; write(value: number): Promise<void> };
  /** How many processes are at work beside this one. */
  others(): Promise<number>;
  /** Work that must not go on in this process once somebody else may have taken it over: all its calls go by one permit. */
  asOne<T>(work: () => Promise<T>): Promise<T>;
  /** That of the work which asks, else a new one. Throws where this process may not act now. */
  permit(): Permit;
  /** Gives up what it holds. */
  close(): Promise<void>;
};

export const sideOf = (together: Together, name: string): Side => ({
  permit: together.permit,
  calls: together.callsTo(name),
  oneAtATime: together.oneAtATime(name),
});

/** For a process that nobody shares the database with. */
export function createAlone({ now }: Pick<Clock, 'now'>): Together {
  const rooms = new Map<string, KeyedLock>();
  const counters = new Map<string, CallCounter>();
  const kinds = new Map<string, Touched>();
  const done = new Map<string, number>();
  const notes = new Map<string, number>();
  const always: Permit = { insist: () => undefined, signal: new AbortController().signal };

  return {
    oneAtATime: (room) => kept(rooms, room, createKeyedLock),
    callsTo: (side) => kept(counters, side, () => createCallCounter({ now })),
    touched: (kind) => kept(kinds, kind, createTouched),
    async isDue(name, ms) {
      const at = now();
      if (at < (done.get(name) ?? Number.NEGATIVE_INFINITY) + ms) return false;
      done.set(name, at);
      return true;
    },
    note: (name) => ({
      read: async () => notes.get(name),
      write: async (value) => void notes.set(name, value),
    }),
    others: async () => 0,
    asOne: (work) => work(),
    permit: () => always,
    close: async () => undefined,
  };
}

function createTouched(): Touched {
  const last = new Map<string, number>();
  let count = 0;
  return {
    stamp: async () => count,
    async touch(keys) {
      count += 1;
      for (const key of keys) last.set(key, count);
    },
    since: async (stamp, keys) => keys.some((key) => (last.get(key) ?? 0) > stamp),
  };
}

function kept<T>(all: Map<string, T>, name: string, make: () => T): T {
  const known = all.get(name);
  if (known !== undefined) return known;
  const made = make();
  all.set(name, made);
  return made;
}
