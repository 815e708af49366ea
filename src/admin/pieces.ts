// What pages are put together from. A state is always a word with a sign, never a colour alone.
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { idOf, type Page } from './page.ts';
import { sentence } from './words.ts';

export type Tone = 'good' | 'look' | 'bad' | 'calm';
export type DoorState = 'open' | 'later' | 'closed';

/** A message in a box of its own. */
export function notice(tone: Exclude<Tone, 'calm'>, body: Html | string): Html {
  return html`<div class="notice ${tone}">${icons[tone]}<div>${body}</div></div>`;
}

export function badge(tone: Tone, words: string): Html {
  return html`<span class="badge ${tone}">${words}</span>`;
}

const STATES: Record<DoorState, string> = { open: 'Open', later: 'Later', closed: 'Closed' };
export const stateOf = ({ opens, opensNext }: { opens: boolean; opensNext: string | null }): DoorState =>
  opens ? 'open' : opensNext === null ? 'closed' : 'later';

export function doorState(state: DoorState, words = STATES[state]): Html {
  return html`<span class="state ${state}"><span class="sign" aria-hidden="true"></span>${words}</span>`;
}

/** Nothing there is a state like any other: it says so, and what comes next. */
export function empty(title: string, more?: Html | string): Html {
  return html`<div class="empty"><p class="empty-title">${title}</p>${more === undefined ? '' : html`<p>${more}</p>`}</div>`;
}

export type Row = readonly (Html | string | null)[];

/** The first cell of a row is its head. `labels` come back in each cell on a phone, where a row is a card. */
export function table(caption: string, labels: readonly string[], rows: readonly Row[], className = ''): Html {
  const head = labels.map((label) => html`<th scope="col" role="columnheader">${label}</th>`);
  const lines = rows.map(
    (row) =>
      html`<tr role="row">${row.map((cell, index) =>
        index === 0
          ? html`<th scope="row" role="rowheader">${cell}</th>`
          : html`<td role="cell"><span class="label" aria-hidden="true">${labels[index]}</span><span class="value">${cell ?? ''}</span></td>`,
      )}</tr>`,
  );
  return html`<table role="table" class="list ${className}"><caption class="unseen">${caption}</caption><thead role="rowgroup"><tr role="row">${head}</tr></thead><tbody role="rowgroup">${lines}</tbody></table>`;
}

type Whom = { membershipId: string | null; member: string | null };

/** Somebody by name, with the way to their page. */
export function personLink({ membershipId, member }: Whom, page: Page): Html {
  if (membershipId === null) return html`<span class="quiet">the space</span>`;
  return html`<a href="${page.to(`people/${idOf(membershipId)}`)}">${member?.trim() || `membership ${membershipId}`}</a>`;
}

export function lockLink({ lockId, lock }: { lockId: string | null; lock: string | null }, page: Page): Html | null {
  return lockId === null ? null : html`<a href="${page.to(`doors/${idOf(lockId)}`)}">${lock ?? lockId}</a>`;
}

/** A form of a deed: what it carries so that it is taken, and what is asked for. */
export function deedForm(page: Page, action: string, body: Html, className = ''): Html {
  return html`<form method="post" action="${page.to(action)}" class="${className}"><input type="hidden" name="token" value="${page.token}">${body}</form>`;
}

export function hidden(name: string, value: string | null): Html {
  return html`<input type="hidden" name="${name}" value="${value ?? ''}">`;
}

export function sentences(list: readonly string[], className = ''): Html {
  return html`<ul class="sentences ${className}">${list.map((each) => html`<li>${sentence(each)}</li>`)}</ul>`;
}

export type Choice = readonly [value: string, words: string];

export function select(name: string, label: string, choices: readonly Choice[], chosen: string): Html {
  return html`<label class="field"><span>${label}</span><select name="${name}">${choices.map(([value, words]) =>
    value === chosen
      ? html`<option value="${value}" selected>${words}</option>`
      : html`<option value="${value}">${words}</option>`,
  )}</select></label>`;
}

export function field(
  name: string,
  label: string,
  value: string | null,
  { type = 'text', hint = '' }: { type?: string; hint?: string } = {},
): Html {
  return html`<label class="field"><span>${label}</span><input type="${type}" name="${name}" value="${value ?? ''}" placeholder="${hint}" autocomplete="off"></label>`;
}
