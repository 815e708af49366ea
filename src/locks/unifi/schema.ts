// Users, access policies and doors as the console answers them, in the relay's words. Only the fields that are used;
// unknown ones are ignored. What cannot be read fails the whole answer: it must not look absent.
import { z } from 'zod';
import type { Door, Lock, LockUser } from '../../access/model.ts';
import { joinName } from './names.ts';

const id = z.string().min(1);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

export type UnifiUser = LockUser & {
  isDeactivated: boolean;
  /** The policies that an expanded list shows; undefined: it shows none, which is not the same as an empty list. */
  shown: string[] | undefined;
};

export const userSchema = z
  .object({
    id,
    first_name: text,
    last_name: text,
    full_name: text,
    user_email: text,
    email: text,
    employee_number: text,
    status: text,
    access_policies: z.array(z.object({ id })).nullish(),
    access_policy_ids: z.array(id).nullish(),
  })
  .transform(
    (user): UnifiUser => ({
      id: user.id,
      email: user.user_email || user.email,
      name: joinName({ first: user.first_name, last: user.last_name, full: user.full_name }),
      externalId: user.employee_number || null,
      isDeactivated: user.status === 'DEACTIVATED',
      shown: shownPolicies(
        user.access_policies?.map((policy) => policy.id),
        user.access_policy_ids,
      ),
    }),
  );
export const usersSchema = z.array(userSchema);

/** Both spellings of an expansion are known; what either of them shows counts. */
function shownPolicies(one: string[] | undefined, other: string[] | null | undefined): string[] | undefined {
  if (!one && !other) return undefined;
  return [...new Set([...(one ?? []), ...(other ?? [])])];
}

/** What the relay's lock user is, and nothing of the console's. */
export function toLockUser({ id: userId, email, name, externalId }: UnifiUser): LockUser {
  return { id: userId, email, name, externalId };
}

/** The answer to a new user: only its id is certain. */
export const createdSchema = z.object({ id });

export const ownPoliciesSchema = z.array(z.object({ id }));

const resources = z.array(z.object({ id, type: z.string() })).nullish();
export const policiesSchema = z.array(
  z
    .object({ id, name: z.string(), resource: resources, resources })
    .transform((policy) => ({ id: policy.id, name: policy.name, resources: resourcesOf(policy) })),
);
type Policy = z.output<typeof policiesSchema>[number];
type Resources = z.output<typeof resources>;

/** Unknown: whether the field is called `resource` or `resources`; the reference spells it both ways. */
function resourcesOf({ resource, resources: several }: { resource?: Resources; resources?: Resources }) {
  return several ?? resource ?? [];
}

export const doorsSchema = z.array(z.object({ id, name: z.string() }));

/** Door groups, each with its floors, each with its doors. The group of all doors may come without an id. */
export const topologySchema = z.array(
  z.object({
    id: z.string().nullish(),
    resource_topologies: z
      .array(z.object({ resources: z.array(z.object({ id, type: z.string().nullish() })).nullish() }))
      .nullish(),
  }),
);

/** A policy as a lock: its doors, those of its door groups too, each once. */
export function toLock(policy: Policy, space: { doors: Door[]; topology: z.output<typeof topologySchema> }): Lock {
  const names = new Map(space.doors.map((door) => [door.id, door.name]));
  const ids = policy.resources.flatMap((resource) => {
    if (resource.type === 'door') return [resource.id];
    const group = space.topology.find((each) => each.id === resource.id);
    return (group?.resource_topologies ?? []).flatMap((floor) => (floor.resources ?? []).map((door) => door.id));
  });
  const doors = [...new Set(ids)].map((doorId): Door => ({ id: doorId, name: names.get(doorId) ?? doorId }));
  return { id: policy.id, name: policy.name, doors };
}
