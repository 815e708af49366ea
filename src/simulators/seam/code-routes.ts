// Seam over HTTP: access codes on keypads. Changes and deletions are promised, not done, when they are answered.
import { z } from 'zod';
import type { Instant, Window } from '../../access/model.ts';
import type { Answer, Route } from '../exchange.ts';
import type { SeamCode } from './access.ts';
import { done, id, invalidInput, notThere, page, pageFields, refusal, time, verb } from './answers.ts';
import type { DeviceLimits, SeamParts } from './parts.ts';

const pin = z.string().regex(/^\d{4,8}$/, 'Has to be 4 to 8 digits');
const codeFields = {
  name: z.string().optional(),
  code: pin.optional(),
  starts_at: time.nullish(),
  ends_at: time.nullish(),
};

export function codeRoutes(parts: SeamParts): Route[] {
  const { workspace, codes, views, clock, pageSize } = parts;
  const attempt = (what: string) =>
    done({
      action_attempt: {
        action_attempt_id: workspace.numbered().id,
        action_type: what,
        status: 'pending',
        result: null,
        error: null,
      },
    });
  const withCode = (wanted: string, answer: (code: SeamCode) => Answer): Answer => {
    const found = codes.all.get(wanted);
    return found ? answer(found) : notThere('access_code', { access_code_id: wanted });
  };
  /** What belongs to an access grant goes with it. */
  const withOwnCode = (wanted: string, answer: (code: SeamCode) => Answer): Answer =>
    withCode(wanted, (code) =>
      code.grantId === null ? answer(code) : invalidInput('This access code belongs to an access grant'),
    );
  const duplicate = () => refusal(409, 'duplicate_access_code', 'Another access code of this device has that code.');

  return [
    verb('/access_codes/create', z.object({ device_id: id, ...codeFields }), (given) => {
      const device = workspace.devices.get(given.device_id);
      if (!device) return notThere('device', { device_id: given.device_id });
      if (!device.keypad) return invalidInput('This device does not support access codes');
      const window = windowIn(given, clock.now());
      if (window === 'bad') return badTimes();
      if (given.code !== undefined && codes.isTaken(device.id, given.code)) return duplicate();
      const tooMany = overLimit(parts, 'creations', device.id);
      if (tooMany) return tooMany;
      const code = codes.create({
        deviceId: device.id,
        name: given.name ?? null,
        pin: given.code ?? codes.freshPin(device.id),
        window: window ?? { from: null, until: null },
      });
      return done({ access_code: views.code(code) });
    }),

    verb('/access_codes/update', z.object({ access_code_id: id, ...codeFields }), (given) =>
      withOwnCode(given.access_code_id, (code) => {
        const window = windowIn(given, clock.now());
        if (window === 'bad') return badTimes();
        const isNew = given.code !== undefined && given.code !== code.pin;
        if (isNew && codes.isTaken(code.deviceId, given.code ?? '')) return duplicate();
        const tooMany = overLimit(parts, 'updates', code.deviceId);
        if (tooMany) return tooMany;
        codes.change(code, { name: given.name, pin: given.code, window });
        return attempt('UPDATE_ACCESS_CODE');
      }),
    ),

    verb('/access_codes/get', z.object({ access_code_id: id }), ({ access_code_id: wanted }) =>
      codes.all.has(wanted)
        ? withCode(wanted, (code) => done({ access_code: views.code(code) }))
        : refusal(404, 'not_found', 'Could not find that access code'),
    ),

    verb('/access_codes/delete', z.object({ access_code_id: id }), ({ access_code_id: wanted }) =>
      withOwnCode(wanted, (code) => {
        const tooMany = overLimit(parts, 'deletions', code.deviceId);
        if (tooMany) return tooMany;
        codes.remove(code);
        return attempt('DELETE_ACCESS_CODE');
      }),
    ),

    verb(
      '/access_codes/list',
      z.object({ device_id: id.optional(), access_code_ids: z.array(id).optional(), ...pageFields }),
      (given, request) => {
        const { device_id: deviceId, access_code_ids: ids, limit = pageSize, page_cursor } = given;
        if (!deviceId && !ids) return invalidInput("Either 'device_id' or 'access_code_ids' is required");
        const listed = codes.all
          .values()
          .filter((code) => (deviceId ?? code.deviceId) === code.deviceId && (ids?.includes(code.id) ?? true));
        return page(request, 'access_codes', listed, views.code, { limit, page_cursor });
      },
    ),
  ];
}

/** undefined: none was given. Both ends or neither. */
function windowIn(
  {
    starts_at: from = null,
    ends_at: until = null,
  }: { starts_at?: Instant | null | undefined; ends_at?: Instant | null | undefined },
  now: Instant,
): Window | undefined | 'bad' {
  if (from === null && until === null) return undefined;
  return from === null || until === null || until <= from || until <= now ? 'bad' : { from, until };
}

function badTimes(): Answer {
  return invalidInput('Both starts_at and ends_at must be given if one is, and ends_at has to be later and ahead');
}

function overLimit(
  { deviceLimits, switches }: SeamParts,
  what: keyof DeviceLimits,
  deviceId: string,
): Answer | undefined {
  const wait =
    deviceLimits?.limits.take([{ bucket: `${what} ${deviceId}`, most: deviceLimits.perDevice[what] }]) ?? null;
  if (wait === null) return undefined;
  const answer = refusal(429, 'rate_limit_exceeded', `Too many ${what} of access codes on this device.`);
  return switches.retryAfter === 'sent' ? { ...answer, headers: { 'retry-after': String(wait) } } : answer;
}
