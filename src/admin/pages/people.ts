// Everybody at every door at one moment: who may open what now, later or not, until when.
import type { Answers } from '../../operator/answers.ts';
import { type Html, html } from '../html.ts';
import { momentFields, momentIn, momentWords } from '../moment-form.ts';
import { idOf, type Page, type Show, typed } from '../page.ts';
import { pager, partOf } from '../paging.ts';
import { badge, type Choice, type DoorState, doorState, empty, field, select, stateOf } from '../pieces.ts';
import { whenInWords } from '../words.ts';

type People = Answers['people'];
type Person = People['people'][number];
type Cell = Person['cells'][number];

/** So many cells make a page that is still light. */
const MOST_CELLS = 220;
const MOST_ROWS = 50;
const STATES: readonly Choice[] = [
  ['', 'Anything'],
  ['open', 'Open'],
  ['later', 'Later'],
  ['closed', 'Closed'],
  ['held', 'Held or kept'],
  ['problem', 'With a problem'],
];
const STANDINGS: Record<Person['standing'], string> = {
  current: 'Member',
  coming: 'Coming',
  pending: 'Not confirmed',
  ended: 'Ended',
  unknown: 'Not known',
};

export const showPeople: Show = async ({ operator, page, query }) => {
  const asked = momentIn(query);
  const answer = await operator.people({ at: asked });
  const at = asked === null ? null : answer.at;
  const door = typed(query, 'door');
  const state = typed(query, 'state') ?? '';
  const find = typed(query, 'find');
  const former = typed(query, 'who') === 'all';
  const locks = door === null ? answer.locks : answer.locks.filter(({ lockId }) => lockId === door);
  const found = answer.people.filter(
    (person) =>
      (former || person.standing !== 'ended' || find !== null) && isFound(person, find) && isIn(person, state, door),
  );
  const size = Math.max(6, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / Math.max(1, locks.length))));
  const part = partOf(found, query, size);
  const doors: Choice[] = [['', 'All doors'], ...answer.locks.map(({ lockId, lock }) => [lockId, lock] as const)];
  const body = html`<div class="head"><h1>People and doors</h1><p class="quiet">As of the last good read of each; the lock system is not asked here.</p></div>
<form class="filters card" method="get" action="${page.to('people')}" data-swap="list" role="search">
${field('find', 'Find', find, { type: 'search', hint: 'Name, email, plan or id' })}
${select('door', 'Door', doors, door ?? '')}${select('state', 'Which is', STATES, state)}
${select(
  'who',
  'Who',
  [
    ['', 'Members'],
    ['all', 'Also former ones'],
  ],
  former ? 'all' : '',
)}
${momentFields(at, page)}<button class="main">Show</button></form>
<div id="list">${momentWords(at, answer.note, page)}${
    part.items.length === 0
      ? nobody(answer, page)
      : html`${matrix(part.items, locks, page, at)}${pager(part, { page, path: 'people', query, one: 'person', many: 'people' })}`
  }</div>`;
  return { title: 'People and doors', body, wide: true };
};

function nobody({ people }: People, page: Page): Html {
  if (people.length > 0) return empty('Nobody is like that', html`<a href="${page.to('people')}">Show all members</a>`);
  return empty(
    'Nobody is known yet',
    html`The first sweep reads the members from Cobot. <a href="${page.to('')}">Today</a> says how far it is.`,
  );
}

function isFound({ name, email, plan, membershipIds }: Person, find: string | null): boolean {
  if (find === null) return true;
  const wanted = find.toLowerCase();
  return [name, email ?? '', plan, ...membershipIds].some((each) => each.toLowerCase().includes(wanted));
}

function isIn({ cells, problems }: Person, state: string, door: string | null): boolean {
  if (state === 'problem') return problems.length > 0;
  const here = door === null ? cells : cells.filter(({ lockId }) => lockId === door);
  if (state === 'held') return here.some(({ waiting }) => waiting !== null);
  return state === '' || here.some((cell) => stateOf(cell) === state);
}

function matrix(people: readonly Person[], locks: People['locks'], page: Page, at: string | null): Html {
  const heads = locks.map(
    ({ lockId, lock }) =>
      html`<th scope="col" role="columnheader"><a href="${page.to(`doors/${idOf(lockId)}`, { at })}">${lock}</a></th>`,
  );
  return html`<table role="table" class="matrix"><caption class="unseen">Who may open which door</caption><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Person</th>${heads}</tr></thead><tbody role="rowgroup">${people.map(
    (person) =>
      html`<tr role="row"><th scope="row" role="rowheader">${personCell(person, page, at)}</th>${locks.map(
        ({ lockId, lock }) =>
          cellOf(
            person.cells.find((cell) => cell.lockId === lockId),
            lock,
            page,
          ),
      )}</tr>`,
  )}</tbody></table>`;
}

function personCell({ name, membershipIds, plan, standing, problems }: Person, page: Page, at: string | null): Html {
  const [id = ''] = membershipIds;
  return html`<a href="${page.to(`people/${idOf(id)}`, { at })}">${name.trim() || `membership ${id}`}</a><span class="quiet small">${plan || 'No plan known'}${standing === 'current' ? '' : html` ${badge('calm', STANDINGS[standing])}`}${problems.length === 0 ? '' : html` ${badge('look', 'Problem')}`}</span>`;
}

function cellOf(cell: Cell | undefined, lock: string, page: Page): Html {
  const label = html`<span class="label" aria-hidden="true">${lock}</span>`;
  if (!cell) return html`<td role="cell">${label}<span class="quiet">not known</span></td>`;
  const state = stateOf(cell);
  const time: Record<DoorState, string> = {
    open: cell.until === null ? '' : `until ${whenInWords(cell.until, page)}`,
    later: cell.opensNext === null ? '' : `from ${whenInWords(cell.opensNext, page)}`,
    closed: '',
  };
  const waits = cell.waiting === null ? '' : badge('look', cell.waiting === 'held' ? 'Held' : 'Kept');
  return html`<td role="cell">${label}<span class="value">${doorState(state)}${time[state] === '' ? '' : html` <span class="quiet small">${time[state]}</span>`}${waits}</span></td>`;
}
