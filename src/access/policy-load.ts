// access.yaml as text -> a policy with ids. A mistake names line, column, what is wrong and the nearest valid name.
// Reading the file and asking the two other sides for their names is somebody else's work.
import { LineCounter, parseDocument } from 'yaml';
import type { Lock, PlanOnOffer, Resource } from './model.ts';
import { type Policy, type PolicyDraft, policySchema, type Rule, type RuleDraft } from './policy.ts';
import {
  danglingAliases,
  didYouMean,
  inOrder,
  type Mistake,
  offsetOf,
  ofIssue,
  ofYaml,
  type Path,
  wordsOf,
} from './policy-mistakes.ts';

export type { Mistake };
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
  try {
    return parse(text);
  } catch (error) {
    // The stack has an end, and the parser goes down a level for each bracket.
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, mistakes: [{ line: 1, column: 1, message: 'is nested too deeply to be read' }] };
  }
}

function parse(text: string): ParsedPolicy {
  const lines = new LineCounter();
  // Every scalar stays text: an id such as 12e4 must not turn into a number.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = [...document.errors.map((error) => ofYaml(error, at)), ...danglingAliases(document, at)];
  if (broken.length > 0) return { ok: false, mistakes: inOrder(broken) };
  if (document.contents === null) return { ok: false, mistakes: [{ ...at(0), message: 'the file is empty' }] };
  const positions: Positions = (path) => at(offsetOf(document, path));
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch {
    // A few lines of aliases of aliases can stand for more than fits into memory.
    return { ok: false, mistakes: [{ ...at(0), message: 'has too many aliases (*name) of aliases' }] };
  }
  const read = policySchema.safeParse(content, { error: wordsOf });
  if (read.success) return { ok: true, draft: read.data, positions };
  return { ok: false, mistakes: inOrder(read.error.issues.flatMap((issue) => ofIssue(issue, document, at))) };
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

  if (mistakes.length > 0) return { state: 'wrong', mistakes: inOrder(mistakes) };
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
