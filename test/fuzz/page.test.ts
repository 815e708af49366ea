// The operator's page: whatever a stranger, or somebody who is signed in, sends to it. Never 410 or 5xx, never sent on to
// another place, nothing shown to who is not signed in, nothing of what was sent comes back as markup.

import fc from 'fast-check';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { ORIGIN, openDesk, PASSWORD } from '../admin/desk.ts';
import { fuzz, patience } from './fuzz.ts';
import { cunningText } from './junk.ts';

const MARKUP = '<img src=x onerror=alert(1)>';
const sent = fc.oneof(
  { weight: 3, arbitrary: cunningText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      MARKUP,
      `"${MARKUP}`,
      '//evil.example',
      'https://evil.example/admin/',
      '/\\evil.example',
      '2026-11-30',
      '2026-11-30T10:00',
      '1',
    ),
  },
);
const segment = sent.map((text) => encodeURIComponent(text.toWellFormed())).filter((text) => text.length < 3000);
const path = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      '/people',
      '/doors',
      '/policy',
      '/holds',
      '/events',
      '/audit',
      '/audit.csv',
      '/sign-in',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('people', 'doors', 'assets'), segment).map((parts) => `/${parts.join('/')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/../people',
      '/%2e%2e/people',
      '//people',
      '/people/%E0%A4%A',
      '/assets/../../package.json',
      '/assets/%2e%2e%2f.env',
      '/people/',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/policy/preview',
      '/holds/decide',
      '/jobs/redrive',
      '/people/x/sync',
      '/sign-out',
      '/sign-in',
    ),
  },
);
const FIELDS = [
  'token',
  'password',
  'to',
  'text',
  'id',
  'line',
  'lines',
  'decision',
  'member',
  'lock',
  'at',
  'since',
  'q',
  'page',
  'limit',
  'kind',
  '__proto__',
];
const fields = fc.array(fc.tuple(fc.constantFrom(...FIELDS), sent), { maxLength: 5 });
const headers = fc.record(
  {
    origin: fc.constantFrom(ORIGIN, ORIGIN, ORIGIN, 'https://evil.example', 'null', ''),
    'content-type': fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=utf-99',
      'text/plain',
      'multipart/form-data',
    ),
    'content-encoding': fc.constantFrom('gzip', 'rot13', 'identity'),
    'x-forwarded-proto': fc.constantFrom('https', 'javascript'),
    'x-forwarded-host': fc.constant('evil.example'),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none'),
    cookie: fc.constantFrom(
      'relay-session=a.b',
      'relay-session=',
      '__Host-relay-session=x.y; relay-guest=..',
      'relay-session=__proto__',
    ),
  },
  { requiredKeys: ['content-type'] },
);

type Visit = {
  isIn: boolean;
  isForm: boolean;
  hasToken: boolean;
  fields: [string, string][];
  headers: { cookie?: string };
};

const encode = (pairs: [string, string][]) =>
  new URLSearchParams(pairs.map(([name, text]) => [name, text.toWellFormed()])).toString();

async function ask(desk: Awaited<ReturnType<typeof openDesk>>, where: string, visit: Visit, token: string) {
  const { isIn, isForm, hasToken, fields } = visit;
  const { cookie, ...headers } = visit.headers;
  // Somebody who is signed in has the cookie of the browser.
  const from = isIn ? desk.agent : request(desk.app.http);
  const more = isIn || cookie === undefined ? {} : { cookie };
  const all = hasToken ? [...fields, ['token', token] as [string, string]] : fields;
  const asked = isForm
    ? from
        .post(where)
        .set({ ...headers, ...more })
        .send(encode(all))
    : from.get(where).set({ ...headers, ...more });
  return await asked.redirects(0).ok(() => true);
}

describe("the operator's page", () => {
  it('answers whatever is sent to it, and gives nothing away', { timeout: patience }, async () => {
    const desk = await openDesk();
    desk.world.cobot.addMember({ name: 'Ada Lovelace', plan: desk.world.plan });
    await desk.sweep();
    await desk.signIn();
    const token = await desk.tokenOn('/admin/policy');
    const seen = new Set<number>();
    const known = ['Ada Lovelace', 'ada.lovelace@'];

    const given = {
      isIn: fc.boolean(),
      isForm: fc.boolean(),
      hasToken: fc.boolean(),
      path,
      query: fields,
      fields,
      headers,
    };
    const property = fc.asyncProperty(fc.record(given), async (visit) => {
      const { isIn, path } = visit;
      const where = `/admin${path}?${encode(visit.query)}`;
      const answer = await ask(desk, where, visit, token);

      seen.add(answer.status);
      // Who is signed in may ask for a person that Cobot does not understand.
      const isFailure = answer.status === 410 || (answer.status >= 500 && !(isIn && answer.status === 503));
      expect(isFailure, `${where} got ${answer.status}`).toBe(false);
      const to = new URL(answer.headers['location'] ?? '', `${ORIGIN}${where}`);
      expect(to.href.startsWith(`${ORIGIN}/admin`) || answer.headers['location'] === undefined, to.href).toBe(true);
      const hidden = [MARKUP, PASSWORD, ...desk.world.secrets, ...(isIn ? [] : known)];
      expect(hidden.filter((each) => answer.text?.includes(each))).toEqual([]);
      // Signed out by a form of ours: in again.
      if (isIn && path === '/sign-out') await desk.signIn();
    });
    await fuzz(
      {
        name: 'page',
        few: 120,
        many: 3000,
        between() {
          const log = JSON.stringify(desk.lines);
          for (const secret of [PASSWORD, ...desk.world.secrets, "a page of the operator's failed", 'request failed'])
            expect(log).not.toContain(secret);
          desk.lines.length = 0;
        },
      },
      property,
    );

    if (!process.env['FUZZ_PATH_OF_CASE'] && seen.size > 0)
      expect([...seen]).toEqual(expect.arrayContaining([200, 303, 403, 404]));
  });
});
