// Today: is the relay well, who is in the space, what happened last, what a person should know or mend.
import type { Answers } from '../../operator/answers.ts';
import { type Html, html } from '../html.ts';
import { icons } from '../icons.ts';
import type { Page, Show } from '../page.ts';
import { empty, lockLink, personLink } from '../pieces.ts';
import { healthOf } from '../well.ts';
import { clockOf, dayOf, localOf, sentence, when, whenInWords } from '../words.ts';

type Today = Answers['today'];
const MOST_PROBLEMS = 12;

export const showToday: Show = async ({ operator, page, sweepMinutes }) => {
  const today = await operator.today({});
  const local = localOf(page.now, page.zone);
  const body = html`<div class="head"><h1>Today</h1><p class="quiet">${dayOf(local)}, ${clockOf(local)} (${page.zone}) <span id="live-sign" class="live-sign" hidden>live</span></p></div>
<p id="live-words" class="unseen" role="status"></p>
<div id="live" data-live="${page.to('live')}">${drawToday(today, page, sweepMinutes)}</div>`;
  return { title: 'Today', body };
};

/** All of it that changes by itself; drawn again while somebody watches. */
export function drawToday(today: Today, page: Page, sweepMinutes: number): Html {
  const { tone, verdict, lines } = healthOf(today, page, sweepMinutes);
  const signs = { good: 'In order', look: 'Needs a look', bad: 'Needs mending' };
  return html`<section class="health ${tone}" aria-labelledby="health"><h2 id="health" class="verdict">${icons[tone]}<span id="verdict">${verdict}</span></h2>
<dl>${lines.map(
    (line) =>
      html`<div class="${line.tone}"><dt>${line.what}</dt><dd><span class="dot" role="img" aria-label="${signs[line.tone]}"></span>${line.words}</dd></div>`,
  )}</dl></section>
${nextSteps(today, page)}${problemsPart(today, page)}
<div class="columns"><section aria-labelledby="in"><h2 id="in">In the space now <span class="count calm">${today.inSpace.length}</span></h2>${inSpacePart(today, page)}</section>
<section aria-labelledby="last"><h2 id="last">What happened last</h2>${latestPart(today, page)}</section></div>`;
}

function inSpacePart({ inSpace }: Today, page: Page): Html {
  if (inSpace.length === 0)
    return empty('Nobody is checked in', 'Who opens a door is checked in on Cobot, and stands here.');
  return html`<ul class="rows">${inSpace.map(
    (each) =>
      html`<li><span class="who">${personLink(each, page)}</span><span class="quiet">since ${when(each.since, page)}, until ${when(each.until, page)}</span></li>`,
  )}</ul>`;
}

function latestPart({ latest }: Today, page: Page): Html {
  if (latest.length === 0)
    return empty('Nothing yet', 'Every change that the relay makes stands here with its reason.');
  return html`<ol class="feed">${latest.map(
    (entry) => html`<li><span class="quiet at">${when(entry.at, page)}</span><p>${entryWords(entry, page)}</p></li>`,
  )}</ol><p><a href="${page.to('audit')}">All of it, in the audit</a></p>`;
}

function entryWords(entry: Today['latest'][number], page: Page): Html {
  const isSaid = entry.lock !== null && entry.sentence.includes(entry.lock);
  const where = isSaid ? null : lockLink(entry, page);
  const whose = entry.membershipId === null ? '' : html`<strong>${personLink(entry, page)}</strong> `;
  return html`${whose}${sentence(entry.sentence, page)}${where === null ? '' : html` <span class="quiet">at ${where}</span>`}`;
}

function problemsPart({ problems }: Today, page: Page): Html {
  if (problems.length === 0) return html``;
  const rest = problems.length - MOST_PROBLEMS;
  return html`<section class="card look" aria-labelledby="problems"><h2 id="problems">To know or to mend <span class="count">${problems.length}</span></h2><ul class="rows">${problems
    .slice(0, MOST_PROBLEMS)
    .map(
      (each) =>
        html`<li><span><strong>${personLink(each, page)}</strong>: ${each.sentence}</span><span class="quiet">since ${whenInWords(each.since, page)}</span></li>`,
    )}</ul>${rest > 0 ? html`<p class="quiet">And ${rest} more: <a href="${page.to('people', { state: 'problem' })}">everybody with a problem</a></p>` : ''}</section>`;
}

/** A fresh relay: what comes next. */
function nextSteps({ sweep, members, locks, lastFromCobot, lastFromLocks }: Today, page: Page): Html {
  const steps = [
    {
      isDone: sweep.lastGood !== null,
      words: html`<strong>The first sweep</strong> reads Cobot and the locks. It runs by itself after the start; if it does not get through, the line above says why, and <code>relay doctor</code> looks at every part.`,
    },
    {
      isDone: locks > 0,
      words: html`<strong>Locks</strong>: make them in the lock system, or look which of them its token may see.`,
    },
    { isDone: members > 0, words: html`<strong>Members</strong>: confirm the first membership on Cobot.` },
    {
      isDone: lastFromCobot !== null,
      words: html`<strong>Webhooks of Cobot</strong>: <code>relay subscribe</code> registers them at the relay's public address.`,
    },
    {
      isDone: lastFromLocks !== null,
      words: html`<strong>The lock system's webhook</strong>: set it in its console, then open a door.`,
    },
  ];
  if (steps.every(({ isDone }) => isDone)) return html``;
  const next = steps.findIndex(({ isDone }) => !isDone);
  return html`<section class="card steps" aria-labelledby="steps"><h2 id="steps">Setting up: the next step</h2><ol>${steps.map(
    ({ isDone, words }, index) =>
      html`<li class="${isDone ? 'done' : index === next ? 'next' : ''}"><span class="badge ${isDone ? 'good' : index === next ? 'look' : 'calm'}">${isDone ? 'Done' : index === next ? 'Next' : 'Later'}</span><span>${words}</span></li>`,
  )}</ol><p class="quiet small">Who may open what is said in the policy: <a href="${page.to('policy')}">look at it</a>.</p></section>`;
}
