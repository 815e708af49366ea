// Whatever is put into a page stays text.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, toText } from '../../src/admin/html.ts';

const folder = fileURLToPath(new URL('../../src/admin', import.meta.url));
const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)
  .filter(([, text]) => text.includes('html`'));

describe('html', () => {
  it('turns no text into markup, wherever it is put', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const page = toText(html`<p title="${text}">${text}${[text, html`<b>${text}</b>`]}</p>`);

        const rest = page.replaceAll(/&(amp|lt|gt|quot|#39);/g, '');
        expect(rest.replaceAll(/<\/?(p|b)( title="[^"<>]*")?>/g, '')).not.toMatch(/[<>"'&]/);
      }),
    );
  });

  it('prints markup of its own as it is, and nothing for what is not there', () => {
    expect(toText(html`<ul>${['a', 1].map((each) => html`<li>${each}</li>`)}${null}${false}${undefined}</ul>`)).toBe(
      '<ul><li>a</li><li>1</li></ul>',
    );
  });

  it('takes the power from characters that turn the writing around', () => {
    expect(toText(html`${'a\u202eb\u0000c'}`)).toBe('a\ufffdb\ufffdc');
  });

  it('stands in no template without quotes, in a script, a style or an event', () => {
    const wrong = templates.filter(([, text]) =>
      /=\$\{|<script[^>]*>[^<]|<style| on\w+="| style="|javascript:/.test(text),
    );

    expect(templates.length).toBeGreaterThan(15);
    expect(wrong.map(([name]) => name)).toEqual([]);
  });
});
