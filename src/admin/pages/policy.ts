// The policy: its rules in words, the file with its mistakes, and what another text would change. Saves nothing.
import { counted } from '../../lib/wording.ts';
import type { Answers } from '../../operator/answers.ts';
import { type Html, html, nothing } from '../html.ts';
import type { Deed, Page, Show } from '../page.ts';
import { deedForm, empty, notice } from '../pieces.ts';
import { changesPart } from '../what-changes.ts';
import { sentence } from '../words.ts';

type Policy = Answers['policy'];
type Mistakes = Policy['mistakes'];
/** More of a file is not shown: it is for reading, and has to stay light. */
const MOST_LINES = 500;

export const showPolicy: Show = async ({ operator, page }) => {
  const policy = await operator.policy({});
  const body = html`<div class="head"><h1>Policy</h1></div>
${inForceWords(policy)}
<section class="card" aria-labelledby="rules"><h2 id="rules">The rules in force</h2>${rulesPart(policy)}</section>
<section class="card" aria-labelledby="try"><h2 id="try">What would change?</h2>${tryForm(page, policy.text ?? STARTER)}</section>
<section class="card" aria-labelledby="file"><h2 id="file">The file</h2>${filePart(policy)}</section>`;
  return { title: 'Policy', body };
};

export const previewPolicy: Deed = async ({ operator, page, form }) => {
  // A form sends its lines with both ends of a typewriter.
  const text = (form.get('text') ?? '').replaceAll('\r\n', '\n');
  const { mistakes, warnings, changes, inForce } = await operator.checkPolicy({ text, changes: true });
  const isSame = inForce === 'this' ? notice('good', 'This is the policy in force.') : nothing;
  const answer =
    mistakes.length > 0
      ? html`${notice('bad', `${counted(mistakes.length, 'mistake')}: with this text the policy in force would stay as it is.`)}${source(text, mistakes)}`
      : html`${isSame}${warnings.map((each) => notice('look', each))}${changes ? changesPart(changes, page) : ''}`;
  const body = html`<div class="head"><h1>What would change</h1><p><a href="${page.to('policy')}">Back to the policy in force</a></p></div>
${notice('look', 'Nothing was saved. To put it in force, save the text as the policy file: the relay takes it within seconds.')}
<section class="card" aria-labelledby="answer"><h2 id="answer">With this text</h2>${answer}</section>
<section class="card" aria-labelledby="try"><h2 id="try">Try another one</h2>${tryForm(page, text)}</section>`;
  return { title: 'What would change', body };
};

const STARTER = `version: 1
rules:
  - name: Front door for everybody
    locks: [Front door]
    members: all
`;

function tryForm(page: Page, text: string): Html {
  const body = html`<label class="field"><span>Paste or edit the text, or drop a file on it. Nothing is saved here.</span><textarea name="text" spellcheck="false" autocapitalize="off" data-drop required>
${text}</textarea></label>
<div class="buttons"><button class="main" data-busy="Looking at everybody…">Show what would change</button><label class="button" data-file hidden>Choose a file<input type="file" accept=".yaml,.yml,text/*" class="unseen"></label></div>`;
  return deedForm(page, 'policy/preview', body);
}

function inForceWords({ inForce, mistakes, path, why }: Policy): Html {
  if (mistakes.length > 0)
    return notice(
      'bad',
      html`<strong>${counted(mistakes.length, 'mistake')} in ${path}:</strong> the policy that was last good stays in force.`,
    );
  if (why !== null) return notice('look', `Nothing is in force yet: ${why}.`);
  if (inForce === 'another')
    return notice('look', `${path} differs from what is in force; the relay looks at it within seconds.`);
  return nothing;
}

function rulesPart({ rules, besides, text, path }: Policy): Html {
  if (rules === null)
    return empty('Not known yet', 'Names in the policy are looked up at Cobot and the lock system first.');
  const none =
    text === null ? notice('look', `There is no file ${path}, so every active member may open every lock.`) : nothing;
  return html`${none}<ol class="rules">${rules.map(
    ({ name, words }) => html`<li><h3>${name}</h3><p>${sentence(words)}.</p></li>`,
  )}</ol>${besides.map((each) => html`<p class="quiet">${each}</p>`)}`;
}

function filePart({ text, mistakes, path }: Policy): Html {
  if (text === null)
    return empty(
      'There is no file',
      html`Examples are in the relay's folder <code>examples</code>; it looks for <code>${path}</code>.`,
    );
  return html`<p class="quiet"><code>${path}</code></p>${source(text, mistakes)}`;
}

/** The text with its lines numbered, and each mistake under its line. */
function source(text: string, mistakes: Mistakes): Html {
  const lines = text.replace(/\n$/, '').split('\n').slice(0, MOST_LINES);
  const wrong = Map.groupBy(mistakes, ({ line }) => Math.min(Math.max(1, line), lines.length));
  return html`<pre class="source" tabindex="0" role="region" aria-label="The text, line by line">${lines.map(
    (line, index) => {
      const here = wrong.get(index + 1) ?? [];
      return html`<span class="${here.length > 0 ? 'wrong' : ''}">${line}${here.map(({ message, column }) => html`<em>Line ${index + 1}, column ${column}: ${message}</em>`)}</span>`;
    },
  )}</pre>`;
}
