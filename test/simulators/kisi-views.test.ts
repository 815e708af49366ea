// Own simulator: every object has exactly the fields of Kisi's schemas (additionalProperties: false), no more, no less.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startReceiver } from './calls.ts';
import { assigning, type OpenKisi, openKisi } from './open-kisi.ts';

const id = z.int();
const text = z.string();
const flag = z.boolean();
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const none = z.null();
const resource = <T extends string>(type: T) => ({ id, resource_type: z.literal(type), name: text });
const dates = { created_at: time, updated_at: time };

const place = z.strictObject(resource('Place'));
const group = z.strictObject(resource('Group'));
const user = z.strictObject({ ...resource('User'), email: text });
const organization = z.strictObject({ ...resource('Organization'), domain: text });

const fullUser = z.strictObject({
  ...resource('User'),
  ...dates,
  email: text,
  metadata: z.record(text, z.unknown()),
  image: none,
  otp_required_for_login: flag,
  password_flow_enabled: flag,
  access_enabled: flag,
  last_accessed_at: time.nullable(),
  scim_access_enabled: flag,
  notes: text.nullable(),
  organization_id: id,
  confirmed: flag,
  groups_count: id,
});

const fullGroup = z.strictObject({
  ...resource('Group'),
  ...dates,
  description: none,
  place_id: id.nullable(),
  place: place.optional(),
  login_enabled: flag,
  users_count: id,
  locks_count: id,
  elevator_stops_count: id,
  members_count: id,
  time_restriction_enabled: flag,
  time_restriction_time_zone: none,
  reader_restriction_enabled: flag,
  primary_device_restriction_enabled: flag,
  managed_device_restriction_enabled: flag,
  tap_to_access_restriction_enabled: flag,
  geofence_restriction_enabled: flag,
  geofence_restriction_radius: z.number(),
});

const groupLock = z.strictObject({
  id,
  resource_type: z.literal('GroupLock'),
  ...dates,
  group_id: id,
  group,
  lock_id: id,
  lock: z.strictObject({ id, name: text, description: none }),
  place_id: id,
  place,
});

const lock = z.strictObject({
  ...resource('Lock'),
  ...dates,
  configured: flag,
  description: none,
  first_to_arrive_required_until: none,
  first_to_arrive_satisfied: flag,
  latitude: none,
  locked_down: flag,
  locked_down_since: time.nullable(),
  longitude: none,
  on_scheduled_unlock: flag,
  online: flag,
  open: flag,
  order_id: none,
  unlocked: flag,
  geofence_restriction_enabled: flag,
  geofence_restriction_radius: z.number(),
  reader_restriction_enabled: flag,
  time_restriction_enabled: flag,
  time_restriction_time_zone: none,
  place_id: id,
  place: z.strictObject({ id, name: text, latitude: none, longitude: none }),
  floor_id: none,
  groups_count: id,
  unlocked_until: none,
});

const anyAssignment = z.strictObject({
  id,
  resource_type: z.literal('RoleAssignment'),
  ...dates,
  role_id: text,
  notify: flag,
  applies_to_id: id,
  assignee_type: z.literal('User'),
  assignee_id: id,
  assignee: user,
  created_by_type: z.literal('User'),
  created_by_id: id,
  user_id: id,
  user,
  assignee_team_id: none,
  guest_id: none,
  issued_by_id: id,
});
const groupAssignment = anyAssignment.extend({
  applies_to_type: z.literal('Group'),
  applies_to: group,
  type: z.literal('group'),
  scope: z.literal('group'),
  group_id: id,
  group,
  valid_from: time.nullable(),
  valid_until: time.nullable(),
});
const placeAssignment = anyAssignment.extend({
  applies_to_type: z.literal('Place'),
  applies_to: place,
  type: z.literal('place'),
  scope: z.literal('place'),
  place_id: id,
  place,
});
const organizationAssignment = anyAssignment.extend({
  applies_to_type: z.literal('Organization'),
  applies_to: organization,
  type: z.literal('organization'),
  scope: z.literal('organization'),
  organization_id: id,
  organization,
});

const integrationInList = z.strictObject({
  ...resource('Integration'),
  ...dates,
  type: z.literal('event_webhook'),
  enabled: flag,
  disabled_due_to_error: flag,
  disabled_due_to_error_at: time.nullable(),
  organization_id: id,
  organization,
  place_id: none,
});
const integration = integrationInList.extend({ url: text, enabled_events: z.array(text) });

const webhook = z.strictObject({
  uuid: z.uuid(),
  type: text,
  actor_type: z.enum(['User', 'Guest', 'GroupLink', 'MarketplaceInstallation']).nullable(),
  actor_id: id.nullable(),
  actor_name: text.nullable(),
  object_type: text,
  object_id: id,
  object_name: text,
  organization_id: id,
  place_id: id.nullable(),
  success: flag,
  error_code: text.nullable(),
  error_message: text.nullable(),
  created_at: time,
});
const event = webhook.extend({
  action: text,
  actor_email: text.nullable(),
  authenticated_by_type: text.nullable(),
  authenticated_by_id: id.nullable(),
  authorized_by_type: text.nullable(),
  authorized_by_id: id.nullable(),
  authorized_by_role_id: text.nullable(),
  message: text.nullable(),
  code: text.nullable(),
  sequence: text,
  details: z.strictObject({}),
  via: z.strictObject({}),
});
const eventSet = z.strictObject({
  id,
  created_at: time,
  status: z.enum(['in_progress', 'finished', 'failed']),
  interval: text,
  event_actor_id: id.nullable(),
  event_actor_type: text.nullable(),
  event_authenticated_by_id: id.nullable(),
  event_authenticated_by_type: text.nullable(),
  event_object_id: id.nullable(),
  event_object_type: text.nullable(),
  event_place_id: id.nullable(),
  event_success: flag.nullable(),
  event_sequence: text.nullable(),
  event_type: text.nullable(),
  event_uuid: text.nullable(),
  place_id: id.nullable(),
  events: z.array(event).nullable(),
  cursor: text.nullable(),
});

let world: OpenKisi;
let ada = '';

beforeEach(async () => {
  world = await openKisi({ switches: { eventSets: 'at once' } });
  ada = world.kisi.addPerson({ email: 'ada@example.com', mark: 'mine' });
});
afterEach(() => world.kisi.close());

/** What does not fit, and how many things were looked at. */
async function misfits(path: string, schema: z.ZodType): Promise<{ issues: unknown[]; seen: number }> {
  const { status, json } = await world.call(`GET ${path}`);
  expect(status).toBe(200);
  const things = Array.isArray(json) ? json : [json];
  return { seen: things.length, issues: things.flatMap((thing) => schema.safeParse(thing).error?.issues ?? []) };
}

describe('the objects have the fields of their schemas:', () => {
  it('users, before and after they opened a door', async () => {
    world.kisi.addByHand({ lockUserId: ada, lockId: world.front.id });
    expect(await misfits('/users', fullUser)).toEqual({ issues: [], seen: 1 });
    await world.kisi.openLock(ada, world.front.id);

    expect(await misfits(`/users/${ada}`, fullUser)).toEqual({ issues: [], seen: 1 });
  });

  it('groups, of a place and of the organization', async () => {
    world.kisi.addGroup('Everywhere', [], null);

    expect(await misfits('/groups', fullGroup)).toEqual({ issues: [], seen: 3 });
    expect((await world.call('GET /groups?query=everywhere')).json).toMatchObject([{ place_id: null }]);
  });

  it('the doors of a group, and doors', async () => {
    for (const door of world.kisi.locks.values()) door.lockedDown = door.name === 'Studio';

    expect(await misfits(`/group_locks?group_id=${world.front.id}`, groupLock)).toEqual({ issues: [], seen: 1 });
    expect(await misfits('/locks', lock)).toEqual({ issues: [], seen: 2 });
  });

  it('role assignments, to groups, places and the organization', async () => {
    const place = world.kisi.groups.get(Number(world.front.id))?.place;
    world.kisi.addByHand({ lockUserId: ada, lockId: world.front.id, until: world.clock.now() + 60_000 });
    if (place) world.kisi.addRole(ada, 'place_admin', { type: 'Place', place });
    world.kisi.addRole(ada, 'organization_owner');

    expect(await misfits('/role_assignments?scope=group', groupAssignment)).toEqual({ issues: [], seen: 1 });
    expect(await misfits('/role_assignments?scope=place', placeAssignment)).toEqual({ issues: [], seen: 1 });
    expect(await misfits('/role_assignments?scope=organization', organizationAssignment)).toEqual({
      issues: [],
      seen: 1,
    });
  });

  it('what a write answers', async () => {
    const made = await world.call('POST /users', { user: { email: 'ben@example.com' } });
    const given = await world.call('POST /role_assignments', assigning(ada, world.front.id));

    expect([fullUser.safeParse(made.json).error, groupAssignment.safeParse(given.json).error]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('integrations, of which the list tells less, and none tells the key', async () => {
    const body = { name: 'Relay', type: 'event_webhook', url: 'https://example.com/', signature_key: 'secret' };
    const { json } = await world.call('POST /integrations', { integration: body });

    expect(integration.safeParse(json).error).toBeUndefined();
    expect(await misfits('/integrations', integrationInList)).toEqual({ issues: [], seen: 1 });
  });

  it('events, as webhook and in an event set', async () => {
    const receiver = await startReceiver();
    world.kisi.setCallbackUrl(receiver.url);
    world.kisi.addByHand({ lockUserId: ada, lockId: world.front.id });
    await world.kisi.openLock(ada, world.front.id);
    await world.kisi.refuseAtLock(ada, world.studio.id);
    await world.kisi.happen(world.front.id);
    await receiver.close();

    const { json } = await world.call('POST /event_sets', { event_set: {} });

    expect(receiver.received.flatMap(({ text }) => webhook.safeParse(JSON.parse(text)).error ?? [])).toEqual([]);
    expect(receiver.received).toHaveLength(3);
    expect(eventSet.parse(json).events).toHaveLength(3);
  });
});
