// The plan of changes, or what was done of it, for people: one member after another, then what is held, problems, a sum.

import { counted, heldReason } from '../lib/wording.ts';
import type { Change, HeldLine, SyncAnswer } from '../operator/plan-answers.ts';
import { item as listed, paragraph, type Sign } from './look.ts';
import { painter, type Terminal } from './terminal.ts';
import { memberLabel } from './wording.ts';

type Terms = { terminal: Pick<Terminal, 'width' | 'colours'>; tense: 'would' | 'done' };

const GIVES = ['register', 'adopt', 'grant', 'link'];
const CHANGES = ['move', 'update'];

/** What each action is called in the sum. */
const SUMS: readonly (readonly [action: string, one: string, many: string])[] = [
  ['register', 'lock user registered', 'lock users registered'],
  ['adopt', 'lock user adopted', 'lock users adopted'],
  ['update', 'lock user updated', 'lock users updated'],
  ['grant', 'access given', 'accesses given'],
  ['move', 'access moved', 'accesses moved'],
  ['remove', 'access taken away', 'accesses taken away'],
  ['clear', 'expired grant cleared', 'expired grants cleared'],
  ['link', 'check-in token linked', 'check-in tokens linked'],
  ['unlink', 'check-in token removed', 'check-in tokens removed'],
  ['delete', 'lock user deleted', 'lock users deleted'],
];

export function planText(answer: SyncAnswer, { terminal, tense }: Terms): string {
  const paint = painter(terminal);
  const title = (words: string) => `${paint('bold', words)}\n`;
  const item = (sign: Sign, sentence: string, colour = sign === 'note' ? ('red' as const) : undefined) =>
    listed(sign, sentence, { terminal, indent: 4, ...(colour ? { colour } : {}) });
  const blocks: string[] = [];

  if (answer.changes.length > 0) {
    const lines = [title(tense === 'would' ? 'What has to change:' : 'Done:')];
    for (const [member, changes] of byMember(answer.changes)) {
      lines.push(`  ${member}\n`, ...changes.map(({ action, sentence }) => item(...signOf(action, sentence))));
    }
    blocks.push(lines.join(''));
  }
  if (answer.held.length > 0) {
    const lines = [title('Held for a person to decide, and left as it is:')];
    for (const [member, losses] of byMember(answer.held)) {
      lines.push(`  ${member}\n`, ...losses.map((loss) => item('look', heldSentence(loss))));
    }
    blocks.push(lines.join(''));
  }
  if (answer.problems.length > 0) {
    const lines = answer.problems.map((each) => item('look', `${memberLabel(each)}: ${each.sentence}`));
    blocks.push([title('Problems:'), ...lines].join(''));
  }
  if (answer.unread.length > 0) {
    const lines = answer.unread.map((sentence) => item('look', sentence, 'red'));
    blocks.push([title('Could not be read, so whoever depends on it is left as they are:'), ...lines].join(''));
  }
  return [...blocks, paragraph(sum(answer, tense), terminal)].join('\n');
}

const heldSentence = ({ lock, lockId, ...line }: HeldLine) =>
  `would no longer open ${lock ?? lockId}: ${heldReason(line)}`;

function signOf(action: string, sentence: string): [sign: Sign, sentence: string] {
  if (GIVES.includes(action)) return ['gives', sentence];
  if (CHANGES.includes(action)) return ['moves', sentence];
  return ['note', sentence];
}

function byMember<T extends Pick<Change, 'member' | 'membershipId'>>(lines: readonly T[]): [string, T[]][] {
  const groups = Map.groupBy(lines, memberLabel);
  return [...groups].toSorted(([one], [other]) => one.localeCompare(other));
}

function sum({ changes, held, problems, memberships, unfinished }: SyncAnswer, tense: Terms['tense']): string {
  const parts = SUMS.flatMap(([action, one, many]) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [counted(count, one, many)];
  });
  const persons = new Set(held.map(({ lockUserId }) => lockUserId)).size;
  const rest = [
    ...(held.length > 0 ? [`${counted(held.length, 'loss', 'losses')} of ${counted(persons, 'person')} held`] : []),
    ...(unfinished > 0 ? [`${counted(unfinished, 'person')} not finished, tried again`] : []),
    ...(problems.length > 0 ? [counted(problems.length, 'problem')] : []),
  ];
  const what = parts.length === 0 ? `nothing to change for ${counted(memberships, 'membership')}` : parts.join(', ');
  const head = tense === 'would' ? 'Sum' : 'Done';
  return `${head}: ${[what, ...rest].join('; ')}.${tense === 'would' ? ' Nothing was changed yet.' : ''}`;
}
