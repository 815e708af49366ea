// The moment that a page is about: now, or another one, chosen by day and time. With a script the time is a slider as well.
import { type Html, html } from './html.ts';
import { type Page, typed } from './page.ts';
import { notice, select } from './pieces.ts';
import { clockOf, dayOf, localOf, sentence, whenInWords } from './words.ts';

const DAYS_OFFERED = 14;

/** What was chosen, as the operator takes it; null: now. `at` may be words ("Friday 07:45") and comes from links. */
export function momentIn(query: URLSearchParams): string | null {
  const [at, day, time] = [typed(query, 'at'), typed(query, 'day'), typed(query, 'time')];
  if (at !== null) return at;
  if (day === null || day === 'now') return time === null ? null : `today ${time}`;
  return `${day}T${time ?? '09:00'}`;
}

/** Fields of a form that shows the same page at another moment. `at`: the moment that is shown; null: now. */
export function momentFields(at: string | null, { now, zone }: Page): Html {
  const today = localOf(now, zone).toPlainDate();
  const shown = at === null ? null : localOf(at, zone);
  const days = Array.from({ length: DAYS_OFFERED }, (_, index) => today.add({ days: index }));
  const name = (day: Temporal.PlainDate, index: number) =>
    index === 0 ? 'Today' : index === 1 ? 'Tomorrow' : dayOf(day);
  const offered = days.map((day, index) => [day.toString(), name(day, index)] as const);
  const chosen = shown?.toPlainDate().toString() ?? 'now';
  const other =
    shown && !offered.some(([day]) => day === chosen) ? [[chosen, `${dayOf(shown)} ${shown.year}`] as const] : [];
  const time = shown ? clockOf(shown) : '';
  const minutes = shown ? shown.hour * 60 + shown.minute : localOf(now, zone).hour * 60;
  return html`${select('day', 'When', [['now', 'Now'], ...other, ...offered], chosen)}
<label class="field"><span>Time</span><input type="time" name="time" value="${time}"></label>
<label class="field slider" data-slider hidden><span>Slide through the day</span><input type="range" min="0" max="1425" step="15" value="${minutes}"></label>`;
}

/** Of which moment the page speaks, and how far that can be trusted. */
export function momentWords(at: string | null, note: string | null, page: Page): Html {
  const words = at === null ? 'now' : whenInWords(at, page);
  return html`<p class="moment">${at === null ? '' : html`<strong>At ${words}</strong> <span class="quiet">(${page.zone}), by what is known now</span>`}</p>${note === null ? '' : notice('look', `${sentence(note)}.`)}`;
}
