// Seam's things as its answers show them: the fields of lock-apis.md, section 3.1, and where the vendor's fake has the
// thing, its fields. An access grant tells its spaces, and not its entrances and devices.
import type { Instant } from '../../access/model.ts';
import type { SeamAccessGrant, SeamCode, SeamMethod } from './access.ts';
import { isoTime } from './answers.ts';
import { statusOf } from './codes.ts';
import { startOf } from './grants.ts';
import type {
  Remark,
  SeamDevice,
  SeamEntrance,
  SeamEvent,
  SeamIdentity,
  SeamSpace,
  SeamWorkspace,
} from './workspace.ts';

export type SeamViews = ReturnType<typeof createSeamViews>;

export function createSeamViews(workspace: SeamWorkspace, now: () => Instant) {
  const common = ({ createdAt }: { createdAt: Instant }) => ({
    workspace_id: workspace.id,
    created_at: isoTime(createdAt),
  });
  const remarks = (kind: 'error' | 'warning' | 'mutation', list: Remark[]) =>
    list.map(({ code, message, at }) => ({ [`${kind}_code`]: code, message, created_at: isoTime(at) }));

  return {
    system: () => ({
      acs_system_id: workspace.systemId,
      ...common(workspace),
      name: 'Doors',
      system_type: 'salto_ks_site',
      system_type_display_name: 'Salto KS',
      external_type: 'salto_ks_site',
      external_type_display_name: 'Salto KS site',
      connected_account_id: workspace.accountId,
      errors: [],
      warnings: [],
    }),

    entrance: (entrance: SeamEntrance) => ({
      acs_entrance_id: entrance.id,
      acs_system_id: workspace.systemId,
      ...common(entrance),
      connected_account_id: workspace.accountId,
      display_name: entrance.name,
      errors: [],
    }),

    device: (device: SeamDevice) => ({
      device_id: device.id,
      ...common(device),
      is_managed: true,
      device_type: 'schlage_lock',
      display_name: device.name,
      connected_account_id: workspace.accountId,
      capabilities_supported: device.keypad ? ['lock', 'access_code'] : ['lock'],
      properties: { name: device.name, online: true, manufacturer: 'schlage', locked: true },
      errors: [],
      warnings: [],
      custom_metadata: {},
      can_remotely_lock: true,
      can_remotely_unlock: true,
      can_program_online_access_codes: device.keypad,
      space_ids: [...workspace.spaces.values()]
        .filter(({ deviceIds }) => deviceIds.includes(device.id))
        .map(({ id }) => id),
    }),

    space: (space: SeamSpace) => ({
      space_id: space.id,
      ...common(space),
      name: space.name,
      display_name: space.name,
      ...(space.key === null ? {} : { space_key: space.key }),
      acs_entrance_count: space.entranceIds.length,
      device_count: space.deviceIds.length,
    }),

    identity: (identity: SeamIdentity) => ({
      user_identity_id: identity.id,
      ...common(identity),
      user_identity_key: identity.key,
      email_address: identity.email,
      full_name: identity.name,
      phone_number: identity.phone,
      display_name: identity.name ?? identity.email ?? identity.key ?? '',
      acs_user_ids: [],
      errors: [],
      warnings: [],
    }),

    grant: (grant: SeamAccessGrant) => ({
      access_grant_id: grant.id,
      ...common(grant),
      ...(grant.key === null ? {} : { access_grant_key: grant.key }),
      ...(grant.reservationKey === null ? {} : { reservation_key: grant.reservationKey }),
      user_identity_id: grant.identityId,
      access_method_ids: grant.methods.map(({ id }) => id),
      requested_access_methods: grant.requested.map(({ mode, pin }) => ({
        mode,
        ...(pin === null ? {} : { code: pin }),
        display_name: mode,
        created_at: isoTime(grant.createdAt),
        created_access_method_ids: grant.methods.filter((each) => each.mode === mode).map(({ id }) => id),
      })),
      starts_at: isoTime(startOf(grant)),
      ends_at: grant.endsAt === null ? null : isoTime(grant.endsAt),
      space_ids: grant.spaceIds,
      location_ids: [],
      name: grant.name,
      display_name: grant.name ?? 'Access Grant',
      display_status: displayStatus(grant, now()),
      errors: remarks('error', grant.errors),
      warnings: remarks('warning', grant.warnings),
      pending_mutations: remarks('mutation', pendingOf(grant)),
    }),

    method: (method: SeamMethod) => ({
      access_method_id: method.id,
      ...common(method),
      mode: method.mode,
      display_name: method.mode,
      is_issued: method.issuedAt !== null,
      issued_at: method.issuedAt === null ? null : isoTime(method.issuedAt),
      ...(method.pin === null ? {} : { code: method.pin }),
      errors: remarks('error', method.errors),
      warnings: remarks('warning', method.warnings),
      pending_mutations: remarks('mutation', method.pending),
    }),

    code: (code: SeamCode) => ({
      access_code_id: code.id,
      ...common(code),
      device_id: code.deviceId,
      name: code.name,
      code: code.pin,
      common_code_key: null,
      ...timesOf(code),
      status: statusOf(code, now()),
      is_managed: true,
      is_backup_access_code_available: false,
      is_external_modification_allowed: false,
      is_one_time_use: false,
      is_offline_access_code: false,
      errors: remarks('error', code.errors),
      warnings: [],
      pending_mutations: remarks('mutation', code.pending),
    }),

    event: (event: SeamEvent) => ({
      event_id: event.id,
      event_type: event.type,
      ...common(event),
      occurred_at: isoTime(event.occurredAt),
      connected_account_id: workspace.accountId,
      ...event.about,
    }),
  };
}

function timesOf({ window: { from, until } }: SeamCode) {
  if (from === null || until === null) return { type: 'ongoing' };
  return { type: 'time_bound', starts_at: isoTime(from), ends_at: isoTime(until) };
}

function pendingOf(grant: SeamAccessGrant): Remark[] {
  const all = grant.methods.flatMap(({ pending }) => pending);
  return all.filter(({ code }, index) => all.findIndex((each) => each.code === code) === index);
}

/** Words for people; which ones Seam has is unknown. */
function displayStatus(grant: SeamAccessGrant, now: Instant): string {
  if (grant.goneAt !== null) return 'Being deleted';
  if (grant.errors.length > 0 || grant.methods.some(({ errors }) => errors.length > 0)) return 'Failed';
  if (grant.methods.some(({ issuedAt }) => issuedAt === null)) return 'Issuing';
  return grant.endsAt !== null && grant.endsAt <= now ? 'Ended' : 'Issued';
}
