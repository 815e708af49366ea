// Somebody stands before a door of the simulated Seam: it opens or stays shut, and Seam tells as much of it as the switch
// `unlockNames` lets it.
import type { Clock } from '../../lib/clock.ts';
import type { Delivery } from '../deliveries.ts';
import type { OpenHow } from '../lock-simulator.ts';
import type { SeamSwitches } from './switches.ts';
import type { SeamTruth } from './truth.ts';
import type { SeamWebhook, SeamWebhooks } from './webhooks.ts';
import type { SeamEvent, SeamWorkspace } from './workspace.ts';

export function createSeamOpenings(parts: {
  workspace: SeamWorkspace;
  truth: SeamTruth;
  webhooks: SeamWebhooks;
  clock: Clock;
  switches: SeamSwitches;
  /** Its secret signs what is delivered by hand. */
  secret: string;
  /** The webhook that the callback URL stands in. */
  console: () => SeamWebhook | undefined;
}) {
  const { workspace, truth, webhooks, clock, switches, secret } = parts;
  let last: SeamEvent | undefined;

  function happened(type: string, lockUserId: string, lockId: string, how: OpenHow): Promise<Delivery | null> {
    const occurredAt = how.occurredAt ?? clock.now();
    last = workspace.record({ type, about: named(lockUserId, lockId, occurredAt), occurredAt });
    return tell(last, how);
  }

  async function tell(event: SeamEvent, { lose, deliverTo }: OpenHow): Promise<Delivery | null> {
    if (lose) return null;
    if (deliverTo !== undefined) return webhooks.deliver(event, deliverTo, secret);
    const told = await webhooks.tell(event);
    const url = parts.console()?.url;
    return told.find(({ to }) => to === url) ?? told[0] ?? null;
  }

  function named(lockUserId: string, lockId: string, at: number): Record<string, unknown> {
    const isDevice = workspace.devices.has(lockId);
    const person = switches.unlockNames === 'identity' ? { user_identity_id: lockUserId } : {};
    // The door of a lock system is told as the docs of July 2026 have it, which call these fields undocumented.
    if (!isDevice) {
      const door = { acs_system_id: workspace.systemId, acs_entrance_id: lockId };
      return { method: 'unknown', ...door, ...person };
    }
    const code = truth.codeOf(lockUserId, lockId, at);
    const used = { access_code_id: code?.id, access_code_is_managed: true, code: code?.pin };
    return {
      device_id: lockId,
      method: code ? 'keycode' : 'unknown',
      ...(code && switches.unlockNames !== 'nobody' ? used : {}),
      ...person,
    };
  }

  function checkDoor(lockId: string): void {
    const isThere = workspace.devices.has(lockId) || workspace.entrances.has(lockId);
    if (!isThere) throw new Error(`There is no lock "${lockId}".`);
  }

  return {
    async openLock(lockUserId: string, lockId: string, how: OpenHow = {}): Promise<Delivery | null> {
      checkDoor(lockId);
      const at = how.occurredAt ?? clock.now();
      if (!how.anyway && !truth.canBy(lockUserId, lockId, at)) {
        throw new Error(`${lockUserId} cannot open ${lockId} at ${new Date(at).toISOString()}.`);
      }
      return happened('lock.unlocked', lockUserId, lockId, how);
    },

    async refuseAtLock(lockUserId: string, lockId: string, how: OpenHow = {}): Promise<Delivery | null> {
      checkDoor(lockId);
      return happened('lock.access_denied', lockUserId, lockId, how);
    },

    async redeliverLast(how: OpenHow = {}): Promise<Delivery | null> {
      if (!last) throw new Error('Nobody has been at a door yet.');
      return tell(last, how);
    },
  };
}
