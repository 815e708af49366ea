// Seam's answers, turned into words of the relay here and nowhere else. Only the fields that are used; unknown ones are
// ignored. What cannot be read fails the whole answer: it must not look absent.
import { z } from 'zod';
import type { Instant, Lock, LockUser } from '../../access/model.ts';
import { bound, instant, readCodeWindow, readStart } from './times.ts';

const id = z.string().min(1);
const text = z.string().nullish();
const orNull = text.transform((value) => value ?? null);

export type Page<T> = { items: T[]; nextCursor: string | null };
const pagination = z
  .object({ has_next_page: z.boolean(), next_page_cursor: text })
  .nullish()
  .transform((page, context): string | null => {
    // Where an answer has no pagination it is the whole list.
    if (!page?.has_next_page) return null;
    if (page.next_page_cursor) return page.next_page_cursor;
    context.addIssue({ code: 'custom', message: 'no cursor' });
    return z.NEVER;
  });

/** What Seam says beside an object; the message is for people. */
const remark = z.object({ error_code: text, warning_code: text, message: text });
const remarks = z
  .array(remark)
  .nullish()
  .transform((all) => all ?? []);
const messageOf = ({ error_code, warning_code, message }: z.output<typeof remark>): string =>
  message ?? error_code ?? warning_code ?? 'no reason given';

const identitySchema = z
  .object({ user_identity_id: id, user_identity_key: text, email_address: text, full_name: text })
  .transform(
    (user): LockUser => ({
      id: user.user_identity_id,
      email: user.email_address ?? '',
      name: user.full_name ?? null,
      externalId: user.user_identity_key ?? null,
    }),
  );
export const identityAnswer = z
  .object({ user_identity: identitySchema })
  .transform(({ user_identity }) => user_identity);
export const identityPage = z
  .object({ user_identities: z.array(identitySchema), pagination })
  .transform((page): Page<LockUser> => ({ items: page.user_identities, nextCursor: page.pagination }));

const entranceSchema = z
  .object({ acs_entrance_id: id, display_name: text })
  .transform((entrance): Lock => ({ id: entrance.acs_entrance_id, name: entrance.display_name ?? '' }));
export const entrancePage = z
  .object({ acs_entrances: z.array(entranceSchema), pagination })
  .transform((page): Page<Lock> => ({ items: page.acs_entrances, nextCursor: page.pagination }));

export type Device = Lock & { hasCodes: boolean };
const deviceSchema = z
  .object({ device_id: id, display_name: text, can_program_online_access_codes: z.boolean().nullish() })
  .transform(
    (device): Device => ({
      id: device.device_id,
      name: device.display_name ?? '',
      hasCodes: device.can_program_online_access_codes === true,
    }),
  );
export const devicePage = z
  .object({ devices: z.array(deviceSchema), pagination })
  .transform((page): Page<Device> => ({ items: page.devices, nextCursor: page.pagination }));

/** Where it opens is not in the answer: see doors.ts. */
export type AccessGrant = {
  id: string;
  key: string | null;
  lockUserId: string;
  from: Instant | null;
  until: Instant | null;
  createdAt: Instant | null;
  name: string | null;
  methodIds: string[];
  requested: number;
  hasSpaces: boolean;
  isGoing: boolean;
  /** Seam says that it opens less than it should. */
  isShort: boolean;
  errors: string[];
  hints: string[];
};
const accessGrantSchema = z
  .object({
    access_grant_id: id,
    access_grant_key: text,
    user_identity_id: id,
    access_method_ids: z.array(id).nullish(),
    requested_access_methods: z.array(z.object({})).nullish(),
    space_ids: z.array(z.string()).nullish(),
    starts_at: bound,
    ends_at: bound,
    created_at: bound,
    name: text,
    display_status: text,
    errors: remarks,
    warnings: remarks,
  })
  .transform(
    (grant): AccessGrant => ({
      id: grant.access_grant_id,
      key: grant.access_grant_key ?? null,
      lockUserId: grant.user_identity_id,
      from: readStart(grant.starts_at, grant.created_at),
      until: grant.ends_at,
      createdAt: grant.created_at,
      name: grant.name ?? null,
      methodIds: grant.access_method_ids ?? [],
      requested: grant.requested_access_methods?.length ?? 0,
      hasSpaces: (grant.space_ids ?? []).length > 0,
      isGoing: grant.warnings.some(({ warning_code }) => warning_code === 'being_deleted'),
      isShort: grant.warnings.some(({ warning_code }) => warning_code === 'underprovisioned_access'),
      errors: grant.errors.map(messageOf),
      hints: [...(grant.display_status ? [grant.display_status] : []), ...grant.warnings.map(messageOf)],
    }),
  );
export const accessGrantAnswer = z
  .object({ access_grant: accessGrantSchema })
  .transform(({ access_grant }) => access_grant);
export const accessGrantPage = z
  .object({ access_grants: z.array(accessGrantSchema), pagination })
  .transform((page): Page<AccessGrant> => ({ items: page.access_grants, nextCursor: page.pagination }));

export type AccessMethod = {
  id: string;
  mode: string;
  isIssued: boolean;
  code: string | null;
  errors: string[];
  hints: string[];
};
const accessMethodSchema = z
  .object({
    access_method_id: id,
    mode: z.string(),
    is_issued: z.boolean(),
    code: text,
    errors: remarks,
    warnings: remarks,
  })
  .transform(
    (method): AccessMethod => ({
      id: method.access_method_id,
      mode: method.mode.replaceAll('_', ' '),
      isIssued: method.is_issued,
      code: method.code ?? null,
      errors: method.errors.map(messageOf),
      hints: method.warnings.map(messageOf),
    }),
  );
export const accessMethodPage = z
  .object({ access_methods: z.array(accessMethodSchema), pagination })
  .transform((page): Page<AccessMethod> => ({ items: page.access_methods, nextCursor: page.pagination }));

export type AccessCode = {
  id: string;
  deviceId: string;
  name: string | null;
  code: string | null;
  status: string;
  from: Instant | null;
  until: Instant | null;
  errors: string[];
  hints: string[];
};
const accessCodeSchema = z
  .object({
    access_code_id: id,
    device_id: id,
    name: text,
    code: text,
    status: z.string(),
    starts_at: bound,
    ends_at: bound,
    created_at: bound,
    errors: remarks,
    warnings: remarks,
  })
  .transform(
    (code): AccessCode => ({
      id: code.access_code_id,
      deviceId: code.device_id,
      name: code.name ?? null,
      code: code.code ?? null,
      status: code.status,
      ...readCodeWindow(code.starts_at, code.ends_at, code.created_at),
      errors: code.errors.map(messageOf),
      hints: code.warnings.map(messageOf),
    }),
  );
export const accessCodeAnswer = z.object({ access_code: accessCodeSchema }).transform(({ access_code }) => access_code);
export const accessCodePage = z
  .object({ access_codes: z.array(accessCodeSchema), pagination })
  .transform((page): Page<AccessCode> => ({ items: page.access_codes, nextCursor: page.pagination }));

export const webhooksAnswer = z
  .object({ webhooks: z.array(z.object({ url: z.string(), event_types: z.array(z.string()).nullish() })) })
  .transform(({ webhooks }) => webhooks);

/** An event's ids may be written by strangers: control characters would break logs and databases. */
const eventId = z
  .string()
  .min(1)
  .max(200)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
const eventIdOrNull = eventId.nullish().catch(null);

export const sentEventSchema = z.object({
  event_id: eventId,
  event_type: eventId,
  occurred_at: instant.nullish().catch(null),
  created_at: instant.nullish().catch(null),
  device_id: eventIdOrNull,
  acs_entrance_id: eventIdOrNull,
  access_code_id: eventIdOrNull,
  user_identity_id: eventIdOrNull,
  method: orNull.catch(null),
});
export type SeamEvent = z.output<typeof sentEventSchema>;

/** The same in Seam's own list, which has to tell the time: when an opening was is not guessed. */
export const eventsAnswer = z
  .object({ events: z.array(sentEventSchema.extend({ occurred_at: instant })), pagination })
  .transform((page): Page<SeamEvent> => ({ items: page.events, nextCursor: page.pagination }));

const errorSchema = z.object({ error: z.object({ type: z.string(), message: text }) });

/** A door code in Seam's words (a 409 quotes the one that is taken) goes no further. */
const hideCodes = (words: string): string => words.replace(/(?<![\w:.+-])\d{4,9}(?![\w:-])/g, '[hidden]');

export function wordsOf(body: unknown): string[] {
  const message = errorSchema.safeParse(body).data?.error.message;
  return message ? [hideCodes(message)] : [];
}

/** Seam's own error, as against a page of somebody in between or an address that is none. */
export const isSeamsError = (body: unknown): boolean => errorSchema.safeParse(body).success;

/** Of remarks beside an object, for people. */
export const wordsFor = (messages: readonly string[]): string | null =>
  messages.length === 0 ? null : [...new Set(messages.map(hideCodes))].join('; ').slice(0, 300);
