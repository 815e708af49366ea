// UniFi Access's things as its API shows them (reference/lock-apis.md, sections 5.2 and 5.3), with every field it sends.
import { FLOOR_ID, fullName, type UnifiAccount, type UnifiDoor, type UnifiOpening, type UnifiUser } from './account.ts';
import type { UnifiSwitches } from './switches.ts';

export type UnifiViews = ReturnType<typeof createUnifiViews>;

const UNLOCK = 'access.door.unlock';
const FLOOR = { id: FLOOR_ID, name: '1F', type: 'floor', is_bind_hub: false };

export function createUnifiViews(account: UnifiAccount, switches: UnifiSwitches) {
  const policy = (id: string) => {
    const found = account.policies.get(id);
    return found ? [{ id, name: found.name, [switches.resources]: found.resources, schedule_id: 'always' }] : [];
  };
  const topologyDoor = ({ id, name }: UnifiDoor) => ({ id, name, type: 'door', is_bind_hub: true });
  const group = (id: string | undefined, name: string, type: string, doors: UnifiDoor[]) => ({
    ...(id === undefined ? {} : { id }),
    name,
    type,
    resource_topologies: [{ ...FLOOR, resources: doors.map(topologyDoor) }],
  });

  return {
    user(user: UnifiUser, shown: 'plain' | 'expanded') {
      const ids = account.policyIdsOf(user, switches.expandMixes ? 'all' : 'own');
      return {
        id: user.id,
        first_name: user.firstName,
        last_name: user.lastName,
        full_name: fullName(user),
        alias: '',
        ...(switches.emails === 'kept' ? { user_email: user.email } : {}),
        email: user.email,
        email_status: user.email === '' ? '' : 'UNVERIFIED',
        phone: '',
        employee_number: user.employeeNumber,
        onboard_time: user.onboardTime,
        status: user.status,
        nfc_cards: [],
        pin_code: null,
        touch_pass: null,
        username: '',
        avatar_relative_path: '',
        ...(shown === 'expanded' ? { access_policy_ids: ids, access_policies: ids.flatMap(policy) } : {}),
      };
    },
    /** A list of one; of none where there is no such policy. */
    policy,
    door: ({ id, name }: UnifiDoor) => ({
      id,
      name,
      full_name: `Console - ${FLOOR.name} - ${name}`,
      floor_id: FLOOR.id,
      type: 'door',
      is_bind_hub: true,
      door_lock_relay_status: 'lock',
      door_position_status: 'close',
      extras: {},
    }),
    /** The group of all doors is the console's own, and comes without an id. */
    topology: () => [
      group(undefined, 'Console', 'building', account.doors.values().toArray()),
      ...account.doorGroups.values().map(({ id, name, doorIds }) =>
        group(
          id,
          name,
          'access',
          doorIds.flatMap((doorId) => account.doors.get(doorId) ?? []),
        ),
      ),
    ],
    logEntry: (opening: UnifiOpening) => logEntry(opening, switches),
    webhook: (opening: UnifiOpening, objectId: string) => webhook(opening, objectId, switches),
  };
}

/** The door is not the first of the targets: what is meant is told by its type alone. */
function logEntry({ id, at, by, door, opened }: UnifiOpening, switches: UnifiSwitches) {
  const target = (of: { id: string; name: string; type: string }) => ({
    id: of.id,
    type: of.type,
    display_name: of.name,
    alternate_id: '',
    alternate_name: '',
  });
  return {
    '@timestamp': isoTime(at),
    _id: switches.logIds === 'given' ? id : '',
    _source: {
      actor: {
        id: by?.id ?? '',
        type: by?.type ?? 'user',
        display_name: by?.name ?? 'N/A',
        alternate_id: '',
        alternate_name: '',
      },
      authentication: { credential_provider: 'NFC', issuer: '6FC02554' },
      event: {
        type: UNLOCK,
        result: opened ? 'ACCESS' : 'BLOCKED',
        published: at,
        display_message: opened ? 'Access Granted (NFC)' : 'Access Denied (NFC)',
        reason: '',
        log_key: `${UNLOCK}.${opened ? 'success' : 'fail'}`,
      },
      target: [
        target({ id: '7483c2773855', name: 'UA-HUB-3855', type: 'UAH' }),
        target({ ...door, type: 'door' }),
        target(FLOOR),
      ],
    },
    tag: 'access',
  };
}

function webhook({ at, by, door, policy }: UnifiOpening, objectId: string, switches: UnifiSwitches) {
  const times = { seconds: String(Math.floor(at / 1000)), milliseconds: String(at), iso: isoTime(at) };
  return {
    event: UNLOCK,
    event_object_id: objectId,
    data: {
      location: {
        id: door.id,
        location_type: 'door',
        name: door.name,
        up_id: FLOOR.id,
        extras: {},
        device_ids: null,
      },
      device: null,
      actor: by,
      object: {
        authentication_type: by?.type === 'open-api' ? 'REMOTE_THROUGH_UAH' : 'NFC',
        authentication_value: '',
        policy_id: policy?.id ?? '',
        policy_name: policy?.name ?? '',
        reader_id: '',
        result: switches.granted,
        time: times[switches.times],
      },
    },
  };
}

function isoTime(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
}
