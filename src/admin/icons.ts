// The pictures of the page: lines of one weight on 24 squares, beside words that say the same.
import { type Html, html } from './html.ts';

const drawn = (shape: Html): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">${shape}</svg>`;

export const icons = {
  today: drawn(html`<path d="M4 11.5 12 5l8 6.5V20h-5.5v-5h-5v5H4z"/>`),
  people: drawn(
    html`<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.6-3.6 3-5.5 6.5-5.5s5.900 1.900 6.500 5.500M16 5.500a3.300 3.300 0 0 1 0 6.200M18 14.800c2 .8 3.200 2.600 3.500 5.200"/>`,
  ),
  doors: drawn(html`<path d="M6 21V4.500L15 3v18M4 21h16M15 6h3.500v15M12 12v1.500"/>`),
  policy: drawn(html`<path d="M6 3h9l4 4v14H6zM14.500 3v4.500H19M9.500 12h6M9.500 16h6"/>`),
  holds: drawn(
    html`<path d="M8.500 12V5.500a1.700 1.700 0 0 1 3.400 0V11V4.200a1.700 1.700 0 0 1 3.400 0V11V6.300a1.700 1.700 0 0 1 3.400 0V14c0 4-2.200 7-6.200 7-3.400 0-5-1.900-6.300-4.300L4.300 13c-.9-1.600 1.300-2.900 2.400-1.500L8.500 14"/>`,
  ),
  events: drawn(html`<path d="M3 12h4l2.500-7 5 14 2.500-7h4"/>`),
  audit: drawn(html`<path d="M9 4.500H6V21h12V4.500h-3M9 3h6v3.500H9zM9.500 11h5M9.500 15h5"/>`),
  good: drawn(html`<circle cx="12" cy="12" r="9"/><path d="m8 12.300 2.800 2.700L16 9.500"/>`),
  look: drawn(html`<path d="M12 3.500 21.500 20h-19zM12 10v4.500M12 17.200v.3"/>`),
  bad: drawn(html`<circle cx="12" cy="12" r="9"/><path d="M12 7.500v5.500M12 16.200v.3"/>`),
} as const;

export type IconName = keyof typeof icons;
