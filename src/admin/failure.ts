// What went wrong, as a page: what happened and what to do, in the words that the command line has for it.
import { UpstreamError } from '../lib/errors.ts';
import { CommandError, failureOf } from '../lib/failure.ts';
import { html } from './html.ts';
import type { Page, Shown } from './page.ts';
import { notice, sentences } from './pieces.ts';
import { sentence } from './words.ts';

const NOT_THERE = ['nobody_known', 'no_such_lock', 'no_such_hold', 'no_such_job', 'not_in_hold'];

export const isTold = (error: unknown): boolean => error instanceof CommandError || error instanceof UpstreamError;

/** Of an error that nobody foresaw nothing is shown: the log has it. */
export function failurePage(error: unknown, page: Page): Shown {
  if (!isTold(error)) {
    const what = 'The relay failed at this; its log says why. Nothing else is touched by it.';
    return { title: 'Something failed', status: 500, body: html`<h1>Something failed</h1>${notice('bad', what)}` };
  }
  const { code, what, where, advice, details } = failureOf(error);
  const waits = code === 'policy_not_in_force' || code === 'space_unknown';
  const status = error instanceof UpstreamError ? 503 : NOT_THERE.includes(code) ? 404 : 400;
  const title = waits ? 'Not ready yet' : status === 404 ? 'Not found' : 'That did not work';
  const body = html`<h1>${title}</h1>${notice(
    waits ? 'look' : 'bad',
    html`<p><strong>${sentence(what)}${where === null ? '' : ` (${where})`}.</strong></p>${details.length === 0 ? '' : sentences(details)}${advice === null ? '' : html`<p>What to do: ${advice}.</p>`}`,
  )}<p><a href="${page.to('')}">Back to today</a></p>`;
  return { title, status, body };
}

export function notFoundPage(page: Page): Shown {
  const body = html`<h1>Not found</h1><p>There is no such page.</p><p><a href="${page.to('')}">Back to today</a></p>`;
  return { title: 'Not found', status: 404, body };
}

export function oldFormPage(page: Page): Shown {
  const what = 'The form was from an earlier sign-in, so nothing was done. Go back, reload the page and send it again.';
  const body = html`<h1>Nothing was done</h1>${notice('look', what)}<p><a href="${page.to('')}">Back to today</a></p>`;
  return { title: 'Nothing was done', status: 403, body };
}

export function tooLargePage(page: Page): Shown {
  const body = html`<h1>Too large</h1>${notice('bad', 'That is more than a policy can be; nothing was looked at.')}<p><a href="${page.to('')}">Back to today</a></p>`;
  return { title: 'Too large', status: 413, body };
}
