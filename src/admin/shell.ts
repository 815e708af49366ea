// The frame around every page: where one is, where one can go, what was just done. No text of others stands in it unescaped,
// and nothing in it comes from another host.
import type { AssetLinks } from './assets.ts';
import { type Html, html } from './html.ts';
import { type IconName, icons } from './icons.ts';
import type { Page, Shown } from './page.ts';
import { notice } from './pieces.ts';

export type Counts = { holds: number; dead: number };
type Frame = {
  page: Page;
  assets: AssetLinks;
  /** Name of the space; null: not known yet. */
  space: string | null;
  here: string;
  counts: Counts;
  /** What was just done. */
  said: string | null;
};

const PLACES: readonly (readonly [path: string, words: string, icon: IconName])[] = [
  ['', 'Today', 'today'],
  ['people', 'People', 'people'],
  ['doors', 'Doors', 'doors'],
  ['holds', 'Holds', 'holds'],
  ['policy', 'Policy', 'policy'],
  ['events', 'Events', 'events'],
  ['audit', 'Audit', 'audit'],
];

export function frame({ title, body, wide }: Shown, terms: Frame): Html {
  const { page, space, said } = terms;
  const name = space ?? 'Access Relay';
  return documentOf(
    `${title} · ${name}`,
    html`<a class="skip" href="#main">Skip to the content</a>
<header class="top"><a class="space" href="${page.to('')}"><span class="mark" aria-hidden="true"></span><span>${name}</span></a>
<form method="post" action="${page.to('sign-out')}"><input type="hidden" name="token" value="${page.token}"><button class="plain">Sign out</button></form></header>
<nav class="places" aria-label="Pages"><ul>${PLACES.map((place) => placeItem(place, terms))}</ul></nav>
<main id="main" tabindex="-1" class="${wide ? 'wide' : ''}"><div id="said" role="status">${said === null ? '' : notice('good', said)}</div>${body}</main>`,
    terms,
  );
}

function placeItem([path, words, icon]: (typeof PLACES)[number], { page, here, counts }: Frame): Html {
  const count = path === 'holds' ? counts.holds : path === 'events' ? counts.dead : 0;
  const what = path === 'holds' ? 'waiting for you' : 'dead';
  const current = here === path ? html` aria-current="page"` : '';
  const mark = count === 0 ? '' : html` <span class="count">${count}<span class="unseen"> ${what}</span></span>`;
  return html`<li><a href="${page.to(path)}"${current}>${icons[icon]}<span>${words}</span>${mark}</a></li>`;
}

/** A page for who is not signed in: no way to anywhere. */
export function bareFrame(title: string, body: Html, terms: Pick<Frame, 'assets' | 'page'>): Html {
  return documentOf(
    title,
    html`<main id="main" class="bare"><div class="brand"><span class="mark" aria-hidden="true"></span><span>Access Relay</span></div>${body}</main>`,
    terms,
  );
}

function documentOf(title: string, body: Html, { assets, page }: Pick<Frame, 'assets' | 'page'>): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title>
<link rel="icon" href="${page.to(assets.icon)}" type="image/svg+xml"><link rel="stylesheet" href="${page.to(assets.style)}"><script src="${page.to(assets.script)}" defer></script></head>
<body>${body}</body></html>`;
}
