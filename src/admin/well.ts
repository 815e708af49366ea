// Is the relay well? One line in plain words out of everything that is known, and the lines that it is made of.
import { counted } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import type { Tone } from './pieces.ts';
import { ago, fromNow, sentence } from './words.ts';

type Today = Answers['today'];
type Sign = Exclude<Tone, 'calm'>;
type HealthLine = { tone: Sign; what: string; words: Html | string };

const MINUTE = 60_000;
/** What could have been done by now, and was not. */
const LATE = 10 * MINUTE;
const QUIET_LONG = 48 * 60 * MINUTE;

export function healthOf(
  today: Today,
  page: Page,
  sweepMinutes: number,
): { tone: Sign; verdict: string; lines: HealthLine[] } {
  const lines = [
    sweepLine(today, page, sweepMinutes),
    waitingLine(today, page),
    heardLine('Cobot', today.lastFromCobot, webhookProblem(today), page),
    heardLine('Lock system', today.lastFromLocks, null, page),
    budgetLine(today),
    heldLine(today, page),
    deadLine(today, page),
  ];
  const worst: Sign = (['bad', 'look'] as const).find((tone) => lines.some((line) => line.tone === tone)) ?? 'good';
  return { tone: worst, verdict: verdictOf(worst, today, page, sweepMinutes), lines };
}

function verdictOf(worst: Sign, today: Today, page: Page, sweepMinutes: number): string {
  const { sweep, dead, held, waiting } = today;
  if (sweep.lastGood === null) return sweep.running ? 'The first sweep is running.' : 'Nothing was looked at yet.';
  if (worst === 'good') {
    const next = nextSweep(sweep.lastGood, sweepMinutes);
    const again = Date.parse(next) > page.now ? fromNow(next, page) : 'any moment';
    return `All is well. Everybody was looked at ${fromNow(sweep.lastGood, page)}; next sweep ${again}.`;
  }
  const parts = [
    ...(sweep.failing === null ? [] : ['the last sweep did not get through']),
    ...(isOld(sweep.lastGood, page, sweepMinutes) ? [`the last good sweep was ${fromNow(sweep.lastGood, page)}`] : []),
    ...(dead === 0 ? [] : [`${counted(dead, 'job is', 'jobs are')} dead`]),
    ...(held.lines === 0
      ? []
      : [
          `${counted(held.lines, 'change waits', 'changes wait')} for your decision (${counted(held.persons, 'person', 'people')})`,
        ]),
    ...(isLate(waiting, page) ? [`${counted(waiting.count, 'event waits', 'events wait')} longer than usual`] : []),
    ...(webhookProblem(today) === null ? [] : ["Cobot's webhooks need a look"]),
  ];
  const start = worst === 'bad' ? 'Something needs mending' : 'The relay works, and something waits for you';
  return parts.length === 0 ? 'The relay works; a detail needs a look.' : `${start}: ${parts.join('; ')}.`;
}

const nextSweep = (lastGood: string, sweepMinutes: number): string =>
  Temporal.Instant.from(lastGood).add({ minutes: sweepMinutes }).toString();

const isOld = (lastGood: string, { now }: Page, sweepMinutes: number): boolean =>
  Date.parse(lastGood) < now - Math.max(60, 2 * sweepMinutes) * MINUTE;

const isLate = ({ oldest }: Today['waiting'], { now }: Page): boolean =>
  oldest !== null && Date.parse(oldest.since) < now - LATE;

const webhookProblem = ({ problems }: Today): string | null =>
  problems.find(({ membershipId, kind }) => membershipId === null && kind === 'webhooks')?.sentence ?? null;

function sweepLine({ sweep }: Today, page: Page, sweepMinutes: number): HealthLine {
  const { lastGood, failing, running } = sweep;
  if (failing !== null) return { tone: 'bad', what: 'Sweep', words: sentence(failing) };
  if (lastGood === null) {
    const words = running ? 'The first one is running' : 'None has got through yet';
    return { tone: 'look', what: 'Sweep', words };
  }
  const next = nextSweep(lastGood, sweepMinutes);
  const after = running
    ? 'one is running now'
    : html`next ${Date.parse(next) > page.now ? ago(next, page) : 'any moment'}`;
  const tone = isOld(lastGood, page, sweepMinutes) ? 'bad' : 'good';
  return { tone, what: 'Sweep', words: html`Last good one ${ago(lastGood, page)}, ${after}; Cobot took the token` };
}

function waitingLine({ waiting }: Today, page: Page): HealthLine {
  const { count, oldest } = waiting;
  if (oldest === null) return { tone: 'good', what: 'Waiting', words: 'Nothing waits' };
  const whose = oldest.member === null ? '' : ` for ${oldest.member}`;
  const words = html`${counted(count, 'event')}, the oldest (${oldest.name}${whose}) since ${ago(oldest.since, page)}`;
  return { tone: isLate(waiting, page) ? 'look' : 'good', what: 'Waiting', words };
}

function heardLine(what: string, last: string | null, problem: string | null, page: Page): HealthLine {
  if (problem !== null) return { tone: 'look', what, words: sentence(problem) };
  if (last === null) return { tone: 'good', what, words: 'No webhook has come in yet' };
  const quiet = Date.parse(last) < page.now - QUIET_LONG ? ': quiet, as on a weekend' : '';
  return { tone: 'good', what, words: html`Webhooks alive, the last one ${ago(last, page)}${quiet}` };
}

function budgetLine({ budgets }: Today): HealthLine {
  const [least] = budgets;
  if (!least) return { tone: 'good', what: 'Calls left', words: 'All of them' };
  const { endpoint, left, perMinute } = least;
  const words = `${Math.max(0, Math.floor(left))} of ${perMinute} a minute at the busiest endpoint of Cobot (${endpoint})`;
  return { tone: left < 1 ? 'look' : 'good', what: 'Calls left', words };
}

function heldLine({ held }: Today, page: Page): HealthLine {
  if (held.lines === 0) return { tone: 'good', what: 'Holds', words: 'Nothing is held' };
  const words = html`<a href="${page.to('holds')}">${counted(held.lines, 'change')} of ${counted(held.persons, 'person', 'people')}</a> held${held.since === null ? '' : html`, since ${ago(held.since, page)}`}`;
  return { tone: 'look', what: 'Holds', words };
}

function deadLine({ dead }: Today, page: Page): HealthLine {
  if (dead === 0) return { tone: 'good', what: 'Dead jobs', words: 'None' };
  return {
    tone: 'bad',
    what: 'Dead jobs',
    words: html`<a href="${page.to('events')}">${counted(dead, 'job')}</a> given up`,
  };
}
