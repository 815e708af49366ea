// Long lists in pages, so that none gets heavy.
import { counted } from '../lib/wording.ts';
import { type Html, html } from './html.ts';
import type { Page, Query } from './page.ts';

export type Part<T> = { items: readonly T[]; number: number; pages: number; all: number; first: number };

export function partOf<T>(list: readonly T[], query: URLSearchParams, size: number): Part<T> {
  const pages = Math.max(1, Math.ceil(list.length / size));
  const asked = Number(query.get('page') ?? '1');
  const number = Number.isInteger(asked) ? Math.min(Math.max(1, asked), pages) : 1;
  const from = (number - 1) * size;
  return { items: list.slice(from, from + size), number, pages, all: list.length, first: from + 1 };
}

/** "41 to 80 of 312 members", with the ways to the others. */
export function pager(
  { number, pages, all, first, items }: Part<unknown>,
  { page, path, query, one, many }: { page: Page; path: string; query: URLSearchParams; one: string; many?: string },
): Html {
  const rest: Query = Object.fromEntries([...query].filter(([name]) => name !== 'page'));
  const link = (to: number, words: string) =>
    html`<a class="button" href="${page.to(path, { ...rest, page: to })}">${words}</a>`;
  const words =
    pages === 1 ? counted(all, one, many) : `${first} to ${first + items.length - 1} of ${counted(all, one, many)}`;
  return html`<nav class="pager" aria-label="Pages of the list"><p role="status">${words}</p>${
    pages === 1
      ? ''
      : html`<div>${number > 1 ? link(number - 1, 'Before') : ''}${number < pages ? link(number + 1, 'Next') : ''}</div>`
  }</nav>`;
}
