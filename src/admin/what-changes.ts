// A plan of changes for people: first the effect on each door, then person by person, then what would be held or is not known.
import { counted, heldReason } from '../lib/wording.ts';
import type { Change, HeldLine, SyncAnswer } from '../operator/answers.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { badge, empty, notice, personLink, sentences, type Tone } from './pieces.ts';
import { sentence } from './words.ts';

const MOST_PEOPLE = 60;
const MOST_NAMES = 12;
const GIVES = ['register', 'adopt', 'grant', 'link'];
const MOVES = ['move', 'update', 'clear'];

/** `waiting`: what is held already, with or without this text. */
export function changesPart(found: SyncAnswer, waiting: readonly HeldLine[], page: Page): Html {
  const isNew = (line: HeldLine) =>
    !waiting.some(({ lockUserId, lockId }) => lockUserId === line.lockUserId && lockId === line.lockId);
  const answer = { ...found, held: found.held.filter(isNew) };
  const { changes, held, unread, problems, memberships } = answer;
  const known = found.held.length - held.length;
  const people = [...Map.groupBy(changes, ({ membershipId }) => membershipId)];
  const rest = people.length - MOST_PEOPLE;
  return html`${changes.length + held.length === 0 ? empty('Nothing would change', `Of ${counted(memberships, 'membership')} each has exactly what it would have.`) : effects(answer)}
${unread.length === 0 ? '' : notice('bad', html`<p>Could not be read, so whoever depends on it is left as they are:</p>${sentences(unread)}`)}
${held.length === 0 ? '' : notice('look', html`<p><strong>Would be held</strong> for your decision:</p>${sentences(held.map((line) => `${line.member ?? line.membershipId} at ${line.lock ?? line.lockId}: ${heldReason(line)}`).slice(0, MOST_PEOPLE))}`)}
${known === 0 ? '' : html`<p class="quiet">${counted(known, 'loss is', 'losses are')} held already, with or without this text: <a href="${page.to('holds')}">holds</a>.</p>`}
${people.length === 0 ? '' : html`<h3 class="later">Person by person</h3><ul class="rows">${people.slice(0, MOST_PEOPLE).map(([, own]) => personChanges(own, page))}</ul>${rest > 0 ? html`<p class="quiet">And ${rest} more.</p>` : ''}`}
${problems.length === 0 ? '' : html`<details><summary>${counted(problems.length, 'problem')} that would be there with it</summary>${sentences(problems.map(({ member, sentence: words }) => `${member ?? 'the space'}: ${words}`))}</details>`}`;
}

/** "Studio: 2 people gain it: Nora, Paul". */
function effects({ changes, held }: SyncAnswer): Html {
  const lines: (readonly [Tone, string, string])[] = [];
  const byLock = (of: readonly Change[]) => [...Map.groupBy(of, ({ lock, lockId }) => lock ?? lockId ?? '')];
  for (const [lock, given] of byLock(changes.filter(({ action }) => action === 'grant')))
    lines.push(['good', 'Gain', `${lock}: ${named(given)}`]);
  for (const [lock, taken] of byLock(changes.filter(({ action }) => action === 'remove')))
    lines.push(['bad', 'Lose', `${lock}: ${named(taken)}`]);
  for (const [lock, moved] of byLock(changes.filter(({ action }) => action === 'move')))
    lines.push(['look', 'Other times', `${lock}: ${named(moved)}`]);
  const heldLocks = [...Map.groupBy(held, ({ lock, lockId }) => lock ?? lockId)];
  for (const [lock, of] of heldLocks) lines.push(['look', 'Held', `${lock}: ${named(of)}`]);
  const others = changes.filter(({ action }) => !['grant', 'remove', 'move'].includes(action)).length;
  return html`<ul class="changes">${lines.map(([tone, what, words]) => html`<li>${badge(tone, what)}<span>${words}</span></li>`)}${
    others === 0
      ? ''
      : html`<li>${badge('calm', 'Besides')}<span>${counted(others, 'change')} of lock users and check-in tokens</span></li>`
  }</ul>`;
}

function named(of: readonly { membershipId: string; member: string | null }[]): string {
  const names = [...new Set(of.map(({ member, membershipId }) => member ?? membershipId))].toSorted();
  const more = names.length - MOST_NAMES;
  const list = names.slice(0, MOST_NAMES).join(', ');
  return `${counted(names.length, 'person', 'people')}, ${list}${more > 0 ? ` and ${more} more` : ''}`;
}

function personChanges(own: readonly Change[], page: Page): Html {
  const [first] = own;
  const sign = ({ action }: Change) =>
    GIVES.includes(action)
      ? badge('good', 'Gets')
      : MOVES.includes(action)
        ? badge('look', 'Changes')
        : badge('bad', 'Loses');
  return html`<li><div><span class="who">${first ? personLink(first, page) : ''}</span><ul class="changes">${own.map((change) => html`<li>${sign(change)}<span>${sentence(change.sentence, page)}</span></li>`)}</ul></div></li>`;
}
