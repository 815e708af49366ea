// The doors over a day: when each opens, by which rule, and who has booked.
import { html } from '../html.ts';
import { idOf, type Show, typed } from '../page.ts';
import { pager, partOf } from '../paging.ts';
import { empty } from '../pieces.ts';
import { legend, timeline } from '../timeline.ts';
import { dayOf } from '../words.ts';

const A_PAGE = 12;
/** Of all doors of a page together. */
const MOST_BARS = 72;

export const showDoors: Show = async ({ operator, page, query }) => {
  const day = await operator.day({ date: typed(query, 'date') });
  const date = Temporal.PlainDate.from(day.date);
  const part = partOf(day.locks, query, A_PAGE);
  const most = Math.max(6, Math.floor(MOST_BARS / Math.max(1, part.items.length)));
  const to = (days: number, words: string) =>
    html`<a class="button" href="${page.to('doors', { date: date.add({ days }).toString() })}">${words}</a>`;
  const body = html`<div class="head"><h1>Doors on ${dayOf(date)}</h1><div class="buttons">${to(-1, 'Day before')}<a class="button" href="${page.to('doors')}">Today</a>${to(1, 'Day after')}</div></div>
<form class="filters" method="get" action="${page.to('doors')}"><label class="field"><span>Another day</span><input type="date" name="date" value="${day.date}"></label><button>Show</button></form>
${legend()}${
  part.all === 0
    ? empty(
        'No doors yet',
        'The lock system has not told of any lock: make them there, or look which of them its token may see.',
      )
    : html`${part.items.map(
        (lock) =>
          html`<section class="card"><h2><a href="${page.to(`doors/${idOf(lock.lockId)}`)}">${lock.lock}</a></h2>${timeline(lock, day, page, most)}</section>`,
      )}${pager(part, { page, path: 'doors', query, one: 'door' })}`
}`;
  return { title: `Doors on ${dayOf(date)}`, body };
};
