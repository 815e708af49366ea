// Cobot, as a check-up sees it: is the token taken and may it do what the relay needs, which space is it, and do its
// webhooks come here. Reads only.
import { counted, isoTime, localTime } from '../lib/wording.ts';
import { asked, bad, type Finding, good, remark } from './finding.ts';
import type { OperatorApp } from './parts.ts';

/** docs/operations.md lists the same. The wide ones of before stand for all that begin alike. */
const NEEDED = [
  'read_user',
  'read_spaces',
  'read_memberships',
  'read_plans',
  'read_check_ins',
  'write_check_ins',
  'checkin',
  'checkin_tokens',
  'read_time_passes',
  'read_bookings',
  'read_resources',
  'read_subscriptions',
  'write_subscriptions',
];
/** Cobot says in no place which of the two a check-in asks for; one may do. */
const EITHER = ['write_check_ins', 'checkin'];

export async function lookingAtCobot({ parts, webhooksAtCobot }: OperatorApp): Promise<Finding[]> {
  const { cobot, clock } = parts;
  const space = await asked('Cobot', async () => {
    const { name, zone } = await cobot.space();
    return [
      good('Cobot', 'the token is taken'),
      good('Cobot, space', `"${name}"; there it is ${localTime(isoTime(clock.now()), zone)} (${zone})`),
    ];
  });
  // One line for a side that does not answer, not one for each thing that it was to be asked.
  if (space.some(({ ok }) => ok !== true)) return space;
  const scopes = await asked('Cobot, scopes', async () => [scopesFinding(await cobot.tokenScopes())]);
  const webhooks = await asked('Cobot, webhooks', async () => [webhooksFinding(await webhooksAtCobot())]);
  return [...space, ...scopes, ...webhooks];
}

function scopesFinding(scopes: readonly string[] | undefined): Finding {
  const what = 'Cobot, scopes';
  if (scopes === undefined) return remark(what, 'Cobot does not tell what the token may do', null);
  const lacking = NEEDED.filter((scope) => !scopes.includes(scope) && !isCovered(scope, scopes));
  if (lacking.length === 0) return good(what, 'the token may do all that the relay needs');
  const advice = 'make a token that has them too (docs/operations.md), put it into COBOT_ACCESS_TOKEN and restart';
  const isUncertain = lacking.length === 1 && EITHER.includes(lacking[0] ?? '');
  if (isUncertain) return remark(what, `the token lacks ${lacking.join()}, which may not be needed`, advice);
  return bad(what, `the token lacks ${lacking.join(', ')}`, advice);
}

const isCovered = (scope: string, scopes: readonly string[]): boolean =>
  (scope.startsWith('read_') && scopes.includes('read')) || (scope.startsWith('write_') && scopes.includes('write'));

function webhooksFinding(found: Awaited<ReturnType<OperatorApp['webhooksAtCobot']>>): Finding {
  const what = 'Cobot, webhooks';
  if (found === null)
    return remark(what, 'not looked at, since PUBLIC_URL is not set', 'set it to where Cobot reaches the relay');
  const { active, elsewhere, ...lacking } = found;
  const wrong = Object.entries(lacking).filter(([, count]) => count > 0);
  if (wrong.length > 0) {
    const words = wrong.map(([state, count]) => `${count} ${state}`).join(', ');
    return bad(what, `${counted(active, 'webhook')} active, ${words}`, '"relay subscribe" mends them');
  }
  const others = elsewhere > 0 ? `; ${elsewhere} lead elsewhere with a key of ours ("relay subscribe --list")` : '';
  return good(what, `all ${active} are active${others}`);
}
