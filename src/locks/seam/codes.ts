// The codes that a lock user can key in, for an operator's eyes: of keypads, and of entrances where a code was asked for.
// What is read here goes to the caller and nowhere else.
import type { Instant } from '../../access/model.ts';
import type { LockSystem } from '../lock-system.ts';
import type { AccessCodes } from './access-codes.ts';
import type { SeamClient } from './client.ts';
import type { EntranceGrants } from './entrance-grants.ts';
import { readMethods } from './issued.ts';
import { isOver } from './times.ts';

type Codes = Awaited<ReturnType<LockSystem['codesOf']>>;

export function createCodesOf(parts: {
  client: SeamClient;
  codes: AccessCodes;
  entrances: EntranceGrants;
  now: () => Instant;
}): LockSystem['codesOf'] {
  const { client, codes, entrances, now } = parts;

  async function onKeypads(lockUserId: string): Promise<Codes> {
    const current = (await codes.of(lockUserId)).filter((each) => !isOver(each, now()));
    return current.flatMap(({ deviceId: lockId, code }) => (code === null ? [] : [{ lockId, code }]));
  }

  async function atEntrances(lockUserId: string): Promise<Codes> {
    const found: Codes = [];
    for (const grant of await entrances.seenOf(lockUserId)) {
      if (isOver(grant, now())) continue;
      const pins = (await readMethods(client, grant.id)).flatMap(({ mode, code }) =>
        mode === 'code' && code !== null ? [code] : [],
      );
      for (const lockId of grant.doors) for (const code of pins) found.push({ lockId, code });
    }
    return found;
  }

  return async (lockUserId) => [...(await onKeypads(lockUserId)), ...(await atEntrances(lockUserId))];
}
