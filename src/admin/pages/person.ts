// One person: which doors, why or why not, what is known of them, what happened, and looking at them again now.
import { CommandError } from '../../lib/failure.ts';
import { counted } from '../../lib/wording.ts';
import type { Answers } from '../../operator/answers.ts';
import { type Html, html, nothing } from '../html.ts';
import { momentFields, momentIn, momentWords } from '../moment-form.ts';
import { type Deed, idOf, type Page, type Show } from '../page.ts';
import { badge, deedForm, doorState, empty, notice, sentences, stateOf } from '../pieces.ts';
import { ago, sentence, when, whenInWords } from '../words.ts';

type WhyPerson = Answers['why']['persons'][number];
type LockSaid = WhyPerson['locks'][number];
type Membership = Answers['facts']['memberships'][number];
const LATEST = 25;

export const showPerson: Show = async ({ operator, page, query, param }) => {
  const id = param('id');
  const asked = momentIn(query);
  const why = await operator.why({ member: id, lock: null, at: asked });
  // Of somebody whom the store does not know yet there is an answer, and nothing else.
  const facts = await operator.facts({ member: id }).catch(nothingKept);
  const audit = facts && (await operator.audit({ since: null, member: id, lock: null, limit: LATEST }));
  const openings = facts && (await operator.openings({ member: id, lock: null, limit: 10 }));
  const at = asked === null ? null : why.at;
  const [person] = why.persons;
  const name = person?.names.join(', ').trim() || `membership ${id}`;
  const memberships = facts?.memberships ?? [];
  const body = html`<div class="head"><div><h1>${name}</h1><p class="quiet">${headline(memberships)}</p></div>
${deedForm(page, `people/${idOf(id)}/sync`, html`<button>Sync this person now</button>`)}</div>
${person ? troubles(person, page) : ''}
<section aria-labelledby="doors"><h2 id="doors">Doors</h2>
<form class="filters" method="get" action="${page.to(`people/${idOf(id)}`)}" data-swap="answer">${momentFields(at, page)}<button>Show</button></form>
<div id="answer">${momentWords(at, why.note, page)}${person ? html`<div class="doors">${person.locks.map((lock) => doorCard(lock, { page, at, own: person.membershipIds }))}</div>${readWords(person, page)}` : ''}</div></section>
<div class="columns"><section aria-labelledby="facts"><h2 id="facts">What Cobot says</h2>${factsPart(memberships, facts, page)}</section>
<section aria-labelledby="history"><h2 id="history">What happened</h2>${historyPart(audit, page)}<h3 class="later">Openings</h3>${openingsPart(openings, page)}</section></div>`;
  return { title: name, body };
};

function nothingKept(error: unknown): null {
  if (error instanceof CommandError && error.failure.code === 'nobody_known') return null;
  throw error;
}

export const syncPerson: Deed = async ({ operator, param }) => {
  const { entries } = await operator.syncMember({ member: param('id') });
  const done = entries.map((entry) => entry.sentence);
  const said =
    done.length === 0
      ? 'Looked at again: everything is as it should be, and nothing was changed.'
      : `Looked at again, and ${counted(done.length, 'thing')} done: ${done.slice(0, 5).join('; ')}.`;
  return { goTo: `people/${idOf(param('id'))}`, said };
};

const STANDINGS = { pending: 'not confirmed yet', coming: 'coming', current: 'active', ended: 'ended' };

const headline = (memberships: readonly Membership[]): string =>
  memberships
    .map(({ plan, standing, email }) => [plan, STANDINGS[standing], email].filter(Boolean).join(' · '))
    .join(' / ') || 'Not read from Cobot yet';

/** What is wrong, and what to do. */
function troubles({ problems, refusedLately, locks }: WhyPerson, page: Page): Html {
  const held = locks.filter(({ waiting }) => waiting === 'held').map(({ lock }) => lock);
  const kept = locks.filter(({ waiting }) => waiting === 'kept').map(({ lock }) => lock);
  return html`${problems.map((each) => notice('look', `${sentence(each)}.`))}${
    refusedLately.length === 0
      ? ''
      : notice('bad', html`<p><strong>Refused lately</strong></p>${sentences(refusedLately)}`)
  }${
    held.length === 0
      ? ''
      : notice(
          'look',
          html`<p><strong>Held:</strong> ${held.join(', ')} should be taken away, and stays until somebody decides. <a href="${page.to('holds')}">Decide</a></p>`,
        )
  }${kept.length === 0 ? '' : notice('look', `Kept: a person has rejected taking away ${kept.join(', ')}, until the facts change.`)}`;
}

function doorCard(lock: LockSaid, { page, at, own }: { page: Page; at: string | null; own: string[] }): Html {
  // Of one membership it goes without saying which.
  const because = lock.because.map((each) =>
    own.length === 1 ? each.replace(`membership ${own[0]}:`, 'membership:') : each,
  );
  const state = stateOf(lock);
  const span = [
    ...(lock.since === null ? [] : [`since ${whenInWords(lock.since, page)}`]),
    ...(lock.until === null ? [] : [`until ${whenInWords(lock.until, page)}`]),
    ...(lock.opensNext === null ? [] : [`opens next ${whenInWords(lock.opensNext, page)}`]),
  ];
  const words = { open: 'May open', later: 'Not now', closed: 'May not open' }[state];
  return html`<article class="door ${state}"><div class="door-head"><h3><a href="${page.to(`doors/${idOf(lock.lockId)}`, { at })}">${lock.lock}</a></h3>${doorState(state, words)}</div>
${span.length === 0 ? '' : html`<p class="span">${sentence(span.join(', '))}</p>`}${sentences(because, 'because')}${
  lock.wouldOpen.length === 0
    ? ''
    : html`<p class="would"><strong>What would open it:</strong> ${lock.wouldOpen.join('; or ')}.</p>`
}${lockSystemWords(lock)}</article>`;
}

function lockSystemWords({ lockSystem }: LockSaid): Html {
  if (lockSystem === null) return nothing;
  const agrees = lockSystem.startsWith('agrees');
  return html`<p class="small">${badge(agrees ? 'good' : 'look', agrees ? 'Lock system agrees' : 'Lock system differs')} ${lockSystem === 'agrees' ? '' : html`<span class="quiet">${agrees ? lockSystem : `it ${lockSystem}`}</span>`}</p>`;
}

function readWords({ cobotReadAt, lockUserId, lockSystemRead }: WhyPerson, page: Page): Html {
  const cobot = cobotReadAt === null ? 'Cobot was never read' : html`Cobot read ${ago(cobotReadAt, page)}`;
  const locks =
    lockUserId === null
      ? 'no lock user yet'
      : html`lock user <code>${lockUserId}</code>${lockSystemRead ? '' : ', and the lock system does not answer'}`;
  return html`<p class="quiet small">${cobot}; ${locks}.</p>`;
}

function factsPart(memberships: readonly Membership[], facts: Answers['facts'] | null, page: Page): Html {
  if (memberships.length === 0) return empty('Nothing is kept yet', 'The next sweep or a webhook reads this member.');
  const origin = { made: 'made by the relay', adopted: 'was there before, and was adopted' };
  return html`${memberships.map((each) => membershipFacts(each, page))}${
    facts?.lockUser ? html`<p class="quiet small">In the lock system: ${origin[facts.lockUser.origin]}.</p>` : ''
  }`;
}

function membershipFacts(each: Membership, page: Page): Html {
  const line = (what: string, words: Html | string | null) =>
    words === null ? '' : html`<div><dt>${what}</dt><dd>${words}</dd></div>`;
  const passes = each.passes.map(
    ({ name, expiresAt, ofTeam }) =>
      `${name}${ofTeam ? ' (of the team)' : ''}${expiresAt === null ? '' : `, until ${whenInWords(expiresAt, page)}`}`,
  );
  const spans = (list: readonly { from: string; until: string }[]) =>
    list.map(({ from, until }) => `${whenInWords(from, page)} to ${whenInWords(until, page)}`).join('; ') || null;
  const bookings = each.bookings.map(
    ({ resource, from, until }) =>
      `${resource ?? 'something'}: ${whenInWords(from, page)} to ${whenInWords(until, page)}`,
  );
  return html`<dl class="facts">${line('Plan', `${each.plan}${each.limited ? ' (limited: needs a day pass)' : ''}`)}${line(
    'Next plan',
    each.upcomingPlan &&
      `${each.upcomingPlan.name}${each.upcomingPlan.from === null ? '' : `, from ${each.upcomingPlan.from}`}`,
  )}${line('Began', each.startsOn)}${line('Cancelled to', each.canceledTo)}${
    each.limited
      ? line(
          'Day passes left',
          passes.length === 0
            ? 'none'
            : html`<ul class="sentences">${passes.map((pass) => html`<li>${pass}</li>`)}</ul>`,
        )
      : ''
  }${line('Checked in', spans(each.checkIns))}${line(
    'Bookings',
    bookings.length === 0
      ? null
      : html`<ul class="sentences">${bookings.map((booking) => html`<li>${booking}</li>`)}</ul>`,
  )}${line('Membership', html`<code>${each.id}</code>`)}${line('Read', ago(each.readAt, page))}</dl>`;
}

function historyPart(audit: Answers['audit'] | null, page: Page): Html {
  const entries = audit?.entries.toReversed() ?? [];
  if (entries.length === 0) return empty('Nothing yet', 'What the relay does for this person stands here.');
  return html`<ol class="feed">${entries.map(
    ({ at, sentence: words, lock, cause }) =>
      html`<li><span class="quiet at">${when(at, page)}</span><p>${sentence(words, page)}${lock === null || words.includes(lock) ? '' : ` (${lock})`} <span class="quiet small">${cause}</span></p></li>`,
  )}</ol>`;
}

function openingsPart(openings: Answers['openings'] | null, page: Page): Html {
  if (!openings || openings.openings.length === 0) return empty('No opening yet');
  return html`<ol class="feed">${openings.openings.map(
    ({ at, lock, outcome, note }) =>
      html`<li><span class="quiet at">${when(at, page)}</span><p>${lock ?? 'A lock'}${outcome === null ? '' : `: ${outcome}`}${note === null ? '' : html` <span class="quiet">${note}</span>`}</p></li>`,
  )}</ol>`;
}
