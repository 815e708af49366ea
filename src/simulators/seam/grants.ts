// Access grants: made at once, and good for something later, when their methods are issued; some never are. Doors cannot
// be changed, and one that is being deleted is there until it is gone.
import type { Instant, Window } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { SeamAccessGrant } from './access.ts';
import type { Agenda } from './agenda.ts';
import type { SeamCodes } from './codes.ts';
import { type Effect, noEffect } from './effect.ts';
import { createMethods, type Failure } from './methods.ts';
import type { SeamSwitches, SeamTimes } from './switches.ts';
import type { SeamWorkspace } from './workspace.ts';

export type NewAccessGrant = Pick<SeamAccessGrant, 'identityId' | 'startsAt' | 'endsAt' | 'requested'> &
  Partial<Pick<SeamAccessGrant, 'key' | 'name' | 'reservationKey' | 'entranceIds' | 'deviceIds' | 'spaceIds'>>;
export type GrantChange = { startsAt?: Instant | undefined; endsAt?: Instant | null | undefined };

export type SeamGrants = ReturnType<typeof createSeamGrants>;

export function createSeamGrants(parts: {
  workspace: SeamWorkspace;
  codes: SeamCodes;
  clock: Clock;
  agenda: Agenda;
  switches: SeamSwitches;
  times: SeamTimes;
}) {
  const { workspace, codes, clock, agenda, switches, times } = parts;
  const grants = new Map<string, SeamAccessGrant>();
  const failures = new Set<Failure>();
  const delays = new Set<{ match: (grant: SeamAccessGrant) => boolean; ms: number }>();
  const methods = createMethods({ workspace, codes, agenda, setEffect });

  const tell = (what: string, { id, key }: SeamAccessGrant, at: Instant, more: Record<string, unknown> = {}) =>
    workspace.emit({
      type: `access_grant.${what}`,
      about: { access_grant_id: id, ...(key === null ? {} : { access_grant_key: key }), ...more },
      at,
    });

  function setEffect(grant: SeamAccessGrant, effect: Effect): void {
    grant.effect = effect;
    for (const code of grant.codes) code.effect = effect;
  }

  function setWindow(grant: SeamAccessGrant, { startsAt, endsAt }: GrantChange): void {
    if (startsAt !== undefined) grant.startsAt = startsAt;
    if (endsAt !== undefined) grant.endsAt = endsAt;
    for (const code of grant.codes) code.window = windowOf(grant);
  }

  /** Those who have the old times keep them until the new ones have arrived. */
  function moveLater(grant: SeamAccessGrant, now: Instant): void {
    const at = now + times.updateAfterMs;
    const planned: Effect = { now: grant.effect.now, next: { window: windowOf(grant), at } };
    setEffect(grant, planned);
    grant.warnings = [{ code: 'updating_access_times', message: 'The times are being changed.', at: now }];
    methods.setPending(grant, 'updating_access_times', now);
    agenda.at(at, (when) => {
      if (grant.effect !== planned) return;
      setEffect(grant, { now: windowOf(grant), next: null });
      grant.warnings = grant.warnings.filter(({ code }) => code !== 'updating_access_times');
      methods.clearPending(grant);
      tell('access_times_changed', grant, when);
    });
  }

  function vanish(grant: SeamAccessGrant, at: Instant): void {
    if (!grants.delete(grant.id)) return;
    grant.goneAt = at;
    setEffect(grant, noEffect);
    for (const code of grant.codes) codes.drop(code, at);
    methods.revoke(grant, at);
    tell('deleted', grant, at);
  }

  return {
    all: grants,

    /** `at once`: by somebody else, long ago. */
    create(wanted: NewAccessGrant, pace: 'later' | 'at once' = 'later'): SeamAccessGrant {
      const now = clock.now();
      const grant: SeamAccessGrant = {
        ...workspace.numbered(now),
        ...{ key: null, name: null, reservationKey: null, entranceIds: [], deviceIds: [], spaceIds: [] },
        ...wanted,
        ...{ methods: [], codes: [], effect: noEffect, errors: [], warnings: [], goneAt: null },
      };
      grants.set(grant.id, grant);
      tell('created', grant, now);
      const wait = [...delays].find(({ match }) => match(grant))?.ms ?? 0;
      methods.request(grant, {
        failures: [...failures].filter(({ match }) => match(grant)),
        dueAt: pace === 'at once' ? now : now + times.issueAfterMs + wait,
        lateAt: wait > 0 ? now + times.issueAfterMs : null,
      });
      if (pace === 'at once') agenda.catchUp();
      return grant;
    },

    rename(grant: SeamAccessGrant, name: string): void {
      grant.name = name;
    },

    changeTimes(grant: SeamAccessGrant, change: GrantChange): void {
      const now = clock.now();
      setWindow(grant, change);
      const { effect } = grant;
      if (grant.goneAt !== null) return;
      // What is not issued yet will be, with the new times.
      if (effect.now === null) {
        setEffect(grant, { now: null, next: effect.next && { ...effect.next, window: windowOf(grant) } });
        tell('access_times_changed', grant, now);
      } else if (switches.updateWindow === 'at once') {
        setEffect(grant, { now: windowOf(grant), next: null });
        tell('access_times_changed', grant, now);
      } else {
        moveLater(grant, now);
      }
    },

    remove(grant: SeamAccessGrant): void {
      if (grant.goneAt !== null) return;
      const now = clock.now();
      const at = now + times.deleteAfterMs;
      grant.goneAt = at;
      grant.warnings = [...grant.warnings, { code: 'being_deleted', message: 'It is being deleted.', at: now }];
      methods.setPending(grant, 'revoking_access', now);
      for (const code of grant.codes) code.goneAt = at;
      const still = switches.whileDeleting === 'open' ? grant.effect.now : null;
      setEffect(grant, { now: still, next: { window: null, at } });
      agenda.at(at, (when) => vanish(grant, when));
    },

    /** At once, by somebody else. */
    drop(grant: SeamAccessGrant): void {
      vanish(grant, clock.now());
    },

    /**
     * Access grants made from now on that match: one of their methods (`mode`; without: every one) is never issued, or,
     * with `mode: 'none at all'`, no method is even created. Returns what lifts it.
     */
    failIssuing(
      match: Failure['match'],
      { mode = null, message = 'The lock system refused.' }: { mode?: Failure['mode']; message?: string } = {},
    ): () => void {
      const failure: Failure = { match, mode, message };
      failures.add(failure);
      return () => void failures.delete(failure);
    },

    /** Access grants made from now on that match are issued so much later. Returns what lifts it. */
    delayIssuing(match: (grant: SeamAccessGrant) => boolean, ms: number): () => void {
      const delay = { match, ms };
      delays.add(delay);
      return () => void delays.delete(delay);
    },

    doorsOf(grant: SeamAccessGrant): string[] {
      const spaces = grant.spaceIds.flatMap((spaceId) => workspace.spaces.get(spaceId) ?? []);
      const inSpaces = spaces.flatMap(({ entranceIds, deviceIds }) => [...entranceIds, ...deviceIds]);
      return [...new Set([...grant.entranceIds, ...grant.deviceIds, ...inSpaces])];
    },
  };
}

function windowOf({ startsAt, endsAt }: SeamAccessGrant): Window {
  return { from: startsAt, until: endsAt };
}

/** As Seam tells it. */
export function startOf({ startsAt, createdAt }: SeamAccessGrant): Instant {
  return startsAt ?? Math.floor(createdAt / 1000) * 1000;
}
