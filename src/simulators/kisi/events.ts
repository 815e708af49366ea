// What happened at Kisi's doors, in both forms in which it is told: the short one of a webhook and the full one of an
// event set. Knows why a door stays shut. Delivers nothing.
import type { Instant } from '../../access/model.ts';
import { hexId, type Random } from '../chance.ts';
import { covers, type KisiAccount, type KisiLock, type KisiUser, wholeSecond } from './account.ts';
import { isoTime } from './answers.ts';
import { ORGANIZATION } from './views.ts';

export type KisiEvent = {
  uuid: string;
  sequence: string;
  /** "lock.unlock". */
  type: string;
  actor: KisiActor | null;
  object: { type: string; id: number; name: string };
  placeId: number | null;
  createdAt: Instant;
  /** null: it was done. */
  error: { code: string; message: string } | null;
  /** The card, login or link that was used. */
  credential: { type: 'Card' | 'GroupLink' | 'AccessKey'; id: number } | null;
  /** The role assignment that allowed it. */
  authorizedBy: { id: number; roleId: string } | null;
};

export type KisiActor = {
  type: 'User' | 'Guest' | 'GroupLink' | 'MarketplaceInstallation';
  id: number;
  name: string;
  email: string | null;
};

export type NewKisiEvent = Omit<KisiEvent, 'uuid' | 'sequence'>;

export type KisiEvents = ReturnType<typeof createKisiEvents>;

export function createKisiEvents(account: KisiAccount, random: Random) {
  /** In the order in which Kisi heard of them. */
  const all: KisiEvent[] = [];

  function add(event: NewKisiEvent): KisiEvent {
    const added = {
      ...event,
      createdAt: wholeSecond(event.createdAt),
      uuid: uuid(random),
      sequence: hexId(random, 16),
    };
    all.push(added);
    return added;
  }

  return {
    all,
    add,
    /** A user at a door: opened, or with the error that kept it shut. */
    atDoor(user: KisiUser, door: KisiLock, createdAt: Instant, error: KisiEvent['error']): KisiEvent {
      const right = account.assignmentsAt(user, door).find((each) => covers(each, createdAt));
      if (!error) user.lastAccessedAt = wholeSecond(createdAt);
      return add({
        type: 'lock.unlock',
        actor: { type: 'User', id: user.id, name: user.name, email: user.email },
        object: { type: 'Lock', id: door.id, name: door.name },
        placeId: door.place.id,
        createdAt,
        error,
        credential: { type: 'Card', id: account.nextId() },
        authorizedBy: right && !error ? { id: right.id, roleId: right.roleId } : null,
      });
    },
  };
}

/** Why the door stays shut; null: it opens. */
export function obstacle(account: KisiAccount, user: KisiUser, door: KisiLock, at: Instant): KisiEvent['error'] {
  if (!user.accessEnabled) return { code: 'fcd8ff', message: 'access disabled' };
  if (door.lockedDown) return { code: 'fad001', message: 'door locked down' };
  const rights = account.assignmentsAt(user, door);
  if (rights.some((each) => covers(each, at))) return null;
  if (rights.length === 0) return { code: 'fcd8ef', message: 'no access' };
  return rights.some(({ validFrom }) => validFrom !== null && validFrom > at)
    ? { code: 'f358de', message: 'access not yet valid' }
    : { code: 'f35ade', message: 'access no longer valid' };
}

/** Of somebody who has access: a restriction to certain hours, which lies on the group or on the door. */
export const OUTSIDE_HOURS = {
  code: '34ffaa',
  message: 'outside the allowed time',
};

export function webhookView(event: KisiEvent) {
  return {
    uuid: event.uuid,
    type: event.type,
    actor_type: event.actor?.type ?? null,
    actor_id: event.actor?.id ?? null,
    actor_name: event.actor?.name ?? null,
    object_type: event.object.type,
    object_id: event.object.id,
    object_name: event.object.name,
    organization_id: ORGANIZATION.id,
    place_id: event.placeId,
    success: event.error === null,
    error_code: event.error?.code ?? null,
    error_message: event.error?.message ?? null,
    created_at: isoTime(event.createdAt),
  };
}

export function eventView(event: KisiEvent) {
  return {
    ...webhookView(event),
    action: event.type.split('.')[1] ?? '',
    actor_email: event.actor?.email ?? null,
    authenticated_by_type: event.credential?.type ?? null,
    authenticated_by_id: event.credential?.id ?? null,
    authorized_by_type: event.authorizedBy ? 'RoleAssignment' : null,
    authorized_by_id: event.authorizedBy?.id ?? null,
    authorized_by_role_id: event.authorizedBy?.roleId ?? null,
    message: `${event.actor?.name ?? 'Kisi'}: ${event.type} ${event.object.name}`,
    code: event.error?.code ?? null,
    sequence: event.sequence,
    details: {},
    via: {},
  };
}

function uuid(random: Random): string {
  const variant = '89ab'[Math.floor(random() * 4)] ?? '8';
  return [
    hexId(random, 8),
    hexId(random, 4),
    `4${hexId(random, 3)}`,
    variant + hexId(random, 3),
    hexId(random, 12),
  ].join('-');
}
