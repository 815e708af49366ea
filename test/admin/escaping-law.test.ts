// Everything that a page is told by others stays text on it: each page is drawn from answers whose every text is hostile.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toText } from '../../src/admin/html.ts';
import { linksFrom, type Visit } from '../../src/admin/page.ts';
import { DEEDS, PAGES } from '../../src/admin/pages.ts';
import { frame } from '../../src/admin/shell.ts';
import { type Operator, operations } from '../../src/operator/answers.ts';

const NOW = Date.UTC(2026, 10, 30, 9);
/** Fields that hold a time; every other text may be anything. */
const TIMES = ['at', 'since', 'until', 'from', 'opensNext', 'cobotReadAt', 'readAt', 'lastGood', 'receivedAt', 'runAt'];
const MORE_TIMES = ['requestedAt', 'expiresAt', 'lastFromCobot', 'lastFromLocks'];
const ATTRIBUTES = new Set(
  `accept action aria-busy aria-current aria-hidden aria-label aria-labelledby autocapitalize autocomplete autofocus charset
  checked class content cx cy d data-busy data-drop data-file data-live data-slider data-swap datetime defer download
  focusable height hidden href id lang max method min name open placeholder r rel required role rx scope selected
  spellcheck src step tabindex text-anchor title type value viewbox width x x1 x2 y y1 y2`.split(/\s+/),
);

/** An answer of that shape, as bad as it can be. */
function filled(schema: z.core.$ZodType, text: string, key = ''): unknown {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional)
    return filled(schema.def.innerType, text, key);
  if (schema instanceof z.ZodArray) return [filled(schema.def.element, text, key)];
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(Object.entries(schema.def.shape).map(([name, each]) => [name, filled(each, text, name)]));
  if (schema instanceof z.ZodEnum) return Object.values(schema.def.entries).at(-1);
  if (schema instanceof z.ZodNumber) return 1;
  if (schema instanceof z.ZodBoolean) return false;
  if (key === 'zone') return 'Europe/Berlin';
  if (key === 'date') return '2026-11-30';
  return [...TIMES, ...MORE_TIMES].includes(key) ? new Date(NOW).toISOString() : text;
}

function hostileOperator(text: string): Operator {
  const answers = Object.entries(operations).map(([name, { answer }]) => [
    name,
    async () => answer.parse(filled(answer, text)),
  ]);
  // Of the shapes that the operations themselves are checked by.
  return Object.fromEntries(answers) as Operator;
}

function visitWith(text: string): Visit {
  const asked = new URLSearchParams({ find: text, member: text, lock: text, door: text, text, job: text, line: text });
  const to = linksFrom('/admin/people');
  return {
    page: { to, token: text, now: NOW, zone: 'Europe/Berlin' },
    query: asked,
    form: asked,
    param: () => text,
    operator: hostileOperator(text),
    sweepMinutes: 15,
  };
}

async function drawn(path: string, text: string): Promise<string> {
  const visit = visitWith(text);
  const work = PAGES[path] ?? DEEDS[path];
  const shown = await work?.(visit);
  if (!shown || !('body' in shown)) return '';
  const assets = { style: 'assets/s.css', script: 'assets/s.js', icon: 'assets/i.svg' };
  const terms = { page: visit.page, assets, space: text, here: '', counts: { holds: 1, dead: 1 }, said: text };
  return toText(frame(shown, terms));
}

/** What stands in a page besides whole tags, and the attributes of these that no template of ours has. */
function strangeIn(page: string): string[] {
  const strange: string[] = [];
  const rest = page
    .replace('<!doctype html>', '')
    .replaceAll(/<\/?[a-z][a-z0-9]*((?:\s+[a-z0-9-]+(?:="[^"<>]*")?)*)\s*\/?>/gi, (_tag, attributes) => {
      for (const [, name = ''] of String(attributes).matchAll(/([a-z0-9-]+)(?:="[^"]*")?/gi))
        if (!ATTRIBUTES.has(name.toLowerCase())) strange.push(name);
      return '';
    });
  if (/[<>"']/.test(rest))
    strange.push(rest.slice(Math.max(0, rest.search(/[<>"']/) - 40), rest.search(/[<>"']/) + 40));
  return strange;
}

const hostile = fc
  .tuple(
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"onload="x',
      "'><img src=x onerror=y>",
      '&lt;b&gt;',
      '</textarea>',
      '-->',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )
  .map(([one, other]) => `${one}${other}`);

describe('a page', () => {
  const paths = [...Object.keys(PAGES), ...Object.keys(DEEDS)];

  it.each(paths)('%s holds nothing but text of what others say', async (path) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        expect(strangeIn(await drawn(path, text))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('is drawn at all, and a text that became markup would be seen', async () => {
    const lengths = await Promise.all(Object.keys(PAGES).map(async (path) => (await drawn(path, 'Ada')).length));

    expect(Math.min(...lengths)).toBeGreaterThan(1000);
    expect(strangeIn('<p title="" onload="x">a</p>')).toEqual(['onload']);
    expect(strangeIn('<p>a<script</p>')).not.toEqual([]);
  });
});
