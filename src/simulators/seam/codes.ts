// Access codes on keypads: on their way to the lock, on it, and off it again, each after a moment. Those that belong to
// an access grant go the way of their grant, in seam-grants.ts.
import type { Instant, Window } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../chance.ts';
import type { SeamCode } from './access.ts';
import type { Agenda } from './agenda.ts';
import { covers, type Effect, noEffect } from './effect.ts';
import type { SeamSwitches, SeamTimes } from './switches.ts';
import type { SeamWorkspace } from './workspace.ts';

export type NewCode = { deviceId: string; name: string | null; pin: string; window: Window };
export type CodeChange = { name?: string | undefined; pin?: string | undefined; window?: Window | undefined };

export type SeamCodes = ReturnType<typeof createSeamCodes>;

export function createSeamCodes(parts: {
  workspace: SeamWorkspace;
  clock: Clock;
  random: Random;
  agenda: Agenda;
  switches: SeamSwitches;
  times: SeamTimes;
}) {
  const { workspace, clock, random, agenda, switches, times } = parts;
  const codes = new Map<string, SeamCode>();
  const failures = new Set<{ match: (code: SeamCode) => boolean; message: string }>();

  const tell = (what: string, code: SeamCode, at: Instant) =>
    workspace.emit({ type: `access_code.${what}`, about: { access_code_id: code.id, device_id: code.deviceId }, at });

  const isTaken = (deviceId: string, pin: string): boolean =>
    codes.values().some((code) => code.deviceId === deviceId && code.pin === pin);

  function freshPin(deviceId?: string): string {
    for (;;) {
      const pin = String(Math.floor(random() * 10_000)).padStart(4, '0');
      if (deviceId === undefined || !isTaken(deviceId, pin)) return pin;
    }
  }

  /** Sends window and PIN on their way: they are on the lock after a moment, and not before the window begins. */
  function program(code: SeamCode, mutation: string): void {
    const { window } = code;
    const at = Math.max(clock.now() + times.setAfterMs, window.from ?? 0);
    const failure = [...failures].find(({ match }) => match(code));
    const planned: Effect = { now: code.effect.now, next: failure ? null : { window, at } };
    code.effect = planned;
    code.pending = [{ code: mutation, message: 'On its way to the device.', at: clock.now() }];
    agenda.at(at, (when) => {
      if (code.effect !== planned) return;
      code.pending = [];
      if (failure) {
        code.errors = [{ code: 'failed_to_set_on_device', message: failure.message, at: when }];
        tell('failed_to_set_on_device', code, when);
        return;
      }
      const onDevice: Effect = { now: window, next: null };
      code.effect = onDevice;
      tell('set_on_device', code, when);
      if (window.until !== null) takeOffAt(code, onDevice, window.until);
    });
  }

  function takeOffAt(code: SeamCode, onDevice: Effect, until: Instant): void {
    agenda.at(until, (when) => {
      if (code.effect === onDevice) tell('removed_from_device', code, when);
    });
  }

  return {
    all: codes,
    isTaken,
    freshPin,

    create({ deviceId, name, pin, window }: NewCode): SeamCode {
      const code = {
        ...workspace.numbered(),
        ...{ deviceId, name, pin, window, grantId: null, goneAt: null },
        ...{ effect: noEffect, errors: [], pending: [] },
      };
      codes.set(code.id, code);
      tell('created', code, clock.now());
      program(code, 'creating');
      return code;
    },

    /** By an access grant; nothing happens to it by itself. */
    createForGrant(made: NewCode & { grantId: string }, at: Instant): SeamCode {
      const code = { ...workspace.numbered(at), ...made, goneAt: null, effect: noEffect, errors: [], pending: [] };
      codes.set(code.id, code);
      tell('created', code, at);
      return code;
    },

    change(code: SeamCode, { name, pin, window }: CodeChange): void {
      code.name = name ?? code.name;
      if (pin === undefined && window === undefined) return;
      code.pin = pin ?? code.pin;
      code.window = window ?? code.window;
      code.errors = [];
      program(code, 'updating');
    },

    remove(code: SeamCode): void {
      if (code.goneAt !== null) return;
      const at = clock.now() + times.setAfterMs;
      code.goneAt = at;
      code.effect = { now: switches.whileDeleting === 'open' ? code.effect.now : null, next: { window: null, at } };
      code.pending = [{ code: 'deleting', message: 'Being taken off the device.', at: clock.now() }];
      agenda.at(at, (when) => {
        if (!codes.delete(code.id)) return;
        tell('removed_from_device', code, when);
        tell('deleted', code, when);
      });
    },

    /** At once, by somebody else: only its end is told. */
    drop(code: SeamCode, at: Instant): void {
      code.effect = noEffect;
      if (codes.delete(code.id)) tell('deleted', code, at);
    },

    /** Codes made or changed from now on that match never get to the lock. Returns what lifts it. */
    failSetting(match: (code: SeamCode) => boolean, message = 'The lock did not take the code.'): () => void {
      const failure = { match, message };
      failures.add(failure);
      return () => void failures.delete(failure);
    },
  };
}

/** In Seam's words; 'unknown' does not come about here. */
export function statusOf(code: SeamCode, now: Instant): 'setting' | 'set' | 'unset' | 'removing' {
  if (code.goneAt !== null) return 'removing';
  if (!covers(code.window, now)) return 'unset';
  return code.effect.now !== null && code.effect.next === null && code.pending.length === 0 ? 'set' : 'setting';
}
