// Kisi's answers, turned into the relay's words here and nowhere else. Only the fields that are used; unknown ones are
// ignored. What cannot be read fails the whole answer: it must not look absent.
import { z } from 'zod';
import type { CurrentGrant, Door, Instant, LockUser } from '../../access/model.ts';

const SECOND = 1000;

/** The key in a user's metadata that holds the relay's mark. */
export const MARK_KEY = 'cobot_access_relay';
/** The role that opens the doors of one group, and nothing else. */
export const DOOR_ROLE = 'group_basic';

export function wholeSecond(instant: Instant): Instant {
  return Math.floor(instant / SECOND) * SECOND;
}

/** Whole seconds with Z. */
export function writeInstant(instant: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(wholeSecond(instant)).toString();
}

/** Ids are whole numbers there. What is none names nothing, and it is for Kisi to say so. */
export function writeId(id: string): number | string {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : id;
}

export const id = z.union([z.int().transform(String), z.string().min(1).max(200)]);

/** With or without fractions (cut off), and with an offset. */
export const instant = z.string().transform((text, context): Instant => {
  try {
    // Unlike Date.parse, Temporal refuses the 30th of February, and a time without an offset.
    return wholeSecond(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a time' });
    return z.NEVER;
  }
});
const bound = instant.nullish().transform((read) => read ?? null);

const metadataSchema = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((metadata) => metadata ?? {});

/** `metadata`: all of it, since others keep theirs there too. */
export const userWithMetadataSchema = z
  .object({ id, email: z.string(), name: z.string().nullish(), metadata: metadataSchema })
  .transform(({ metadata, ...user }): { user: LockUser; metadata: Record<string, unknown> } => {
    const mark = metadata[MARK_KEY];
    return {
      user: {
        id: user.id,
        email: user.email,
        name: user.name ?? null,
        externalId: typeof mark === 'string' ? mark : null,
      },
      metadata,
    };
  });
export const userSchema = userWithMetadataSchema.transform(({ user }) => user);

export const groupSchema = z
  .object({ id, name: z.string(), place_id: id.nullish() })
  .transform(({ place_id, ...group }) => ({ ...group, placeId: place_id ?? null }));

export const groupLockSchema = z
  .object({ id, group_id: id, lock_id: id, lock: z.object({ name: z.string() }) })
  .transform(({ id, group_id, lock_id, lock }): { id: string; groupId: string; door: Door } => ({
    id,
    groupId: group_id,
    door: { id: lock_id, name: lock.name },
  }));

type Assignment = {
  id: string;
  roleId: string;
  /** null: a team's or a guest's. */
  userId: string | null;
  /** null: it is not the access of one user to the doors of one group. */
  grant: CurrentGrant | null;
};

const grantSchema = z
  .object({
    id,
    role_id: z.literal(DOOR_ROLE),
    assignee_type: z.literal('User'),
    assignee_id: id,
    applies_to_type: z.literal('Group'),
    applies_to_id: id,
    valid_from: bound,
    valid_until: bound,
  })
  .transform(
    (read): Assignment => ({
      id: read.id,
      roleId: read.role_id,
      userId: read.assignee_id,
      grant: {
        id: read.id,
        lockUserId: read.assignee_id,
        lockId: read.applies_to_id,
        from: read.valid_from,
        until: read.valid_until,
        note: null,
      },
    }),
  );

/** Of other roles, and those of teams and guests. A grant that cannot be read is none of them. */
const otherSchema = z
  .object({
    id,
    role_id: z.string(),
    assignee_type: z.string().nullable(),
    assignee_id: id.nullish(),
    applies_to_type: z.string().nullable(),
  })
  .refine((read) => read.role_id !== DOOR_ROLE || read.assignee_type !== 'User' || read.applies_to_type !== 'Group')
  .transform(
    (read): Assignment => ({
      id: read.id,
      roleId: read.role_id,
      userId: read.assignee_type === 'User' ? (read.assignee_id ?? null) : null,
      grant: null,
    }),
  );

export const assignmentSchema = z.union([grantSchema, otherSchema]);
