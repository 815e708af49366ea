// access.yaml as text -> a policy with ids. A mistake names line, column, what is wrong and the nearest valid name.
// Reading the file and asking the two other sides for their names is somebody else's work.
import { closest } from 'fastest-levenshtein';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Lock, PlanOnOffer, Resource } from './model.ts';
import { type Policy, type PolicyDraft, policySchema, type Rule, type RuleDraft } from './policy.ts';

export type Mistake = { line: number; column: number; message: string };
type Path = readonly (string | number)[];
export type Positions = (path: Path) => { line: number; column: number };

/** What the names in a policy may stand for; null where the other side has not answered yet. */
export type Catalog = { plans: PlanOnOffer[] | null; resources: Resource[] | null; locks: Lock[] | null };
/** "lock:front door" -> id, as resolved before: a thing that was renamed keeps its id. */
export type RememberedNames = Readonly<Record<string, string>>;

export type ParsedPolicy = { ok: true; draft: PolicyDraft; positions: Positions } | { ok: false; mistakes: Mistake[] };
export type ResolvedPolicy =
  | { state: 'resolved'; policy: Policy; names: Record<string, string>; warnings: string[] }
  | { state: 'wrong'; mistakes: Mistake[] }
  /** The sides in the list have to answer first. */
  | { state: 'pending'; missing: ('plans' | 'resources' | 'locks')[] };

/** Reads the text by the schema; names are not looked up yet. */
export function parsePolicy(text: string): ParsedPolicy {
  const lines = new LineCounter();
  // Every scalar stays text: an id such as 12e4 must not turn into a number.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return { ok: false, mistakes: document.errors.map((error) => ({ ...at(error.pos[0]), message: error.message })) };
  }
  const positions: Positions = (path) => at(offsetOf(document, path));
  const read = policySchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (read.success) return { ok: true, draft: read.data, positions };
  return { ok: false, mistakes: read.error.issues.flatMap((issue) => mistakesOf(issue, document, at)) };
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function mistakesOf(
  issue: z.core.$ZodIssue,
  document: Document,
  at: (offset: number) => { line: number; column: number },
): Mistake[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const where = path.length === 0 ? '' : `${pathName(path)}: `;
  if (issue.code !== 'unrecognized_keys')
    return [{ ...at(offsetOf(document, path)), message: `${where}${issue.message}` }];
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  return issue.keys.map((key) => {
    const pair = isMap(parent) ? parent.items.find((each) => String(each.key) === key) : undefined;
    const offset = isNode(pair?.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path);
    return { ...at(offset), message: `${where}unknown key "${key}"${didYouMean(key, knownKeys(path))}` };
  });
}

const pathName = (path: Path) =>
  path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : part))
    .join('.')
    .replaceAll('.[', ' ');

function knownKeys(path: Path): string[] {
  const last = path.findLast((part) => typeof part === 'string');
  if (path.length === 0) return ['version', 'rules', 'cancellation_date', 'never_touch', 'blocked', 'brake'];
  if (last === 'brake') return ['members', 'percent', 'at_most'];
  if (last === 'booking') return ['resource', 'resources', 'before', 'after'];
  if (last === 'hours') return ['days', 'from', 'to'];
  return ['name', 'locks', 'members', 'plans', 'except', 'passes', 'hours', 'booking'];
}

function didYouMean(word: string, known: readonly string[]): string {
  return known.length === 0 ? '' : `; did you mean "${closest(word, [...known])}"?`;
}

/** Turns names into ids. Nothing is changed at any door until everything that the policy names is known. */
export function resolvePolicy(
  draft: PolicyDraft,
  catalog: Catalog,
  remembered: RememberedNames = {},
  positions: Positions = () => ({ line: 1, column: 1 }),
): ResolvedPolicy {
  const missing = missingSides(draft, catalog);
  if (missing.length > 0) return { state: 'pending', missing };
  const mistakes: Mistake[] = [];
  const warnings: string[] = [];
  const names: Record<string, string> = {};

  const find = <T extends { id: string; name: string }>(
    kind: string,
    list: readonly T[],
    text: string,
    path: Path,
  ): T[] => {
    const key = `${kind}:${normalized(text)}`;
    const byId = list.find((each) => each.id === text.trim());
    if (byId) return [byId];
    const byName = list.filter((each) => normalized(each.name) === normalized(text));
    const [only] = byName;
    if (only && byName.length === 1) {
      names[key] = only.id;
      return [only];
    }
    const before = list.find((each) => each.id === remembered[key]);
    if (before && byName.length === 0) {
      names[key] = before.id;
      warnings.push(`${kind} "${text}" is now called "${before.name}"; it is known by its id ${before.id}`);
      return [before];
    }
    const message =
      byName.length > 1
        ? `${kind} "${text}" is ambiguous: ${byName.map((each) => each.id).join(', ')} have that name; use an id`
        : `there is no ${kind} "${text}"${didYouMean(
            text,
            list.map((each) => each.name),
          )}`;
    mistakes.push({ ...positions(path), message });
    return [];
  };

  const { plans, resources, locks } = {
    plans: catalog.plans ?? [],
    resources: catalog.resources ?? [],
    locks: catalog.locks ?? [],
  };
  const ids = <T extends { id: string; name: string }>(
    kind: string,
    list: readonly T[],
    texts: readonly string[] | undefined,
    path: Path,
  ) => (texts ?? []).flatMap((text, index) => find(kind, list, text, [...path, index]));

  const rules = draft.rules.map((each, index): Rule => {
    const path = ['rules', index];
    const everyLock = each.locks?.some((lock) => normalized(lock) === 'all');
    return {
      name: each.name,
      locks: everyLock ? 'all' : ids('lock', locks, each.locks, [...path, 'locks']).map(({ id }) => id),
      plans: each.plans ? ids('plan', plans, each.plans, [...path, 'plans']).map(({ id }) => id) : 'all',
      except: ids('plan', plans, each.except, [...path, 'except']).map(({ id }) => id),
      passes: each.passes ?? (each.booking ? 'ignore' : 'required'),
      hours: each.hours ?? null,
      booking: each.booking ? bookingOf(each, each.booking, path) : null,
    };
  });

  function bookingOf(
    each: RuleDraft,
    booking: NonNullable<RuleDraft['booking']>,
    path: Path,
  ): NonNullable<Rule['booking']> {
    const window = { before: booking.before, after: booking.after };
    if (booking.resource !== undefined) {
      return {
        ...window,
        resources: find('resource', resources, booking.resource, [...path, 'booking', 'resource']),
        lockOf: new Map(),
      };
    }
    const lockOf = new Map<string, string>();
    for (const resource of resources) {
      const named = locks.filter((lock) => normalized(lock.name) === normalized(resource.name));
      const [only] = named;
      if (only && named.length === 1) lockOf.set(resource.id, only.id);
      else
        warnings.push(
          `rule "${each.name}": ${named.length === 0 ? 'no lock is' : 'several locks are'} named like the resource "${resource.name}"`,
        );
    }
    return { ...window, resources: 'all', lockOf };
  }

  if (mistakes.length > 0) return { state: 'wrong', mistakes };
  const policy: Policy = {
    rules,
    cancellationDate: draft.cancellation_date,
    neverTouch: new Set(draft.never_touch),
    blocked: new Set(draft.blocked),
    brake: { members: draft.brake.members ?? null, percent: draft.brake.percent, atMost: draft.brake.at_most },
  };
  return { state: 'resolved', policy, names, warnings };
}

const normalized = (text: string) => text.trim().toLowerCase();

function missingSides(draft: PolicyDraft, catalog: Catalog): ('plans' | 'resources' | 'locks')[] {
  const namesPlans = draft.rules.some((each) => each.plans ?? each.except);
  const namesResources = draft.rules.some((each) => each.booking);
  const namesLocks = draft.rules.some(
    (each) => each.booking?.resources ?? each.locks?.some((lock) => normalized(lock) !== 'all'),
  );
  return [
    ...(namesPlans && catalog.plans === null ? (['plans'] as const) : []),
    ...(namesResources && catalog.resources === null ? (['resources'] as const) : []),
    ...(namesLocks && catalog.locks === null ? (['locks'] as const) : []),
  ];
}
