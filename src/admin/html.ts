// HTML as a value: a template whose every inserted text is escaped. Whatever comes from Cobot, a lock or a form is text,
// so nothing in here can turn a text into markup; attributes stand in double quotes (a test reads the templates for it).
const MARKUP = Symbol('markup');

export type Html = { readonly [MARKUP]: string };
type Piece = Html | string | number | null | undefined | false | readonly Piece[];

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** html`<b title="${text}">${text}</b>`. Nothing is printed for null, undefined and false. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  const [first = '', ...rest] = strings;
  return { [MARKUP]: rest.reduce((all, text, index) => all + markupOf(values[index]) + text, first) };
}

export function toText(page: Html): string {
  return page[MARKUP];
}

export const nothing: Html = html``;

function markupOf(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return MARKUP in piece ? piece[MARKUP] : piece.map(markupOf).join('');
}

/** Characters that change what stands around them (controls, directions of writing) are shown as unknown ones. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
      .replaceAll(/[&<>"']/g, (character) => NAMED[character] ?? '')
  );
}
