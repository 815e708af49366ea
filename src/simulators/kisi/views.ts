// Kisi's objects as they go over the wire: exactly the fields that its schemas have (additionalProperties: false).
// Fields that only say "nothing here" are constant. No decisions.
import type {
  KisiAccount,
  KisiGroup,
  KisiGroupLock,
  KisiLock,
  KisiPlace,
  KisiRoleAssignment,
  KisiUser,
} from './account.ts';
import { isoTime, isoTimeOrNull } from './answers.ts';

export const ORGANIZATION = { id: 77, resource_type: 'Organization', name: 'Co-Up', domain: 'co-up' };
/** The person whose API key it is; no user of the organization's list, so that a new account is empty. */
const KEY_OWNER_ID = 7;

type Dates = { createdAt: number; updatedAt: number };
const dates = ({ createdAt, updatedAt }: Dates) => ({ created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) });

const placeView = ({ id, name }: KisiPlace) => ({ id, resource_type: 'Place', name });
const groupInShort = ({ id, name }: KisiGroup) => ({ id, resource_type: 'Group', name });
const userInShort = ({ id, email, name }: KisiUser) => ({ id, resource_type: 'User', email, name });

export function userView(user: KisiUser, account: KisiAccount) {
  const groups = account.groups.values().filter((group) => account.assignmentsTo(user, group).length > 0);
  return {
    id: user.id,
    resource_type: 'User',
    name: user.name,
    email: user.email,
    ...dates(user),
    metadata: user.metadata,
    image: null,
    otp_required_for_login: false,
    password_flow_enabled: user.passwordFlowEnabled,
    access_enabled: user.accessEnabled,
    last_accessed_at: isoTimeOrNull(user.lastAccessedAt),
    scim_access_enabled: true,
    notes: user.notes,
    organization_id: ORGANIZATION.id,
    confirmed: user.confirmed,
    groups_count: groups.toArray().length,
  };
}

export function groupView(group: KisiGroup, account: KisiAccount) {
  const members = account.users.values().filter((user) => account.assignmentsTo(user, group).length > 0);
  const count = members.toArray().length;
  return {
    id: group.id,
    resource_type: 'Group',
    name: group.name,
    description: null,
    ...dates(group),
    place_id: group.place?.id ?? null,
    ...(group.place ? { place: placeView(group.place) } : {}),
    login_enabled: true,
    users_count: count,
    locks_count: account.doorsOf(group).length,
    elevator_stops_count: 0,
    members_count: count,
    time_restriction_enabled: false,
    time_restriction_time_zone: null,
    reader_restriction_enabled: false,
    primary_device_restriction_enabled: false,
    managed_device_restriction_enabled: false,
    tap_to_access_restriction_enabled: false,
    geofence_restriction_enabled: false,
    geofence_restriction_radius: 0,
  };
}

export function groupLockView(groupLock: KisiGroupLock) {
  const { id, group, lock } = groupLock;
  return {
    id,
    resource_type: 'GroupLock',
    ...dates(groupLock),
    group_id: group.id,
    group: groupInShort(group),
    lock_id: lock.id,
    lock: { id: lock.id, name: lock.name, description: null },
    place_id: lock.place.id,
    place: placeView(lock.place),
  };
}

export function lockView(lock: KisiLock, account: KisiAccount) {
  const { id, name, place, lockedDown } = lock;
  const groupLocks = account.groupLocks.values().filter((each) => each.lock === lock);
  return {
    id,
    resource_type: 'Lock',
    ...dates(lock),
    configured: true,
    description: null,
    first_to_arrive_required_until: null,
    first_to_arrive_satisfied: true,
    latitude: null,
    locked_down: lockedDown,
    locked_down_since: lockedDown ? isoTime(lock.updatedAt) : null,
    longitude: null,
    name,
    on_scheduled_unlock: false,
    online: true,
    open: false,
    order_id: null,
    unlocked: false,
    geofence_restriction_enabled: false,
    geofence_restriction_radius: 0,
    reader_restriction_enabled: false,
    time_restriction_enabled: false,
    time_restriction_time_zone: null,
    place_id: place.id,
    place: { id: place.id, name: place.name, latitude: null, longitude: null },
    floor_id: null,
    groups_count: groupLocks.toArray().length,
    unlocked_until: null,
  };
}

export function roleAssignmentView(assignment: KisiRoleAssignment) {
  const { id, user, roleId, notify } = assignment;
  const target = targetOf(assignment);
  return {
    id,
    resource_type: 'RoleAssignment',
    ...dates(assignment),
    role_id: roleId,
    notify,
    applies_to_type: assignment.to.type,
    applies_to_id: target.appliesTo.id,
    applies_to: target.appliesTo,
    assignee_type: 'User',
    assignee_id: user.id,
    assignee: userInShort(user),
    created_by_type: 'User',
    created_by_id: KEY_OWNER_ID,
    user_id: user.id,
    user: userInShort(user),
    assignee_team_id: null,
    guest_id: null,
    issued_by_id: KEY_OWNER_ID,
    type: target.scope,
    scope: target.scope,
    ...target.own,
  };
}

/** What differs between assignments to groups, places and the organization. */
function targetOf({ to, validFrom, validUntil }: KisiRoleAssignment) {
  switch (to.type) {
    case 'Group': {
      const appliesTo = groupInShort(to.group);
      const window = { valid_from: isoTimeOrNull(validFrom), valid_until: isoTimeOrNull(validUntil) };
      return { scope: 'group', appliesTo, own: { group_id: appliesTo.id, group: appliesTo, ...window } };
    }
    case 'Place': {
      const appliesTo = placeView(to.place);
      return { scope: 'place', appliesTo, own: { place_id: appliesTo.id, place: appliesTo } };
    }
    case 'Organization':
      return {
        scope: 'organization',
        appliesTo: ORGANIZATION,
        own: { organization_id: ORGANIZATION.id, organization: ORGANIZATION },
      };
  }
}
