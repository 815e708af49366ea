// Seam over HTTP: access grants and their methods. Doors cannot be edited, and an answer does not tell them: only the
// filters of the list do.
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import type { Answer, Route } from '../exchange.ts';
import type { SeamAccessGrant } from './access.ts';
import { done, id, invalidInput, notThere, page, pageFields, refusal, time, verb } from './answers.ts';
import { startOf } from './grants.ts';
import { addIdentity, identityFields, takenBy } from './identity-routes.ts';
import type { SeamParts } from './parts.ts';

const requestedMethod = z.object({
  mode: z.enum(['code', 'card', 'mobile_key', 'cloud_key']),
  code: z.string().optional(),
});

const created = z.object({
  user_identity_id: id.optional(),
  user_identity: z.object(identityFields).optional(),
  acs_entrance_ids: z.array(id).default([]),
  device_ids: z.array(id).default([]),
  space_ids: z.array(id).default([]),
  space_keys: z.array(id).default([]),
  requested_access_methods: z.array(requestedMethod).nonempty(),
  starts_at: time.optional(),
  ends_at: time.nullish(),
  access_grant_key: id.optional(),
  reservation_key: id.optional(),
  name: z.string().nullish(),
});

const named = { access_grant_id: id.optional(), access_grant_key: id.optional() };
/** Anything else is refused: what is not changed must not look as if it were. */
const changed = z.strictObject({
  ...named,
  starts_at: time.optional(),
  ends_at: time.nullish(),
  name: z.string().optional(),
});

const filters = {
  user_identity_id: id.optional(),
  acs_system_id: id.optional(),
  acs_entrance_id: id.optional(),
  device_id: id.optional(),
  space_id: id.optional(),
  access_code_id: id.optional(),
  access_grant_key: id.optional(),
  reservation_key: id.optional(),
};

export function grantRoutes(parts: SeamParts): Route[] {
  const { workspace, grants, views, switches, clock, pageSize } = parts;
  const list = () => [...grants.all.values()];
  const find = (asked: { access_grant_id?: string | undefined; access_grant_key?: string | undefined }) =>
    list().find((grant) =>
      asked.access_grant_id ? grant.id === asked.access_grant_id : grant.key === asked.access_grant_key,
    );
  const withGrant = (asked: z.output<z.ZodObject<typeof named>>, answer: (grant: SeamAccessGrant) => Answer) => {
    if (!asked.access_grant_id && !asked.access_grant_key) {
      return invalidInput('access_grant_id or access_grant_key is required');
    }
    const found = find(asked);
    return found ? answer(found) : notThere('access_grant', asked);
  };
  const badTimes = (startsAt: Instant | undefined, endsAt: Instant | null | undefined, begins: Instant) => {
    const now = clock.now();
    if (typeof endsAt === 'number' && endsAt <= now)
      return invalidInput('ends_at has to be in the future', { ends_at: ['Is past'] });
    if (typeof endsAt === 'number' && endsAt <= begins)
      return invalidInput('ends_at has to be after starts_at', { ends_at: ['Too early'] });
    if (startsAt !== undefined && startsAt < now && switches.pastStart === 'refused') {
      return invalidInput('starts_at has to be in the future', { starts_at: ['Is past'] });
    }
    return undefined;
  };

  return [
    verb('/access_grants/create', created, (given) => {
      const doors = doorsIn(parts, given);
      if ('refused' in doors) return doors.refused;
      const refused =
        badTimes(given.starts_at, given.ends_at, given.starts_at ?? clock.now()) ??
        keyTaken(list(), given.access_grant_key, switches);
      if (refused) return refused;
      const holder = holderIn(parts, given);
      if ('refused' in holder) return holder.refused;
      const grant = grants.create({
        ...doors,
        identityId: holder.id,
        requested: given.requested_access_methods.map(({ mode, code }) => ({ mode, pin: code ?? null })),
        startsAt: given.starts_at ?? null,
        endsAt: given.ends_at ?? null,
        key: given.access_grant_key ?? null,
        name: given.name ?? null,
        reservationKey: given.reservation_key ?? null,
      });
      return done({ access_grant: views.grant(grant) });
    }),

    verb('/access_grants/update', changed, (given) =>
      withGrant(given, (grant) => {
        const { starts_at: startsAt, ends_at: endsAt, name } = given;
        const movesTimes = startsAt !== undefined || endsAt !== undefined;
        if (movesTimes && switches.updateWindow === 'refused') {
          return refusal(400, 'access_times_cannot_be_changed', 'The lock system does not change access times.');
        }
        const ends = endsAt === undefined && startsAt !== undefined ? grant.endsAt : endsAt;
        const refused = badTimes(startsAt, ends, startsAt ?? startOf(grant));
        if (refused) return refused;
        if (name !== undefined) grants.rename(grant, name);
        if (movesTimes) grants.changeTimes(grant, { startsAt, endsAt });
        return done();
      }),
    ),

    verb('/access_grants/get', z.object(named), (given) =>
      withGrant(given, (grant) => done({ access_grant: views.grant(grant) })),
    ),

    verb('/access_grants/delete', z.object({ access_grant_id: id }), (given) =>
      withGrant(given, (grant) => {
        grants.remove(grant);
        return done();
      }),
    ),

    verb('/access_grants/list', z.object({ ...filters, ...pageFields }), (given, request) => {
      const { limit = pageSize, page_cursor } = given;
      const isMeant = (grant: SeamAccessGrant) =>
        is(given.user_identity_id, [grant.identityId]) &&
        is(
          given.acs_system_id,
          grants.doorsOf(grant).some((door) => workspace.entrances.has(door)) ? [workspace.systemId] : [],
        ) &&
        is(given.acs_entrance_id, grants.doorsOf(grant)) &&
        is(given.device_id, grants.doorsOf(grant)) &&
        is(given.space_id, grant.spaceIds) &&
        is(
          given.access_code_id,
          grant.codes.map((code) => code.id),
        ) &&
        is(given.access_grant_key, [grant.key]) &&
        is(given.reservation_key, [grant.reservationKey]);
      return page(request, 'access_grants', list().filter(isMeant), views.grant, { limit, page_cursor });
    }),

    verb('/access_methods/list', z.object({ access_grant_id: id, ...pageFields }), (given, request) =>
      withGrant(given, ({ methods }) => {
        const { limit = pageSize, page_cursor } = given;
        return page(request, 'access_methods', methods, views.method, { limit, page_cursor });
      }),
    ),
  ];
}

function is(asked: string | undefined, those: (string | null)[]): boolean {
  return asked === undefined || those.includes(asked);
}

/** The key of one that is being deleted is not free yet. */
function keyTaken(
  grants: SeamAccessGrant[],
  key: string | undefined,
  switches: SeamParts['switches'],
): Answer | undefined {
  if (key === undefined || grants.every((grant) => grant.key !== key)) return undefined;
  return refusal(Number(switches.duplicates), 'access_grant_key_taken', 'There is an access grant with this key.');
}

function doorsIn({ workspace }: SeamParts, given: z.output<typeof created>) {
  const { acs_entrance_ids: entranceIds, device_ids: deviceIds, space_keys: keys } = given;
  const byKey = keys.map((key) => [...workspace.spaces.values()].find((space) => space.key === key)?.id ?? key);
  const spaceIds = [...given.space_ids, ...byKey];
  if (entranceIds.length + deviceIds.length + spaceIds.length === 0) {
    return { refused: invalidInput('acs_entrance_ids, device_ids, space_ids or space_keys is required') };
  }
  const missing = (ids: string[], there: Map<string, unknown>) => ids.find((each) => !there.has(each));
  const entrance = missing(entranceIds, workspace.entrances);
  if (entrance !== undefined) return { refused: notThere('acs_entrance', { acs_entrance_id: entrance }) };
  const device = missing(deviceIds, workspace.devices);
  if (device !== undefined) return { refused: notThere('device', { device_id: device }) };
  const space = missing(spaceIds, workspace.spaces);
  if (space !== undefined) return { refused: notThere('space', { space_id: space }) };
  return { entranceIds, deviceIds, spaceIds };
}

function holderIn({ workspace, switches }: SeamParts, given: z.output<typeof created>) {
  const { user_identity_id: wanted, user_identity: made } = given;
  if ((wanted === undefined) === (made === undefined)) {
    return { refused: invalidInput('Either user_identity_id or user_identity is required') };
  }
  if (made) {
    const refused = takenBy([...workspace.identities.values()], made, switches);
    return refused ? { refused } : { id: addIdentity(workspace, made).id };
  }
  const found = workspace.identities.get(wanted ?? '');
  return found ? { id: found.id } : { refused: notThere('user_identity', { user_identity_id: wanted }) };
}
