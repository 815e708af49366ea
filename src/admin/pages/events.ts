// What came in and what became of it; work that was given up, with the reason, to be tried again.
import { counted } from '../../lib/wording.ts';
import type { Answers } from '../../operator/answers.ts';
import { type Html, html, nothing } from '../html.ts';
import { type Deed, type Page, type Show, typed } from '../page.ts';
import { badge, deedForm, empty, field, hidden, personLink, select } from '../pieces.ts';
import { ago, sentence, when } from '../words.ts';

type Job = Answers['jobs']['jobs'][number];
type Delivery = Answers['deliveries']['deliveries'][number];
const A_PAGE = 40;
const MOST_READ = 1000;
const MOST_JOBS = 25;
const STATES = [
  ['', 'All'],
  ['dead', 'Given up'],
  ['waiting', 'Waiting'],
  ['not understood', 'Not understood'],
] as const;

export const showEvents: Show = async ({ operator, page, query }) => {
  const find = typed(query, 'find');
  const state = typed(query, 'state') ?? '';
  const { jobs } = await operator.jobs({});
  const number = Math.max(1, Math.min(MOST_READ / A_PAGE, Math.trunc(Number(query.get('page') ?? '1')) || 1));
  // What is looked for by its state may be anywhere.
  const limit = state === '' ? Math.min(MOST_READ, number * A_PAGE + 1) : MOST_READ;
  const { deliveries } = await operator.deliveries({ search: find, limit });
  const found = deliveries.filter((each) => isIn(each, state));
  const shown = found.slice((number - 1) * A_PAGE, number * A_PAGE);
  const body = html`<div class="head"><h1>Events and jobs</h1><p class="quiet">${jobWords(jobs)}</p></div>
${deadPart(
  jobs.filter((job) => job.state === 'dead'),
  page,
)}
<form class="filters" method="get" action="${page.to('events')}" data-swap="list" role="search">${field('find', 'Find', find, { type: 'search', hint: 'Member, email, event or id' })}${select('state', 'Which', STATES, state)}<button>Show</button></form>
<section class="card" id="list" aria-label="Deliveries">${
    shown.length === 0
      ? empty(
          find === null && state === '' ? 'Nothing has come in yet' : 'Nothing like that',
          'Webhooks of Cobot and of the lock system stand here, with what became of each.',
        )
      : html`${shown.map((each) => deliveryPart(each, page))}${older(found.length > number * A_PAGE, number, { find, state }, page)}`
  }</section>
${waitingPart(
  jobs.filter((job) => job.state !== 'dead'),
  page,
)}`;
  return { title: 'Events and jobs', body };
};

export const redriveJob: Deed = async ({ operator, form }) => {
  const id = typed(form, 'job');
  const { redriven } = await operator.redrive({ id });
  return { goTo: 'events', said: `${counted(redriven, 'job')} put back to work.` };
};

const isIn = ({ understood, way }: Delivery, state: string): boolean =>
  state === '' || (state === 'not understood' ? !understood : way.some((step) => step.state === state));

function jobWords(jobs: readonly Job[]): string {
  const count = (state: string) => jobs.filter((job) => job.state === state).length;
  return `${counted(count('dead'), 'job')} given up, ${count('running')} running, ${count('waiting')} waiting`;
}

function deadPart(dead: readonly Job[], page: Page): Html {
  if (dead.length === 0) return nothing;
  const all = deedForm(page, 'jobs/redrive', html`<button>Try all ${dead.length} again</button>`);
  return html`<section class="card look" aria-labelledby="dead"><div class="head"><h2 id="dead">Given up <span class="count">${dead.length}</span></h2>${dead.length > 1 ? all : ''}</div>
<p class="quiet">What was refused five times waits for a person. Mend the reason, then try again.</p>
${dead.slice(0, MOST_JOBS).map((job) => deadJob(job, page))}${dead.length > MOST_JOBS ? html`<p class="quiet">And ${dead.length - MOST_JOBS} more.</p>` : ''}</section>`;
}

function deadJob({ id, name, key, member, attempt, requestedAt, lastError }: Job, page: Page): Html {
  return html`<div class="job"><div><p><strong>${name}</strong> for ${member ?? html`<code>${key}</code>`} ${badge('bad', 'Given up')}</p>
<p>${lastError === null ? 'No reason was kept.' : sentence(lastError, page)}</p><p class="quiet small">Asked for ${ago(requestedAt, page)}, after ${counted(attempt, 'try', 'tries')}; job <code>${id}</code></p></div>
${deedForm(page, 'jobs/redrive', html`${hidden('job', id)}<button>Try again</button>`)}</div>`;
}

function deliveryPart(delivery: Delivery, page: Page): Html {
  const { id, receivedAt, source, event, subject, way, understood, membershipId } = delivery;
  const whose = membershipId === null ? html`<code>${subject}</code>` : personLink(delivery, page);
  return html`<article class="delivery"><header><h2>${sentence(event.replaceAll('_', ' '))}</h2><span>${understood ? whose : badge('look', 'Not understood')}</span><span class="quiet">${when(receivedAt, page)} from ${source === 'lock' ? 'the lock system' : 'Cobot'}</span></header>
<ol class="way">${way.map(
    (step) =>
      html`<li class="${step.state}">${step.state === 'done' ? '' : html`${badge(step.state === 'dead' ? 'bad' : 'look', step.state === 'dead' ? 'Given up' : 'Waiting')} `}${sentence(step.sentence, page)}${step.state === 'dead' && step.jobId !== null ? deedForm(page, 'jobs/redrive', html`${hidden('job', step.jobId)}<button class="little">Try again</button>`) : ''}</li>`,
  )}</ol><p class="quiet small"><code>${event}</code>, delivery <code>${id}</code></p></article>`;
}

function older(more: boolean, number: number, query: { find: string | null; state: string }, page: Page): Html {
  const link = (to: number, words: string) =>
    html`<a class="button" href="${page.to('events', { ...query, page: to })}">${words}</a>`;
  return html`<nav class="pager" aria-label="Pages of the list"><p>Newest first</p><div>${number > 1 ? link(number - 1, 'Newer') : ''}${more ? link(number + 1, 'Older') : ''}</div></nav>`;
}

function waitingPart(jobs: readonly Job[], page: Page): Html {
  if (jobs.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="work"><h2 id="work">Work that waits or runs</h2><ul class="rows">${jobs
    .slice(0, MOST_JOBS)
    .map(
      ({ name, key, member, state, runAt, lastError, attempt }) =>
        html`<li><span><strong>${name}</strong> for ${member ?? html`<code>${key}</code>`}${lastError === null ? '' : html`<br><span class="quiet small">after ${counted(attempt, 'try', 'tries')}: ${lastError}</span>`}</span><span class="quiet">${state === 'running' ? 'running' : ago(runAt, page)}</span></li>`,
    )}</ul>${jobs.length > MOST_JOBS ? html`<p class="quiet">And ${jobs.length - MOST_JOBS} more.</p>` : ''}</section>`;
}
