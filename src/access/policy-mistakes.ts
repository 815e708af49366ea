// What is wrong with an access.yaml, in an operator's words and at its place in the text. Neither zod's English nor the
// YAML parser's advice to programmers gets through here.
import { closest } from 'fastest-levenshtein';
import { type Document, isAlias, isMap, isNode, visit, type YAMLParseError } from 'yaml';
import type { z } from 'zod';

export type Mistake = { line: number; column: number; message: string };
export type Path = readonly (string | number)[];
type Place = { line: number; column: number };
type PlaceOf = (offset: number) => Place;

/** Where the thing at the path begins; of something that is missing, where what should hold it begins. */
export function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

export function ofYaml(error: YAMLParseError, at: PlaceOf): Mistake {
  const message =
    error.code === 'TAB_AS_INDENT'
      ? 'a tab is no indentation in YAML, use spaces'
      : error.code === 'DUPLICATE_KEY'
        ? 'this key is here twice'
        : error.code === 'MULTIPLE_DOCS'
          ? 'only one document can be read, take out the line "---"'
          : `not valid YAML: ${error.message}`;
  return { ...at(error.pos[0]), message };
}

/** `*name` without a `&name` before it, which the parser itself takes for an exception. */
export function danglingAliases(document: Document, at: PlaceOf): Mistake[] {
  const mistakes: Mistake[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        mistakes.push({
          ...at(node.range?.[0] ?? 0),
          message: `there is no &${node.source} before this *${node.source}`,
        });
      }
    },
  });
  return mistakes;
}

export function ofIssue(issue: z.core.$ZodIssue, document: Document, at: PlaceOf): Mistake[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const where = path.length === 0 ? '' : `${nameOf(path)}: `;
  if (issue.code !== 'unrecognized_keys')
    return [{ ...at(offsetOf(document, path)), message: `${where}${issue.message}` }];
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  return issue.keys.map((key) => {
    const pair = isMap(parent) ? parent.items.find((each) => String(each.key) === key) : undefined;
    const offset = isNode(pair?.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path);
    return { ...at(offset), message: `${where}unknown key "${key}"${didYouMean(key, knownKeys(path))}` };
  });
}

/** For zod: what it says where the schema itself has no words. */
export function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    const wanted =
      issue.expected === 'array'
        ? 'a list, such as [one, two]'
        : issue.expected === 'object'
          ? 'a map of keys and values'
          : 'text';
    return issue.input === '' ? `is empty; write ${wanted}, or leave it out` : `must be ${wanted}`;
  }
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
  if (issue.code === 'too_small' && issue.origin === 'array')
    return 'must not be an empty list; leave the key out instead';
  return undefined;
}

export const inOrder = (mistakes: readonly Mistake[]): Mistake[] =>
  mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);

/** "rule 1, hours 2, from" of rules[0].hours[1].from. */
const nameOf = (path: Path) =>
  path
    .map((part) => (typeof part === 'number' ? ` ${part + 1}` : `, ${part}`))
    .join('')
    .slice(2)
    .replace(/^rules (?=\d)/, 'rule ');

function knownKeys(path: Path): string[] {
  const last = path.findLast((part) => typeof part === 'string');
  if (path.length === 0) return ['version', 'rules', 'cancellation_date', 'never_touch', 'blocked', 'brake'];
  if (last === 'brake') return ['members', 'percent', 'at_most'];
  if (last === 'booking') return ['resource', 'resources', 'before', 'after'];
  if (last === 'hours') return ['days', 'from', 'to'];
  return ['name', 'locks', 'members', 'plans', 'except', 'passes', 'hours', 'booking'];
}

/** The nearest of the valid names, whatever its capitals. */
export function didYouMean(word: string, known: readonly string[]): string {
  const lower = known.map((each) => each.trim().toLowerCase());
  const nearest = known[lower.indexOf(closest(word.trim().toLowerCase(), lower))];
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
