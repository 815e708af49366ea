// What is there before the first day: people and grants of others, Cobot's webhooks, and what nobody knows about Cobot.
import { COBOT_EVENTS, callbackPath } from '../../src/lib/callback-path.ts';
import type { InProcess } from '../../src/simulators/carrier.ts';
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { CobotSwitches } from '../../src/simulators/cobot/switches.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { NEVER_TOUCHED } from './house-rules.ts';
import type { Script } from './script.ts';

export const KEY = 'the-key-of-the-callbacks-1';

/** People and grants that were there before the relay, one of them a member to be. */
export function setStrangers(locks: LockSimulator, doors: readonly { id: string }[], memberToBe: string): string[] {
  const cleaner = locks.addPerson({ email: NEVER_TOUCHED, name: 'The Cleaner' });
  const owner = locks.addPerson({ email: 'owner@example.com', name: 'The Owner', mark: 'relay:another:m1' });
  const adopted = locks.addPerson({ email: memberToBe, name: 'Here Before' });
  const [first, second] = doors;
  if (first) {
    locks.addByHand({ lockUserId: cleaner, lockId: first.id });
    locks.addByHand({ lockUserId: owner, lockId: first.id, note: 'relay:another m1 of another space' });
  }
  if (second) locks.addByHand({ lockUserId: adopted, lockId: second.id, note: 'by hand' });
  return [cleaner, owner];
}

export async function subscribe(network: InProcess, { url, token }: CobotSimulator): Promise<void> {
  for (const event of COBOT_EVENTS) {
    const text = JSON.stringify({ event, callback_url: `https://relay.invalid${callbackPath(event)}?key=${KEY}` });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await network.send({
      method: 'POST',
      url: `${url}/api/subscriptions`,
      headers,
      text,
      signal: new AbortController().signal,
    });
  }
}

export function switchesOf({ switches, listHoldsFuture }: Script): Partial<CobotSwitches> {
  const pick = <T>(of: readonly [T, ...T[]], index: number): T => of[index % of.length] ?? of[0];
  return {
    repeatCheckIn: pick(['second', 'existing', '422'] as const, switches.repeatCheckIn),
    duplicateToken: pick(['422', '409'] as const, switches.duplicateToken),
    errorShape: pick(['wrapped arrays', 'wrapped strings', 'bare'] as const, switches.errorShape),
    canceledToDay: pick(['in', 'out'] as const, switches.canceledToDay),
    notFoundBody: pick(['json', 'html', 'empty'] as const, switches.notFoundBody),
    emptyFields: pick(['null', 'missing'] as const, switches.emptyFields),
    passNames: pick(['membership', 'membership_id', 'both'] as const, switches.passNames),
    echo: switches.echo === 1,
    listHoldsFuture,
  };
}
