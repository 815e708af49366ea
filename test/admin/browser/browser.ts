// A browser of the machine, driven as a person would. Where there is none, that is said aloud and the suite is skipped; in
// CI, where one is installed, a skipped test counts as a failed one (.ci/verdict.mjs).
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { z } from 'zod';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** The machine may be busy with other tests. */
const PATIENCE = 30_000;

export const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Is there one? Says so where not. */
export function isBrowserThere(): boolean {
  const isThere = findBrowser() !== undefined;
  if (!isThere)
    process.stderr.write(
      `\nNO BROWSER: the operator's page is not driven. Install Chromium (${NAMES.join(', ')}).\n\n`,
    );
  return isThere;
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('There is no browser on this machine.');
  return await chromium.launch({ executablePath, args: FLAGS });
}

export type Look = {
  size?: { width: number; height: number };
  scheme?: 'light' | 'dark';
  javaScript?: boolean;
};

/** Somebody with a browser of their own; `trouble`: what a browser complained about, and requests to others. */
export async function openWindow(browser: Browser, url: string, { size = SIZES.desk, scheme, javaScript }: Look = {}) {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: scheme ?? 'light',
    javaScriptEnabled: javaScript ?? true,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => {
    // A page that answers with a status of its own is none.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      trouble.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:')) trouble.push(`asks ${request.url()}`);
  });
  return { context, page, trouble };
}

export async function signIn(page: Page, url: string, password: string): Promise<void> {
  await page.goto(`${url}/admin/sign-in`);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
}

/** What is hard or impossible for somebody, by the rules of axe; empty: nothing was found. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // As a text, since what runs in a page has a page's types.
  const found = await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(" ")))',
  );
  return z.array(z.string()).parse(found);
}
