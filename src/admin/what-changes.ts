// A plan of changes for people: first the effect on each door, then person by person, then what would be held or is not known.
import { counted, heldReason } from '../lib/wording.ts';
import type { Change, DoorEffect, PolicyChanges } from '../operator/plan-answers.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { badge, empty, notice, personLink, sentences, type Tone } from './pieces.ts';
import { sentence } from './words.ts';

const MOST_PEOPLE = 60;
const MOST_NAMES = 12;
const GIVES = ['register', 'adopt', 'grant', 'link'];
const MOVES = ['move', 'update', 'clear'];

const EFFECTS: Readonly<Record<DoorEffect['effect'], readonly [Tone, string]>> = {
  gains: ['good', 'Gain'],
  loses: ['bad', 'Lose'],
  moves: ['look', 'Other times'],
  held: ['look', 'Held'],
};

export function changesPart(answer: PolicyChanges, page: Page): Html {
  const { changes, held, heldAlready: known, unread, problems, memberships } = answer;
  const people = [...Map.groupBy(changes, ({ membershipId }) => membershipId)];
  const rest = people.length - MOST_PEOPLE;
  return html`${changes.length + held.length === 0 ? empty('Nothing would change', `Of ${counted(memberships, 'membership')} each has exactly what it would have.`) : effects(answer)}
${unread.length === 0 ? '' : notice('bad', html`<p>Could not be read, so whoever depends on it is left as they are:</p>${sentences(unread)}`)}
${held.length === 0 ? '' : notice('look', html`<p><strong>Would be held</strong> for your decision:</p>${sentences(held.map((line) => `${line.member ?? line.membershipId} at ${line.lock ?? line.lockId}: ${heldReason(line)}`).slice(0, MOST_PEOPLE))}`)}
${known === 0 ? '' : html`<p class="quiet">${counted(known, 'loss is', 'losses are')} held already, with or without this text: <a href="${page.to('holds')}">holds</a>.</p>`}
${people.length === 0 ? '' : html`<h3 class="later">Person by person</h3><ul class="rows">${people.slice(0, MOST_PEOPLE).map(([, own]) => personChanges(own, page))}</ul>${rest > 0 ? html`<p class="quiet">And ${rest} more.</p>` : ''}`}
${problems.length === 0 ? '' : html`<details><summary>${counted(problems.length, 'problem')} that would be there with it</summary>${sentences(problems.map(({ member, sentence: words }) => `${member ?? 'the space'}: ${words}`))}</details>`}`;
}

/** "Gain  Studio: 2 people, Nora, Paul". */
function effects({ changes, doors }: PolicyChanges): Html {
  const others = changes.filter(({ action }) => !['grant', 'remove', 'move'].includes(action)).length;
  return html`<ul class="changes">${doors.map(({ effect, lock, members }) => html`<li>${badge(...EFFECTS[effect])}<span>${lock}: ${named(members)}</span></li>`)}${
    others === 0
      ? ''
      : html`<li>${badge('calm', 'Besides')}<span>${counted(others, 'change')} of lock users and check-in tokens</span></li>`
  }</ul>`;
}

function named(members: readonly string[]): string {
  const more = members.length - MOST_NAMES;
  const list = members.slice(0, MOST_NAMES).join(', ');
  return `${counted(members.length, 'person', 'people')}, ${list}${more > 0 ? ` and ${more} more` : ''}`;
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
