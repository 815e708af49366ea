// One door: who may open it at a moment and why, its day, who opened it.
import { counted } from '../../lib/wording.ts';
import type { Answers } from '../../operator/answers.ts';
import { type Html, html, nothing } from '../html.ts';
import { momentFields, momentIn, momentWords } from '../moment-form.ts';
import { idOf, type Page, type Show, typed } from '../page.ts';
import { pager, partOf } from '../paging.ts';
import { badge, empty, field, notice, personLink, table } from '../pieces.ts';
import { timeline } from '../timeline.ts';
import { sentence, when } from '../words.ts';

type Line = Answers['who']['people'][number];
const A_PAGE = 40;
const MOST_BARS = 25;
const THROUGH: Record<Line['through'], string> = {
  rules: 'The rules',
  others: 'A grant of others',
  'left over': 'Left over',
};

export const showDoor: Show = async ({ operator, page, query, param }) => {
  const id = param('id');
  const asked = momentIn(query);
  const find = typed(query, 'find');
  const who = await operator.who({ lock: id, at: asked, quick: query.get('compare') === null });
  const { openings } = await operator.openings({ member: null, lock: id, limit: 20 });
  const at = asked === null ? null : who.at;
  const day = await operator.day({
    date: Temporal.Instant.from(who.at).toZonedDateTimeISO(who.zone).toPlainDate().toString(),
  });
  const lock = day.locks.find((each) => each.lockId === who.lockId);
  const people = who.people.filter(({ name }) => find === null || name.toLowerCase().includes(find.toLowerCase()));
  const part = partOf(people, query, A_PAGE);
  const path = `doors/${idOf(id)}`;
  const body = html`<div class="head"><h1>${who.lock}</h1><p class="quiet">${summary(who)}</p></div>
<form class="filters" method="get" action="${page.to(path)}" data-swap="answer" role="search">${field('find', 'Find', find, { type: 'search', hint: 'Name' })}${momentFields(at, page)}<button>Show</button></form>
<section id="answer" aria-labelledby="who"><h2 id="who">Who may open it</h2>${momentWords(at, who.note, page)}
${lockSystemWords(who, page.to(path, compared(query)))}${
  part.items.length === 0
    ? empty(find === null ? 'Nobody' : 'Nobody of that name', 'No rule gives this door to anybody at that moment.')
    : html`${peopleTable(part.items, page)}${pager(part, { page, path, query, one: 'person', many: 'people' })}`
}</section>
${lock ? html`<section class="card"><h2>The day</h2>${timeline(lock, day, page, MOST_BARS)}</section>` : ''}
<section class="card" aria-labelledby="opened"><h2 id="opened">Who opened it</h2>${openedPart(openings, page)}</section>`;
  return { title: who.lock, body };
};

function compared(query: URLSearchParams): Record<string, string> {
  return { ...Object.fromEntries(query), compare: 'yes' };
}

function lockSystemWords({ lockSystemRead, lockSystemSkipped }: Answers['who'], address: string): Html {
  if (lockSystemSkipped)
    return html`<p class="quiet">By the rules alone: with so many people the lock system takes a while to read. <a href="${address}">Compare with it now</a></p>`;
  return lockSystemRead ? nothing : notice('look', 'The lock system does not answer, so only the rules are told.');
}

function summary({ people }: Answers['who']): string {
  const byRules = people.filter(({ through }) => through === 'rules').length;
  const wrong = people.filter((each) => each.wrong).length;
  const besides = people.length - byRules;
  return [
    `${counted(byRules, 'person', 'people')} by the rules`,
    ...(besides > 0 ? [`${besides} besides`] : []),
    ...(wrong > 0 ? [`rules and lock system differ for ${wrong}`] : []),
  ].join(', ');
}

function peopleTable(people: readonly Line[], page: Page): Html {
  const rows = people.map((each) => [
    each.membershipId === null ? each.name : personLink({ membershipId: each.membershipId, member: each.name }, page),
    html`${THROUGH[each.through]}${each.wrong ? html` ${badge('look', 'Differs')}` : ''}`,
    sentence(each.because, page),
    each.opens === null ? 'Not known' : each.opens ? 'Opens' : 'Is shut',
  ]);
  return table('Who may open it', ['Person', 'Through', 'Why', 'Lock system'], rows);
}

function openedPart(openings: Answers['openings']['openings'], page: Page): Html {
  if (openings.length === 0) return empty('Nobody yet', 'Openings that the lock system tells of stand here.');
  const rows = openings.map((each) => [
    when(each.at, page),
    each.membershipId === null ? html`<span class="quiet">lock user ${each.lockUserId}</span>` : personLink(each, page),
    each.outcome === null ? 'not judged yet' : sentence(each.outcome),
    each.note ?? '',
  ]);
  return table('Who opened it', ['When', 'Who', 'What followed', 'Note'], rows);
}
