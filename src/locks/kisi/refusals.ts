// What Kisi's refusals mean. Which status and words it uses for what is not known, so each guess is a function here and
// takes both kinds. Must not make a refusal of anything else look like one of these.
import { z } from 'zod';
import type { RefusedError } from '../../lib/errors.ts';

const messageSchema = z.object({ error: z.string() });
const fieldsSchema = z.object({
  errors: z.record(z.string(), z.union([z.string().transform((words) => [words]), z.array(z.string())])),
});

/** Kisi's own words in a refusal: `{error}`, or "field: words" of a 422. */
export function wordsOf(body: unknown): string[] {
  const fields = fieldsSchema.safeParse(body).data?.errors;
  if (fields) return Object.entries(fields).flatMap(([field, words]) => words.map((each) => `${field}: ${each}`));
  const message = messageSchema.safeParse(body).data?.error;
  return message === undefined ? [] : [message];
}

const TAKEN = /\b(taken|already|exists|duplicate|in use)\b/i;
const UNKNOWN = /\b(must exist|(does not|doesn't) exist|not found|unknown|no such|invalid|blank)\b/i;
const EMAIL = /\be-?mail\b/i;
const TARGET = /^(applies_to|assignee|group|user)(_id)?:/;

/** Unknown: whether a taken email is a 409 or a 422. Also true of one that is malformed. */
export function isAboutEmail({ status, words }: RefusedError): boolean {
  return (status === 409 || status === 422) && words.some((each) => EMAIL.test(each));
}

/** Of a refusal that is about the email. Unknown: the words. */
export function saysTaken({ words }: RefusedError): boolean {
  return words.some((each) => EMAIL.test(each) && TAKEN.test(each));
}

/** Unknown: whether a second assignment of a person to a group is refused at all, and then with a 409 or a 422. */
export function isSecondAssignment({ status, words }: RefusedError): boolean {
  return status === 409 || (status === 422 && words.some((each) => TAKEN.test(each)));
}

/** Unknown: whether an assignment that names no user or group of the account is a 404 or a 422. */
export function isUnknownTarget({ status, words }: RefusedError): boolean {
  return status === 404 || (status === 422 && words.some((each) => TARGET.test(each) && UNKNOWN.test(each)));
}
