// What the brake holds: who would lose what, and why. Approving takes access away, so it is asked twice; rejecting keeps it.
import { counted, heldReason } from '../../lib/wording.ts';
import type { Answers } from '../../operator/answers.ts';
import { type Html, html } from '../html.ts';
import type { Deed, Done, Page, Show, Shown, Visit } from '../page.ts';
import { badge, deedForm, empty, hidden, lockLink, notice, personLink, table } from '../pieces.ts';
import { ago, sentence, when } from '../words.ts';

type Line = Answers['holds']['kept'][number];
type Key = Pick<Line, 'lockUserId' | 'lockId'>;
const MOST_LINES = 40;

export const showHolds: Show = async ({ operator, page }) => {
  const { hold, kept } = await operator.holds({});
  const body = html`<div class="head"><h1>Holds</h1></div>
${hold ? holdPart(hold, page) : empty('Nothing is held', 'When many would lose access at once, it waits here for you, and they keep their doors meanwhile.')}
${kept.length === 0 ? '' : keptPart(kept, page)}`;
  return { title: 'Holds', body };
};

/** The second look before access is taken away; what is left as it is needs none. */
export const decideHold: Deed = async (visit) => {
  const { form, operator, page } = visit;
  const id = form.get('hold') ?? '';
  const [decision, which] = (form.get('decision') ?? '').split(' ');
  const chosen = form.getAll('line').map(keyIn);
  if (which === 'ticked' && chosen.length === 0) return nothingTicked(page);
  const lines = which === 'ticked' ? chosen : undefined;
  if (decision === 'reject') return await decided(visit, { id, decision: 'rejected', lines });
  if (decision === 'approve') return await decided(visit, { id, decision: 'approved', lines });
  const held = (await operator.heldLines({ id, member: null })).lines;
  const meant = held.filter((line) => lines === undefined || lines.some((key) => isSame(key, line)));
  return secondLook(id, meant, lines === undefined ? 'all' : 'ticked', page);
};

async function decided(
  { operator }: Visit,
  { id, decision, lines }: { id: string; decision: 'approved' | 'rejected'; lines: Key[] | undefined },
): Promise<Done> {
  const done = await operator.decideHold({ id, member: null, decision, ...(lines ? { lines } : {}) });
  const what = `${counted(done.lines.length, 'access', 'accesses')} of ${counted(personsOf(done.lines), 'person', 'people')}`;
  if (decision === 'rejected')
    return { goTo: 'holds', said: `Rejected: ${what} stays as it is, until the facts of the member change.` };
  const open = done.open.map(({ member, membershipId, why }) => `${member ?? membershipId}: ${why}`).join('; ');
  const said =
    open === ''
      ? `Approved and applied: ${what} taken away.`
      : `Approved: ${what}. Not applied yet, the next sweep goes on with it: ${open}.`;
  return { goTo: 'holds', said };
}

function holdPart(hold: NonNullable<Answers['holds']['hold']>, page: Page): Html {
  const { id, since, persons, lines } = hold;
  const shown = lines.slice(0, MOST_LINES);
  const reasons = [...Map.groupBy(lines, (line) => heldReason(line))].map(
    ([reason, of]) => `${reason} (${counted(personsOf(of), 'person', 'people')})`,
  );
  const form = html`${hidden('hold', id)}
<div class="buttons"><button class="danger" name="decision" value="review all">Approve all ${lines.length}…</button><button name="decision" value="reject all">Reject all ${lines.length}</button></div>
<h3 class="later">Or line by line</h3>
${table(
  'What is held',
  ['Person', 'Would lose', 'Why', 'Held', 'Choose'],
  shown.map((line) => [
    personLink(line, page),
    lockLink(line, page),
    sentence(heldReason(line)),
    ago(line.since, page),
    html`<label class="tick"><input type="checkbox" name="line" value="${keyOf(line)}"><span class="unseen">${line.member ?? line.membershipId} at ${line.lock ?? line.lockId}</span></label>`,
  ]),
)}${lines.length > shown.length ? html`<p class="quiet">And ${lines.length - shown.length} more, which are decided with all of them.</p>` : ''}
<div class="buttons"><button class="danger" name="decision" value="review ticked">Approve the ticked…</button><button name="decision" value="reject ticked">Reject the ticked</button></div>`;
  return html`<section class="card look" aria-labelledby="held"><h2 id="held">${counted(persons, 'person', 'people')} would lose access, held since ${when(since, page)}</h2>
<p class="lead">${sentence(reasons.join('; '))}. They keep their doors until you decide, or until Cobot gives the access back to them.</p>
<ul class="sentences"><li><strong>Approve</strong> if they have really left: the access is taken away at once, as far as that is still due.</li><li><strong>Reject</strong> if it is a mistake: the access stays until something changes for the member on Cobot.</li></ul>
${deedForm(page, 'holds/decide', form)}</section>`;
}

function secondLook(id: string, lines: readonly Line[], which: 'all' | 'ticked', page: Page): Shown {
  const persons = personsOf(lines);
  const what = `${counted(lines.length, 'access', 'accesses')} of ${counted(persons, 'person', 'people')}`;
  // All of them are what the id stands for.
  const keys = which === 'all' ? [] : lines.map((line) => hidden('line', keyOf(line)));
  const rows = lines
    .slice(0, MOST_LINES)
    .map((line) => [personLink(line, page), lockLink(line, page), sentence(heldReason(line))]);
  const unsure = lines.filter(({ restsOnAbsence }) => restsOnAbsence).length;
  const body = html`<div class="head"><h1>Take away ${what}?</h1></div>
${notice('look', 'A second look: this shuts doors at once. What is not due any more by then is left alone.')}
${unsure === 0 ? '' : notice('look', `${counted(unsure, 'line rests', 'lines rest')} on something that Cobot's lists lack, and that was not asked for singly.`)}
${table('What would be taken away', ['Person', 'Loses', 'Why'], rows)}
${deedForm(page, 'holds/decide', html`${hidden('hold', id)}${keys}<div class="buttons"><button class="danger" name="decision" value="approve ${which}">Yes, take away ${what}</button><a class="button" href="${page.to('holds')}">No, go back</a></div>`)}`;
  return { title: 'A second look', body };
}

function nothingTicked(page: Page): Shown {
  const body = html`<h1>Nothing was ticked</h1>${notice('look', 'Tick the lines that you mean, or decide about all of them.')}<p><a href="${page.to('holds')}">Back to the holds</a></p>`;
  return { title: 'Nothing was ticked', status: 400, body };
}

function keptPart(kept: readonly Line[], page: Page): Html {
  const rows = kept
    .slice(0, MOST_LINES)
    .map((line) => [personLink(line, page), lockLink(line, page), sentence(heldReason(line)), badge('calm', 'Kept')]);
  return html`<section class="card" aria-labelledby="kept"><h2 id="kept">Kept, since somebody rejected taking it away</h2><p class="quiet">Until something changes for the member on Cobot.</p>${table('What is kept', ['Person', 'Keeps', 'Why it would be lost', ''], rows)}</section>`;
}

const personsOf = (lines: readonly Line[]): number => new Set(lines.map(({ lockUserId }) => lockUserId)).size;
const keyOf = ({ lockUserId, lockId }: Key): string =>
  new URLSearchParams({ user: lockUserId, lock: lockId }).toString();
const isSame = (one: Key, other: Key): boolean => one.lockUserId === other.lockUserId && one.lockId === other.lockId;

function keyIn(value: string): Key {
  const given = new URLSearchParams(value);
  return { lockUserId: given.get('user') ?? '', lockId: given.get('lock') ?? '' };
}
