// What one value of the environment may look like, with the words for what is wrong with it.
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

export const text = z.string('is not set');
export const optional = <S extends z.ZodType>(schema: S) => schema.optional().transform((value) => value ?? null);
export const token = text.regex(/^[\x21-\x7e]+$/, 'has a space or another character that no token has');
export const oneOf = <const T extends readonly string[]>(names: T, what: string) =>
  text.toLowerCase().pipe(
    z.enum(names, {
      error: ({ input }) => {
        const near = closest(String(input), names);
        const meant = distance(String(input), near) <= 3 ? ` (did you mean "${near}"?)` : '';
        return `is no ${what}${meant}; there are: ${names.join(', ')}`;
      },
    }),
  );
export const whole = (least: number, most: number) =>
  text
    .refine(
      (digits) => /^\d{1,6}$/.test(digits) && Number(digits) >= least && Number(digits) <= most,
      `is not a whole number from ${least} to ${most}`,
    )
    .transform(Number);

export const url = text.transform((address, context) => {
  const parsed = URL.parse(address);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) context.addIssue('is not an http or https address');
  else if (parsed.username || parsed.password) context.addIssue('holds a user name or password, which it may not');
  else if (/[?#]/.test(address)) context.addIssue('has a "?" or "#" part, which it may not');
  return parsed ? parsed.origin + parsed.pathname.replace(/\/+$/, '') : address;
});

/** Its path is the database; of its parameters `schema` is ours, the rest are the driver's. */
export const postgresUrl = text.superRefine((address, context) => {
  const parsed = URL.parse(address);
  if (!parsed || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    context.addIssue('is not a postgres:// address');
  } else if (parsed.hostname === '' && !parsed.searchParams.has('host')) context.addIssue('names no host');
  else if (!/^\/[^/]+$/.test(parsed.pathname)) context.addIssue('names no database');
  else if (!isDecodable(parsed.password)) context.addIssue('has a password with a "%" that is not written as %25');
  else if (!/^[a-z_][a-z0-9_]{0,39}$/.test(parsed.searchParams.get('schema') ?? 'relay')) {
    context.addIssue('has a schema that is not of small letters, digits and _, at most 40');
  }
});

/** The password of an address, as it is written there and as it is meant. */
export function passwordsIn(address: string): string[] {
  const written = URL.parse(address)?.password ?? '';
  if (written === '') return [];
  return isDecodable(written) ? [written, decodeURIComponent(written)] : [written];
}

function isDecodable(written: string): boolean {
  try {
    decodeURIComponent(written);
    return true;
  } catch {
    return false;
  }
}
