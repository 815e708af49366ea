// How Kisi answers: bare lists with the range in a header, two shapes of errors, and bodies wrapped in the object's
// name. Knows no object of Kisi's.
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import { type Answer, fieldOf, type Seen } from '../exchange.ts';
import type { KisiSwitches } from './switches.ts';

const LARGEST_OFFSET = 20_000;

/** "An unexpected issue": which code Kisi gives to errors that are none of a door is unknown. */
const SOME_CODE = 'ffffff';

export function fault(status: number, error: string, code = SOME_CODE): Answer {
  return { status, json: { error, code } };
}

export function invalid(errors: Record<string, string[]>): Answer {
  return { status: 422, json: { errors } };
}

export const notFound = (): Answer => fault(404, 'Not found');
export const ok = (json: unknown): Answer => ({ status: 200, json });
export const done = (): Answer => ({ status: 204 });

/** The thing that the path names. */
export function named<T>(things: ReadonlyMap<number, T>, { params }: Seen): T | undefined {
  const id = params['id'] ?? '';
  return /^\d+$/.test(id) ? things.get(Number(id)) : undefined;
}

type Paging = { usual: number; largest: number; range: KisiSwitches['emptyRange'] | 'never' };

/** All lists but the users'. */
export const usualPaging = ({ emptyRange }: KisiSwitches): Paging => ({ usual: 10, largest: 250, range: emptyRange });

export function listed<T>({ query }: Seen, items: T[], view: (item: T) => unknown, paging: Paging): Answer {
  const limit = Number(query['limit'] ?? paging.usual);
  const offset = Number(query['offset'] ?? 0);
  // Kisi may cut them instead. Refused, so that nobody takes a page that was cut short for the last one.
  if (!Number.isInteger(limit) || limit < 1 || limit > paging.largest) return fault(400, 'limit is out of range');
  if (!Number.isInteger(offset) || offset < 0 || offset > LARGEST_OFFSET) return fault(400, 'offset is out of range');

  const json = items.slice(offset, offset + limit).map(view);
  if (paging.range === 'never' || (items.length === 0 && paging.range === 'none')) return ok(json);
  const range = items.length === 0 ? '*/0' : `${offset}-${offset + limit - 1}/${items.length}`;
  return { status: 200, json, headers: { 'x-collection-range': range } };
}

/** A filter of a query that was not given lets everything through; ids come as text. */
export function matches(query: Record<string, string>, name: string, ...values: (string | number | null)[]): boolean {
  const wanted = query[name];
  return wanted === undefined || values.some((value) => String(value) === wanted);
}

/** `ids=1,2`. */
export function isAmong({ ids }: Record<string, string>, id: number): boolean {
  return ids === undefined || ids.split(',').includes(String(id));
}

/** Free text in one of these. */
export function contains({ query }: Record<string, string>, ...texts: (string | null)[]): boolean {
  return query === undefined || texts.some((text) => text?.toLowerCase().includes(query.toLowerCase()));
}

/** Reads `{ "<name>": { ... } }`; messages of the schema become those of the 422. */
export function readWrapped<S extends z.ZodType>(
  name: string,
  schema: S,
  body: unknown,
): { value: z.output<S> } | { refused: Answer } {
  const inner = fieldOf(body, name);
  if (typeof inner !== 'object' || inner === null) return { refused: fault(400, `param is missing: ${name}`) };
  const parsed = schema.safeParse(inner);
  if (parsed.success) return { value: parsed.data };
  const byField = Map.groupBy(parsed.error.issues, ({ path }) => String(path[0] ?? 'base'));
  const errors = [...byField].map(([field, issues]) => [field, issues.map(({ message }) => message)]);
  return { refused: invalid(Object.fromEntries(errors)) };
}

/** To the whole second; null and left out are told apart. */
export const timeField = z.iso
  .datetime({ offset: true, error: 'is not a valid date' })
  .transform((text) => Math.floor(Date.parse(text) / 1000) * 1000)
  .nullable()
  .optional();

export function isoTime(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
}

export const isoTimeOrNull = (at: Instant | null): string | null => (at === null ? null : isoTime(at));
