// Who may open what at Seam, past every answer: by what the doors know, not by what was asked for. And the same as grants,
// in the form in which a connector reports it; how it calls them is its own affair and handed in.
import type { CurrentGrant, Instant, LockUser, Standing } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { SeamAccessGrant, SeamCode } from './access.ts';
import type { Agenda } from './agenda.ts';
import type { SeamCodes } from './codes.ts';
import { covers, type Effect, opensAt, opensEver } from './effect.ts';
import { type SeamGrants, startOf } from './grants.ts';
import type { Remark, SeamWorkspace } from './workspace.ts';

export type Naming = {
  /** The grant's id of one door of an access grant; by default `<access grant>/<door>`. */
  idOf?: (grant: SeamAccessGrant, doorId: string) => string;
  /** Whose code it is, and what else a connector reads out of it; by default its name holds the holder's id. */
  codeAs?: (code: SeamCode) => Partial<CurrentGrant>;
};

export type SeamTruth = ReturnType<typeof createSeamTruth>;

export function createSeamTruth(
  parts: { workspace: SeamWorkspace; grants: SeamGrants; codes: SeamCodes; clock: Clock; agenda: Agenda },
  { idOf = (grant, doorId) => `${grant.id}/${doorId}`, codeAs = () => ({}) }: Naming,
) {
  const { workspace, grants, codes, clock, agenda } = parts;

  function grantOfCode(code: SeamCode): CurrentGrant {
    const holder = workspace.everybody.keys().find((id) => code.name?.includes(id));
    return {
      id: `code:${code.id}`,
      lockUserId: holder ?? '',
      lockId: code.deviceId,
      ...code.window,
      note: code.name,
      ...standing(code.effect, code.window, code.errors, clock.now()),
      ...codeAs(code),
    };
  }

  const looseCodes = () => [...codes.all.values()].filter(({ grantId }) => grantId === null);

  /** Everything that ever opens this door to these people. */
  function effects(holders: Set<string>, doorId: string): Effect[] {
    agenda.catchUp();
    const given = [...grants.all.values()].filter(
      (grant) => holders.has(grant.identityId) && grants.doorsOf(grant).includes(doorId),
    );
    const carried = looseCodes().filter(
      (code) => code.deviceId === doorId && holders.has(grantOfCode(code).lockUserId),
    );
    return [...given, ...carried].map(({ effect }) => effect);
  }

  const can = (email: string, lockName: string, at: Instant = clock.now()): boolean => {
    const door = workspace.doorNamed(lockName);
    return effects(workspace.idsByEmail(email), door.id).some((effect) => opensAt(effect, at));
  };

  return {
    idOf,
    people: (): LockUser[] =>
      [...workspace.identities.values()].map(({ id, email, name, key }) => ({
        id,
        email: email ?? '',
        name,
        externalId: key,
      })),

    /** What is being deleted is none any more. The same id twice is one grant, as the younger one has it. */
    grants(): CurrentGrant[] {
      agenda.catchUp();
      const found = new Map<string, CurrentGrant>();
      for (const grant of grants.all.values()) {
        if (grant.goneAt !== null) continue;
        for (const lockId of grants.doorsOf(grant)) {
          const [from, until] = [startOf(grant), grant.endsAt];
          const told = standing(grant.effect, { from, until }, failuresOf(grant), clock.now());
          const id = idOf(grant, lockId);
          found.set(id, { id, lockUserId: grant.identityId, lockId, from, until, note: grant.name, ...told });
        }
      }
      for (const code of looseCodes()) {
        if (code.goneAt !== null) continue;
        const grant = grantOfCode(code);
        found.set(grant.id, grant);
      }
      return [...found.values()];
    },

    can,
    canBy: (lockUserId: string, lockId: string, at: Instant): boolean =>
      effects(new Set([lockUserId]), lockId).some((effect) => opensAt(effect, at)),
    canEver: (email: string, lockName: string): boolean =>
      effects(workspace.idsByEmail(email), workspace.doorNamed(lockName).id).some((effect) =>
        opensEver(effect, clock.now()),
      ),
    opens: (email: string, at: Instant = clock.now()): string[] =>
      [...workspace.entrances.values(), ...workspace.devices.values()]
        .map(({ name }) => name)
        .filter((name) => can(email, name, at)),

    /** What a person would type in or hold against the door: the code that opens, else any that the person has there. */
    codeOf(lockUserId: string, deviceId: string, at: Instant): SeamCode | undefined {
      const holderOf = (code: SeamCode) =>
        code.grantId === null ? grantOfCode(code).lockUserId : grants.all.get(code.grantId)?.identityId;
      const theirs = [...codes.all.values()].filter(
        (code) => code.deviceId === deviceId && holderOf(code) === lockUserId,
      );
      return theirs.find(({ effect }) => opensAt(effect, at)) ?? theirs[0];
    },

    find(grantId: string): { grant: SeamAccessGrant } | { code: SeamCode } | undefined {
      const grant = [...grants.all.values()].find((each) =>
        grants.doorsOf(each).some((door) => idOf(each, door) === grantId),
      );
      if (grant) return { grant };
      const code = looseCodes().find((each) => grantOfCode(each).id === grantId);
      return code && { code };
    },
  };
}

function failuresOf({ errors, methods }: SeamAccessGrant): Remark[] {
  return [...errors, ...methods.flatMap((method) => method.errors)];
}

/** Nothing where it is in effect, or is not due yet, or is over. */
function standing(
  effect: Effect,
  window: { from: Instant | null; until: Instant | null },
  failures: Remark[],
  now: Instant,
): { standing?: Standing } {
  const [failure] = failures;
  if (effect.now !== null) return {};
  if (failure) return { standing: { state: 'failed', words: failure.message } };
  return covers(window, now) ? { standing: { state: 'pending', words: null } } : {};
}
