// Grants on keypads: one access code each, with a PIN that Seam chooses. Only codes whose name reads as ours are seen or
// touched. A PIN goes nowhere but to codesOf.
import type { CurrentGrant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { RefusedError, type UpstreamError } from '../../lib/errors.ts';
import { parseBody } from '../../lib/http.ts';
import { inLanes } from '../../lib/lanes.ts';
import type { LockSystem, NewGrant } from '../lock-system.ts';
import { NAME, type SeamClient } from './client.ts';
import { readCodeName, writeCodeName } from './code-name.ts';
import type { Directory } from './directory.ts';
import { type AccessCode, accessCodeAnswer, accessCodePage } from './schema.ts';
import { standingOfCode } from './standing.ts';
import { bothDates, codeDates } from './times.ts';

const WIDTH = 4;
const PREFIX = 'code:';

/** The id of a grant, and of what opens a keypad. */
export const codeId = (accessCodeId: string): string => PREFIX + accessCodeId;
/** undefined: the id of something else. */
export const readCodeId = (id: string): string | undefined =>
  id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined;

type Ours = AccessCode & { note: string; lockUserId: string };

export type AccessCodes = Pick<LockSystem, 'grants'> & {
  add(grant: NewGrant): Promise<CurrentGrant | 'gone'>;
  /** These two take the access code's own id. */
  move(id: string, to: Pick<NewGrant, 'from' | 'until'>): Promise<'moved' | 'cannot' | 'gone'>;
  remove(id: string): Promise<void>;
  removeAll(lockUserId: string): Promise<void>;
  of(lockUserId: string): Promise<AccessCode[]>;
  /** The lock user that one of our codes names; null: not our code, or no code. */
  holderOf(id: string): Promise<string | null>;
};

export function createAccessCodes(parts: {
  client: SeamClient;
  directory: Directory;
  clock: Clock;
  isThere: (lockUserId: string) => Promise<boolean>;
}): AccessCodes {
  const { client, directory, clock } = parts;

  /** Each keypad is asked: Seam lists codes by device. */
  async function ours(): Promise<Ours[]> {
    const codes = new Map<string, Ours>();
    await inLanes(WIDTH, await directory.ids('keypad'), async (device_id) => {
      const here = await client.listOf({ path: '/access_codes/list', body: { device_id }, page: accessCodePage });
      for (const code of here) {
        const named = readCodeName(code.name);
        // Compared again: the vendor's fake answers with the codes of every device.
        if (named && code.deviceId === device_id && code.status !== 'removing')
          codes.set(code.id, { ...code, ...named });
      }
    });
    return [...codes.values()];
  }

  const of = async (lockUserId: string) => (await ours()).filter((code) => code.lockUserId === lockUserId);

  function report({ note, lockUserId, ...code }: Ours): CurrentGrant {
    const standing = standingOfCode(code, clock.now());
    const { id, deviceId: lockId, from, until } = code;
    return { id: codeId(id), lockUserId, lockId, from, until, note, ...(standing ? { standing } : {}) };
  }

  const find = (id: string) => client.find('/access_codes/get', { access_code_id: id }, accessCodeAnswer);

  async function remove({ id, deviceId }: Pick<AccessCode, 'id' | 'deviceId'>): Promise<void> {
    // Never the device's id beside the code's: the vendor's fake takes either for the one that is meant.
    const body = { access_code_id: id };
    await client.call({ path: '/access_codes/delete', body, repeatable: true, expect: [404], device: deviceId });
  }

  async function create(grant: NewGrant): Promise<AccessCode | 'gone' | 'duplicate'> {
    const { lockId, lockUserId, note } = grant;
    const path = '/access_codes/create';
    const body = { device_id: lockId, name: writeCodeName(note, lockUserId), ...codeDates(grant, clock.now()) };
    const expect = [404, 409];
    const response = await client.call({ path, body, repeatable: false, expect, device: lockId });
    if (response.status === 404) return 'gone';
    if (response.status === 409) return 'duplicate';
    return parseBody(accessCodeAnswer, response, { name: NAME, endpoint: `POST ${path}` });
  }

  return {
    grants: async (filter) => (filter === undefined ? await ours() : await of(filter.lockUserId)).map(report),

    async add(grant) {
      if (readCodeName(writeCodeName(grant.note, grant.lockUserId)) === undefined) throw unmarked();
      if (!(await parts.isThere(grant.lockUserId))) return 'gone';
      let made = await create(grant);
      // Seam chose a PIN that is in use there. Nothing was made, and it will choose another.
      if (made === 'duplicate') made = await create(grant);
      if (made === 'duplicate') throw noFreePin();
      if (made === 'gone') return made;
      const named = readCodeName(made.name);
      if (named?.lockUserId === grant.lockUserId) return report({ ...made, ...named });
      // Left there, nobody would know whose it is, and it would be made again and again.
      await remove(made);
      throw nameWasChanged();
    },

    async move(id, to) {
      const code = await find(id);
      if (code === undefined) return 'gone';
      if (readCodeName(code.name) === undefined) return 'cannot';
      const now = clock.now();
      // With both dates, always: an update without them is not one way or the other.
      const body = { access_code_id: id, ...bothDates(to, now) };
      const call = { path: '/access_codes/update', body, repeatable: true, expect: [400, 404], device: code.deviceId };
      const { status } = await client.call(call);
      if (status === 404) return 'gone';
      return status === 400 ? 'cannot' : 'moved';
    },

    async remove(id) {
      const code = await find(id);
      if (code) await remove(code);
    },

    async removeAll(lockUserId) {
      for (const code of await of(lockUserId)) await remove(code);
    },

    of,
    holderOf: async (id) => readCodeName((await find(id))?.name ?? null)?.lockUserId ?? null,
  };
}

const facts = { where: 'POST /access_codes/create on Seam' };

function unmarked(): UpstreamError {
  const advice = 'nothing was sent, since it could not be told from those of others afterwards';
  return new RefusedError("A grant's note has to begin with the relay's mark", {
    ...facts,
    code: 'seam_unmarked',
    advice,
  });
}

function noFreePin(): UpstreamError {
  return new RefusedError('Seam chose a PIN that is in use on the keypad, twice', {
    ...facts,
    code: 'seam_duplicate_pin',
    advice: 'it is tried again; if it stays, remove codes from the keypad that nobody needs',
    status: 409,
  });
}

function nameWasChanged(): UpstreamError {
  return new RefusedError('Seam did not keep the name of an access code, so the code was deleted again', {
    ...facts,
    code: 'seam_name_not_kept',
    advice: 'this keypad cannot be used by the relay as it is: the name of a code is where it says whose it is',
  });
}
