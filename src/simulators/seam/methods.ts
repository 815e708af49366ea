// Access methods: what an access grant is used with (a PIN, a card, a key on a phone). Each is issued on its own, late or
// never, and the first one that is issued opens the doors.
import type { Instant } from '../../access/model.ts';
import type { SeamAccessGrant, SeamMethod, SeamMode } from './access.ts';
import type { Agenda } from './agenda.ts';
import type { SeamCodes } from './codes.ts';
import type { Effect } from './effect.ts';
import type { SeamWorkspace } from './workspace.ts';

export type Failure = {
  match: (grant: SeamAccessGrant) => boolean;
  /** null: every mode. */
  mode: SeamMode | 'none at all' | null;
  message: string;
};

export function createMethods(parts: {
  workspace: SeamWorkspace;
  codes: SeamCodes;
  agenda: Agenda;
  setEffect(grant: SeamAccessGrant, effect: Effect): void;
}) {
  const { workspace, codes, agenda, setEffect } = parts;

  const tell = (what: string, { id, grantId }: SeamMethod, at: Instant) =>
    workspace.emit({
      type: `access_method.${what}`,
      about: { access_method_id: id, access_grant_ids: [grantId] },
      at,
    });
  const tellGrant = (what: string, { id }: SeamAccessGrant, at: Instant, more: Record<string, unknown> = {}) =>
    workspace.emit({ type: `access_grant.${what}`, about: { access_grant_id: id, ...more }, at });

  function issue(grant: SeamAccessGrant, method: SeamMethod, at: Instant): void {
    method.issuedAt = at;
    method.pending = [];
    method.warnings = [];
    tell('issued', method, at);
    if (grant.effect.now === null) {
      setEffect(grant, { now: { from: grant.startsAt, until: grant.endsAt }, next: null });
    }
    if (method.mode === 'code') for (const code of grant.codes) code.pending = [];
    if (grant.methods.some(({ issuedAt }) => issuedAt === null)) return;
    for (const entranceId of grant.entranceIds) {
      tellGrant('access_granted_to_door', grant, at, { acs_entrance_id: entranceId });
    }
    for (const deviceId of grant.deviceIds) tellGrant('access_granted_to_door', grant, at, { device_id: deviceId });
    tellGrant('access_granted_to_all_doors', grant, at);
  }

  function fail(grant: SeamAccessGrant, method: SeamMethod, message: string, at: Instant): void {
    method.pending = [];
    method.warnings = [];
    method.errors = [{ code: 'failed_to_issue', message, at }];
    grant.warnings = [...grant.warnings, { code: 'underprovisioned_access', message: 'A method is missing.', at }];
    tell('failed_to_issue', method, at);
  }

  /** The PIN that was asked for, where nobody has it. */
  function pinFor(grant: SeamAccessGrant, wanted: string | null, at: Instant): string {
    const isFree = (pin: string) => grant.deviceIds.every((deviceId) => !codes.isTaken(deviceId, pin));
    if (wanted !== null && isFree(wanted)) return wanted;
    if (wanted !== null) {
      const message = 'Somebody else has that code.';
      grant.warnings = [...grant.warnings, { code: 'requested_code_unavailable', message, at }];
    }
    for (;;) {
      const pin = codes.freshPin();
      if (isFree(pin)) return pin;
    }
  }

  function putOnKeypads(grant: SeamAccessGrant, pin: string): void {
    const window = { from: grant.startsAt, until: grant.endsAt };
    const at = grant.createdAt;
    for (const deviceId of grant.deviceIds) {
      if (workspace.devices.get(deviceId)?.keypad === false) {
        const warning = { code: 'device_does_not_support_access_codes', message: 'A device has no keypad.', at };
        grant.warnings = [...grant.warnings, warning];
        continue;
      }
      const code = codes.createForGrant({ deviceId, name: grant.name, pin, window, grantId: grant.id }, at);
      code.pending = [{ code: 'creating', message: 'On its way to the device.', at }];
      grant.codes = [...grant.codes, code];
    }
  }

  return {
    /** `lateAt`: then it is told that they will be late. */
    request(grant: SeamAccessGrant, how: { failures: Failure[]; dueAt: Instant; lateAt: Instant | null }): void {
      const now = grant.createdAt;
      const none = how.failures.find(({ mode }) => mode === 'none at all');
      if (none) {
        grant.errors = [{ code: 'cannot_create_requested_access_methods', message: none.message, at: now }];
        tellGrant('could_not_create_requested_access_methods', grant, now);
        return;
      }
      for (const { mode, pin: wanted } of grant.requested) {
        const pin = mode === 'code' ? pinFor(grant, wanted, now) : null;
        const pending = { code: 'provisioning_access', message: 'It is being issued.', at: now };
        const about = { grantId: grant.id, mode, pin, issuedAt: null };
        const method: SeamMethod = {
          ...workspace.numbered(now),
          ...about,
          errors: [],
          warnings: [],
          pending: [pending],
        };
        grant.methods = [...grant.methods, method];
        tell('created', method, now);
        if (pin !== null) putOnKeypads(grant, pin);

        const failure = how.failures.find((each) => each.mode === null || each.mode === mode);
        agenda.at(how.dueAt, (at) => {
          if (grant.goneAt !== null) return;
          if (failure) fail(grant, method, failure.message, at);
          else issue(grant, method, at);
        });
        if (how.lateAt !== null) {
          agenda.at(how.lateAt, (at) => {
            method.warnings = [{ code: 'delay_in_issuing', message: 'It takes longer than usual.', at }];
            tell('delay_in_issuing', method, at);
          });
        }
        if (!failure) {
          const window = { from: grant.startsAt, until: grant.endsAt };
          setEffect(grant, { now: null, next: { window, at: how.dueAt } });
        }
      }
    },

    setPending(grant: SeamAccessGrant, code: string, at: Instant): void {
      for (const method of grant.methods) method.pending = [{ code, message: 'It is under way.', at }];
    },
    clearPending(grant: SeamAccessGrant): void {
      for (const method of grant.methods) method.pending = [];
    },
    revoke(grant: SeamAccessGrant, at: Instant): void {
      for (const method of grant.methods) {
        if (method.issuedAt !== null) tell('revoked', method, at);
        tell('deleted', method, at);
      }
    },
  };
}
