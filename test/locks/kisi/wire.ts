// Kisi on the wire: nock with the network off (test/support/nock-guard.ts), and the objects that Kisi sends, with the
// fields that the relay does not look at.
import nock from 'nock';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import type { CallInfo } from '../../../src/lib/http.ts';
import { createKisi, type KisiSettings } from '../../../src/locks/kisi/connector.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { guardTheNetwork } from '../../support/nock-guard.ts';

const HOST = 'https://api.kisi.test';
export const TOKEN = 'kisi-key-1234567890';

export function useWire(): () => nock.Scope {
  guardTheNetwork();
  return () => nock(HOST, { reqheaders: { authorization: `KISI-LOGIN ${TOKEN}`, accept: 'application/json' } });
}

export function kisi(
  more: Partial<KisiSettings> & {
    clock?: Clock;
    signal?: AbortSignal;
    onCall?: (call: CallInfo) => void;
    windowMs?: number;
  } = {},
): LockSystem {
  const { clock = systemClock, signal, onCall, windowMs = 1, ...settings } = more;
  return createKisi({
    settings: {
      token: TOKEN,
      url: HOST,
      webhookSecret: null,
      placeId: null,
      users: 'managed',
      windows: 'kisi',
      ...settings,
    },
    clock,
    windowMs,
    ...(signal ? { signal } : {}),
    ...(onCall ? { onCall } : {}),
  });
}

const made = { created_at: '2026-11-01T08:00:00.000Z', updated_at: '2026-11-01T08:00:00.000Z' };

export const user = (id: number, more: object = {}) => ({
  id,
  resource_type: 'User',
  name: `User ${id}`,
  email: `user-${id}@example.com`,
  ...made,
  metadata: {},
  image: null,
  access_enabled: true,
  notes: null,
  organization_id: 1,
  ...more,
});

export const group = (id: number, name: string, more: object = {}) => ({
  id,
  resource_type: 'Group',
  name,
  description: null,
  ...made,
  place_id: 7,
  locks_count: 1,
  ...more,
});

export const groupLock = (id: number, groupId: number, lock: { id: number; name: string }) => ({
  id,
  resource_type: 'GroupLock',
  ...made,
  group_id: groupId,
  lock_id: lock.id,
  lock: { ...lock, description: null },
  place_id: 7,
});

export const assignment = (id: number, userId: number, groupId: number, more: object = {}) => ({
  id,
  resource_type: 'RoleAssignment',
  ...made,
  role_id: 'group_basic',
  notify: false,
  applies_to_type: 'Group',
  applies_to_id: groupId,
  applies_to: { id: groupId, resource_type: 'Group', name: 'Front' },
  assignee_type: 'User',
  assignee_id: userId,
  assignee: { id: userId, resource_type: 'User', email: 'ada@example.com', name: 'Ada' },
  type: 'group',
  scope: 'group',
  valid_from: null,
  valid_until: null,
  ...more,
});

export const unlock = (uuid: string, more: object = {}) => ({
  uuid,
  type: 'lock.unlock',
  actor_type: 'User',
  actor_id: 11,
  actor_name: 'Ada',
  object_type: 'Lock',
  object_id: 31,
  object_name: 'Front door',
  organization_id: 1,
  place_id: 7,
  success: true,
  error_code: null,
  error_message: null,
  created_at: '2026-11-30T09:59:58.400Z',
  ...more,
});

/** What role assignments are asked for. */
export const OF_DOORS = { assignee_type: 'User', applies_to_type: 'Group', role_id: 'group_basic' };

export const range = (text: string) => ({ 'x-collection-range': text });
