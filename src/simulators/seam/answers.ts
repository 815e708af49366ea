// How Seam answers: envelopes, errors, pages, and the reading of bodies and times. Knows no resource.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import type { Answer, Route, Seen } from '../exchange.ts';

export function done(body: Record<string, unknown> = {}): Answer {
  return { status: 200, json: { ...body, ok: true } };
}

export function refusal(status: number, type: string, message: string, more: Record<string, unknown> = {}): Answer {
  return { status, json: { error: { type, message, ...more }, ok: false } };
}

/** `data` names what was asked for. */
export function notThere(thing: string, data: Record<string, unknown>): Answer {
  return refusal(404, `${thing}_not_found`, `Could not find that ${thing.replaceAll('_', ' ')}`, { data });
}

/** Seam's spelling of what is wrong with a body: `_errors` for the whole, and the same under each field. */
export function invalidInput(message: string, fields: Record<string, string[]> = {}): Answer {
  const named = Object.entries(fields).map(([field, errors]) => [field, { _errors: errors }]);
  const whole = named.length === 0 ? [message] : [];
  return refusal(400, 'invalid_input', message, {
    validation_errors: { _errors: whole, ...Object.fromEntries(named) },
  });
}

/** One "POST /resource/verb". */
export function verb<S extends z.ZodType>(
  template: string,
  input: S,
  handle: (given: z.output<S>, request: Seen) => Answer,
): Route {
  return {
    method: 'POST',
    template,
    handle(request) {
      const read = input.safeParse(request.body ?? {});
      return read.success ? handle(read.data, request) : unreadable(read.error);
    },
  };
}

function unreadable({ issues }: z.ZodError): Answer {
  const fields: Record<string, string[]> = {};
  for (const { path, message } of issues) {
    const [field] = path;
    if (field !== undefined) fields[String(field)] = [...(fields[String(field)] ?? []), message];
  }
  const [first] = issues;
  const place = first?.path[0];
  return invalidInput(`${first?.message ?? 'Invalid'}${place === undefined ? '' : ` for "${String(place)}"`}`, fields);
}

export const id = z.string().min(1);
export const time = z.iso.datetime({ offset: true }).transform((text): Instant => Date.parse(text));

export function isoTime(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'millisecond' });
}

export const pageFields = { limit: z.coerce.number().int().positive().optional(), page_cursor: z.string().nullish() };

/** [what was asked for, the `seq` of the last one shown]: pages neither shift nor mix when others come and go. */
const cursor = z.tuple([z.string(), z.number()]);

export function page<T extends { seq: number }>(
  request: Seen,
  name: string,
  items: Iterable<T>,
  view: (item: T) => unknown,
  { limit, page_cursor }: { limit: number; page_cursor?: string | null | undefined },
): Answer {
  const asked = fingerprint(request.body);
  const from = page_cursor ? cursorOf(page_cursor) : { asked, after: -1 };
  if (!from) return invalidInput('Invalid page_cursor', { page_cursor: ['Invalid'] });
  if (from.asked !== asked) {
    const message = 'The parameters have to be the same for every page.';
    return refusal(400, 'mismatched_page_parameters', message);
  }

  const rest = [...items].filter(({ seq }) => seq > from.after).sort((a, b) => a.seq - b.seq);
  const shown = rest.slice(0, limit);
  const last = rest.length > limit ? shown.at(-1) : undefined;
  const next = last ? Buffer.from(JSON.stringify([asked, last.seq])).toString('base64') : null;
  const url = next && `http://${request.headers.host}${request.path}?next_page_cursor=${encodeURIComponent(next)}`;
  return done({
    [name]: shown.map(view),
    pagination: { has_next_page: next !== null, next_page_cursor: next, next_page_url: url },
  });
}

function cursorOf(text: string): { asked: string; after: number } | null {
  try {
    const [asked, after] = cursor.parse(JSON.parse(Buffer.from(text, 'base64').toString()));
    return { asked, after };
  } catch {
    return null;
  }
}

/** The order of the fields does not matter. */
function fingerprint(body: unknown): string {
  const fields = Object.entries(typeof body === 'object' && body !== null ? body : {});
  const asked = fields.filter(([name]) => name !== 'page_cursor').sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
