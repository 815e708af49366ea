// The audit trail: what was done, for whom, where, why and on whose account; on the page and as a file for a table.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Inputs } from '../../operator/answers.ts';
import { csvLines } from '../csv.ts';
import { html } from '../html.ts';
import { type Show, type Shown, typed, type Visit } from '../page.ts';
import { type Choice, empty, field, lockLink, personLink, select, table } from '../pieces.ts';
import { sentence, when } from '../words.ts';

const A_PAGE = 60;
const MOST = 100_000;
const SINCE: readonly Choice[] = [
  ['24h', 'Last day'],
  ['7d', 'Last week'],
  ['30d', 'Last month'],
  ['', 'All that is kept'],
];

function askedIn(query: URLSearchParams): Omit<Inputs['audit'], 'limit'> {
  const since = query.get('since') ?? '7d';
  return { since: since === '' ? null : since, member: typed(query, 'member'), lock: typed(query, 'lock') };
}

export const showAudit: Show = async ({ operator, page, query }) => {
  const asked = askedIn(query);
  const number = Math.max(1, Math.min(MOST / A_PAGE, Math.trunc(Number(query.get('page') ?? '1')) || 1));
  const { entries } = await operator.audit({ ...asked, limit: number * A_PAGE + 1 });
  const newest = entries.toReversed();
  const shown = newest.slice((number - 1) * A_PAGE, number * A_PAGE);
  const filter = { since: asked.since ?? '', member: asked.member, lock: asked.lock };
  const link = (to: number, words: string) =>
    html`<a class="button" href="${page.to('audit', { ...filter, page: to })}">${words}</a>`;
  const rows = shown.map((entry) => [
    when(entry.at, page),
    personLink(entry, page),
    sentence(entry.sentence, page),
    lockLink(entry, page),
    entry.cause,
  ]);
  const body = html`<div class="head"><h1>Audit</h1><a class="button" href="${page.to('audit.csv', filter)}" download>Download as CSV</a></div>
<form class="filters" method="get" action="${page.to('audit')}" role="search">${select('since', 'Since', SINCE, asked.since ?? '')}${field('member', 'Member', asked.member, { hint: 'Email or membership' })}${field('lock', 'Door', asked.lock, { hint: 'Name' })}<button>Show</button></form>
${
  rows.length === 0
    ? empty('Nothing was done then', 'Every change of access, refusal and decision stands here, with its reason.')
    : html`${table('What was done', ['When', 'Who', 'What and why', 'Door', 'Cause'], rows)}<nav class="pager" aria-label="Pages of the list"><p>Newest first</p><div>${number > 1 ? link(number - 1, 'Newer') : ''}${newest.length > number * A_PAGE ? link(number + 1, 'Older') : ''}</div></nav>`
}`;
  return { title: 'Audit', body, wide: true };
};

export async function sendAudit(
  { operator, query, page }: Visit,
  response: ServerResponse,
): Promise<Shown | undefined> {
  const { entries } = await operator.audit({ ...askedIn(query), limit: MOST });
  response.setHeader('Content-Type', 'text/csv; charset=utf-8');
  response.setHeader('Content-Disposition', 'attachment; filename="audit.csv"');
  // Who gives up on a download is no failure of ours.
  await pipeline(Readable.from(csvLines(entries, page.zone)), response).catch(() => undefined);
  return undefined;
}
