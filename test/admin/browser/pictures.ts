// `npm run pictures`: every page of the operator's, on a desk in light and on a phone in dark, as docs/pictures/ has them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openWindow, SIZES, signIn, startBrowser } from './browser.ts';
import { openDemoSpace, PASSWORD } from './demo-space.ts';

const folder = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));
/** Small enough to be read in a README, and to be kept. */
const DESK = { width: 1100, height: 760 };

const PAGES: Record<string, (page: Page, url: string) => Promise<unknown>> = {
  today: async (page, url) => {
    await page.goto(`${url}/admin`);
    await page.getByText('live', { exact: true }).waitFor();
  },
  people: (page, url) => page.goto(`${url}/admin/people?at=Friday 07:45`),
  person: async (page, url) => {
    await page.goto(`${url}/admin/people?find=ben`);
    await page.getByRole('link', { name: 'Ben' }).click();
    await page.getByRole('heading', { name: 'Ben', level: 1 }).waitFor();
  },
  doors: (page, url) => page.goto(`${url}/admin/doors?date=${tomorrow()}`),
  door: async (page, url) => {
    await page.goto(`${url}/admin/doors`);
    await page.getByRole('link', { name: 'Studio' }).click();
    await page.getByRole('heading', { name: 'Studio', level: 1 }).waitFor();
    await page.goto(`${page.url()}?at=tomorrow 07:45`);
  },
  holds: (page, url) => page.goto(`${url}/admin/holds`),
  policy: (page, url) => page.goto(`${url}/admin/policy`),
  'what-would-change': async (page, url) => {
    await page.goto(`${url}/admin/policy`);
    const text = page.getByLabel(/Paste or edit the text/);
    await text.fill((await text.inputValue()).replace('plans: [Full Time]', 'plans: [Full Time, Part Time]'));
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByRole('heading', { name: 'What would change', level: 1 }).waitFor();
  },
  events: (page, url) => page.goto(`${url}/admin/events`),
  audit: (page, url) => page.goto(`${url}/admin/audit`),
};

const space = await openDemoSpace();
const browser = await startBrowser();
try {
  mkdirSync(folder, { recursive: true });
  for (const [suffix, look] of Object.entries({
    '': { size: DESK, scheme: 'light' },
    '-phone': { size: SIZES.phone, scheme: 'dark' },
  } as const)) {
    const { page } = await openWindow(browser, space.url, look);
    await page.goto(`${space.url}/admin`);
    await page.screenshot({ path: join(folder, `sign-in${suffix}.png`) });
    await signIn(page, space.url, PASSWORD);
    for (const [name, show] of Object.entries(PAGES)) {
      await show(page, space.url);
      await page.screenshot({ path: join(folder, `${name}${suffix}.png`) });
      process.stdout.write(`${name}${suffix}\n`);
    }
  }
} finally {
  await browser.close();
  await space.close();
}

function tomorrow(): string {
  return Temporal.Now.plainDateISO(space.zone).add({ days: 1 }).toString();
}
