// Times and counts in words, by the clock of the space.
import type { Html } from './html.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';

export type Clockwork = Pick<Page, 'now' | 'zone'>;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MINUTE = 60_000;

export const localOf = (at: string | number, zone: string): Temporal.ZonedDateTime =>
  (typeof at === 'number' ? Temporal.Instant.fromEpochMilliseconds(at) : Temporal.Instant.from(at)).toZonedDateTimeISO(
    zone,
  );

export const clockOf = (local: Temporal.ZonedDateTime): string =>
  local.toPlainTime().toString({ smallestUnit: 'minute' });

/** "Fri 4 Dec". */
export const dayOf = ({ dayOfWeek, day, month }: Temporal.ZonedDateTime | Temporal.PlainDate): string =>
  `${DAYS[dayOfWeek - 1]} ${day} ${MONTHS[month - 1]}`;

/** "10:04", "tomorrow 07:30", "Fri 4 Dec, 07:30", "4 Dec 2027, 07:30". */
export function whenInWords(iso: string, { now, zone }: Clockwork): string {
  const local = localOf(iso, zone);
  const today = localOf(now, zone).toPlainDate();
  const days = today.until(local.toPlainDate(), { largestUnit: 'day' }).days;
  const time = clockOf(local);
  if (days === 0) return time;
  if (days === 1) return `tomorrow ${time}`;
  if (days === -1) return `yesterday ${time}`;
  if (Math.abs(days) < 180) return `${dayOf(local)}, ${time}`;
  return `${local.day} ${MONTHS[local.month - 1]} ${local.year}, ${time}`;
}

export function when(iso: string, page: Clockwork): Html {
  return html`<time datetime="${iso}">${whenInWords(iso, page)}</time>`;
}

/** "3 minutes ago", "in 12 minutes". */
export function fromNow(iso: string, { now }: Pick<Clockwork, 'now'>): string {
  const ms = Temporal.Instant.from(iso).epochMilliseconds - now;
  const minutes = Math.round(Math.abs(ms) / MINUTE);
  const long =
    minutes < 1
      ? 'less than a minute'
      : minutes < 120
        ? plural(minutes, 'minute')
        : minutes < 2880
          ? plural(Math.round(minutes / 60), 'hour')
          : plural(Math.round(minutes / 1440), 'day');
  return ms > 0 ? `in ${long}` : `${long} ago`;
}

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

export function ago(iso: string, page: Clockwork): Html {
  return html`<time datetime="${iso}" title="${whenInWords(iso, page)}">${fromNow(iso, page)}</time>`;
}

const ISO_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z\b/g;

/** Sentences come from a log: on a page they begin with a capital letter, and say times by the clock of the space. */
export function sentence(text: string, page?: Clockwork): string {
  const [first = ''] = text;
  const whole = first.toUpperCase() + text.slice(first.length);
  return page ? whole.replaceAll(ISO_TIME, (iso) => whenInWords(iso, page)) : whole;
}
