// A day at one door as a picture: bars for the hours in which it opens, by rule, and for every booking. Positions are parts
// of the width, so that the words stay as large as they are on a phone; a table beside it says the same.
import type { Answers } from '../operator/answers.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { table } from './pieces.ts';
import { clockOf, localOf } from './words.ts';

type Day = Answers['day'];
export type DoorDay = Day['locks'][number];
type Bar = DoorDay['bars'][number];

const LANE = 26;
const TOP = 20;
const HOURS = [3, 6, 9, 12, 15, 18, 21];
const KINDS: Record<Bar['kind'], string> = {
  plan: 'by plan',
  pass: 'with a day pass',
  'check-in': 'while checked in',
  booking: 'booked',
};

export function timeline(lock: DoorDay, day: Pick<Day, 'from' | 'until'>, page: Page, most: number): Html {
  const shown = lock.bars.slice(0, most);
  const left = lock.bars.length - shown.length;
  const lanes = lanesOf(shown);
  const height = TOP + Math.max(1, lanes.length) * LANE + 6;
  const at = position(day);
  const now = page.now >= Date.parse(day.from) && page.now < Date.parse(day.until) ? at(page.now) : null;
  const title =
    shown.length === 0
      ? `${lock.lock}: open to nobody`
      : `${lock.lock}: ${shown.map((bar) => barInWords(bar, page)).join('; ')}`;
  return html`<div class="line"><svg height="${height}" role="img" aria-label="${title}">
${HOURS.map((hour) => html`<line class="tick" x1="${(hour / 24) * 100}%" x2="${(hour / 24) * 100}%" y1="${TOP - 2}" y2="${height}"/><text class="hour" x="${(hour / 24) * 100}%" y="13" text-anchor="middle">${String(hour).padStart(2, '0')}</text>`)}
${lanes.map((lane, index) => lane.map((bar) => barDrawn(bar, TOP + index * LANE, at)))}
${now === null ? '' : html`<line class="now" x1="${now}%" x2="${now}%" y1="${TOP - 4}" y2="${height}"/>`}</svg></div>
${left > 0 ? html`<p class="quiet small">And ${left} more that day.</p>` : ''}
<details><summary>As a table</summary>${tableOf(lock.lock, shown, page)}</details>`;
}

export function legend(): Html {
  return html`<ul class="legend">${Object.entries(KINDS).map(
    ([kind, words]) =>
      html`<li><svg width="14" height="14" aria-hidden="true"><rect class="bar-${kind}" width="14" height="14" rx="3"/></svg>Open ${words}</li>`,
  )}</ul>`;
}

function position({ from, until }: Pick<Day, 'from' | 'until'>): (at: number) => number {
  const [start, end] = [Date.parse(from), Date.parse(until)];
  return (at) => Math.round(((Math.min(Math.max(at, start), end) - start) / (end - start)) * 10_000) / 100;
}

/** As few lines as there can be without two bars on one another. */
function lanesOf(bars: readonly Bar[]): Bar[][] {
  const lanes: Bar[][] = [];
  for (const bar of bars) {
    const free = lanes.find((lane) => (lane.at(-1)?.until ?? '') <= bar.from);
    if (free) free.push(bar);
    else lanes.push([bar]);
  }
  return lanes;
}

function barDrawn(bar: Bar, y: number, at: (moment: number) => number): Html {
  const x = at(Date.parse(bar.from));
  const width = Math.max(0.4, at(Date.parse(bar.until)) - x);
  // A picture inside the picture cuts words that are too long for their bar.
  return html`<svg x="${x}%" y="${y}" width="${width}%" height="${LANE - 4}"><rect class="bar-${bar.kind}" width="100%" height="100%" rx="5"/><text class="words" x="8" y="15">${bar.member ?? bar.rule}</text></svg>`;
}

const timesOf = ({ from, until }: Bar, { zone }: Page): string => {
  const end = localOf(until, zone);
  return `${clockOf(localOf(from, zone))} to ${end.hour === 0 && end.minute === 0 ? '24:00' : clockOf(end)}`;
};

function barInWords(bar: Bar, page: Page): string {
  const whose = bar.member ?? (bar.people === 1 ? '1 person' : `${bar.people} people`);
  return `${timesOf(bar, page)} ${KINDS[bar.kind]} for ${whose} (${bar.rule})`;
}

function tableOf(door: string, bars: readonly Bar[], page: Page): Html {
  if (bars.length === 0) return html`<p>Open to nobody that day.</p>`;
  const rows = bars.map((bar) => [timesOf(bar, page), KINDS[bar.kind], bar.rule, bar.member ?? `${bar.people} people`]);
  return table(`The day at ${door}`, ['From and until', 'Open', 'Rule', 'Who'], rows);
}
