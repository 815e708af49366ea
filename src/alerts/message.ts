// News in words: one message for all that is told at a moment. Few of a kind get a line each, many of them one line.
import type { Instant } from '../access/model.ts';
import { counted } from '../lib/wording.ts';
import type { News } from './advance.ts';
import { KINDS, type Kind } from './alert.ts';

/** More than so many of one kind are told in one line. */
const MOST_LINES = 3;
const MOST_NAMES = 10;
const LONGEST_LINE = 400;

export type Message = { title: string; text: string };

export function compose(
  news: readonly News[],
  { space, page, show }: { space: string; page: string | null; show: (at: Instant) => string },
): Message {
  const lines = [...Map.groupBy(news, ({ what, alert }) => `${what} ${alert.kind}`).values()].flatMap((group) =>
    linesOf(group, show),
  );
  const [first = ''] = lines;
  const more = lines.length > 1 ? ` (and ${counted(lines.length - 1, 'thing')} more)` : '';
  const title = `${cut(first, 120)}${more}`;
  const below = page === null ? [] : ['', page];
  return { title: `[${space}] ${title}`, text: [...lines, ...below].join('\n') };
}

function linesOf(group: readonly News[], show: (at: Instant) => string): string[] {
  const [first] = group;
  if (!first || group.length <= MOST_LINES) return group.map((each) => lineOf(each, show));
  const { what, alert } = first;
  const names = group.flatMap(({ alert: { who } }) => (who === null ? [] : [who]));
  const rest = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const since = Math.min(...group.map((each) => each.alert.since));
  const listed = names.length === 0 ? '' : `: ${names.slice(0, MOST_NAMES).join(', ')}${rest}`;
  return [`${BEGINNINGS[what]}${group.length} ${many(alert.kind)}${listed} (since ${show(since)}).`];
}

const many = (kind: Kind) => KINDS[kind].many;
const BEGINNINGS = { new: '', still: 'Still so: ', over: 'Over: ', past: 'Was so, and is over: ' } as const;

function lineOf({ what, alert }: News, show: (at: Instant) => string): string {
  const { kind, since, goneSince } = alert;
  const sentence = cut(alert.sentence, LONGEST_LINE);
  // What happened at a moment lasted no time.
  if (!KINDS[kind].recovers) return `${sentence} (${show(since)}).`;
  const span = goneSince === null ? `since ${show(since)}` : `${show(since)} to ${show(goneSince)}`;
  return `${BEGINNINGS[what]}${sentence} (${span}).`;
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 3).join('')}...`;
}
