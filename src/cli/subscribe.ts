// relay subscribe: registers, shows, repairs and removes the webhooks at Cobot. Needs no database and no lock system.
import { type Command, Option } from 'commander';
import { createCobotClient } from '../cobot/client.ts';
import {
  applySubscriptions,
  listSubscriptions,
  removeSubscriptions,
  type SubscriptionReport,
  type SubscriptionRow,
} from '../cobot/subscribe.ts';
import { loadWebhookConfig } from '../config.ts';
import { counted } from '../lib/wording.ts';
import { type Call, configurationError, type Does, type ExitCode, examples } from './cli.ts';
import { item, paragraph, table } from './look.ts';
import { busy } from './progress.ts';
import type { Terminal } from './terminal.ts';

export function addSubscribe(program: Command, does: Does): void {
  const subscribe = program
    .command('subscribe')
    .description('register and repair the webhooks at Cobot; safe to repeat')
    .addOption(new Option('--list', 'only show them').conflicts(['remove', 'dryRun', 'replace']))
    .addOption(new Option('--remove', 'remove all of ours').conflicts('replace'))
    .addOption(new Option('--dry-run', 'show what would be done, and do nothing'))
    .addOption(new Option('--replace', 'also replace those under another URL that carry a key of ours'))
    .addHelpText(
      'after',
      examples('relay subscribe --dry-run', 'relay subscribe', 'relay subscribe --list', 'relay subscribe --remove'),
    )
    .addHelpText('after', 'Ours are those under PUBLIC_URL. Those of others are never touched.');
  does(subscribe, runSubscribe);
}

async function runSubscribe({ env, clock, terminal, has, print }: Call): Promise<ExitCode> {
  const loaded = loadWebhookConfig(env);
  if (!loaded.ok) throw configurationError(loaded.problems);
  for (const warning of loaded.warnings) terminal.err(paragraph(`Warning: ${warning}`, terminal));
  const { cobot: access, publicUrl, webhookKeys: keys } = loaded.config;
  const dryRun = has('dryRun');
  const settings = { publicUrl, keys, dryRun, replace: has('replace') };

  const stopping = new AbortController();
  const cobot = createCobotClient({ config: access, clock, signal: stopping.signal });
  const work = has('list') ? listSubscriptions : has('remove') ? removeSubscriptions : applySubscriptions;
  const talking = () => work(cobot, settings);
  const report = await busy('talking to Cobot', { terminal, clock }, talking).finally(() => stopping.abort());

  print(report, subscriptionsText(report, { dryRun, terminal }));
  if (report.rows.some(({ state }) => state === 'failed')) return 1;
  return dryRun && report.changes > 0 ? 2 : 0;
}

/** In a dry run nothing was made. */
const WOULD: Partial<Record<SubscriptionRow['state'], string>> = {
  made: 'would be made',
  repaired: 'would be repaired',
  replaced: 'would be replaced',
  removed: 'would be removed',
};

function subscriptionsText(
  { rows, foreign, changes }: SubscriptionReport,
  { dryRun, terminal }: { dryRun: boolean; terminal: Terminal },
): string {
  const own = rows.filter(({ state }) => state !== 'elsewhere');
  const elsewhere = rows.filter(({ state }) => state === 'elsewhere');
  const states = own.map(({ event, state, callback }) => [
    event,
    (dryRun ? WOULD[state] : undefined) ?? state,
    callback,
  ]);
  const lines: string[] = [];
  if (own.length > 0) {
    const columns = [{ head: 'EVENT', least: 24 }, { head: 'STATE' }, { head: 'CALLBACK', least: 30, spare: 1 }];
    lines.push(table(columns, states, terminal), '\n');
  }
  // One reason is often that of all of them.
  const failed = own.filter(({ state }) => state === 'failed');
  for (const [problem, those] of Map.groupBy(failed, (row) => row.problem ?? 'no reason given'))
    lines.push(
      item('bad', `failed: ${those.map(({ event }) => event).join(', ')}: ${problem}`, { terminal, indent: 0 }),
    );
  const refused = own.filter(({ state }) => state === 'not offered').map(({ event }) => event);
  if (refused.length > 0)
    lines.push(
      paragraph(`Not offered by this Cobot (422), and not needed for the rest: ${refused.join(', ')}`, terminal),
    );
  for (const { event, callback } of elsewhere) {
    const hint = 'another installation? If it is an old address of this one: "relay subscribe --replace"';
    const sentence = `elsewhere: ${event} goes to ${callback} with a key of ours; left alone (${hint})`;
    lines.push(item('look', sentence, { terminal, indent: 0 }));
  }
  if (foreign.length > 0) {
    const hosts = [...new Set(foreign.map(({ callbackHost }) => callbackHost))];
    lines.push(paragraph(`${counted(foreign.length, 'webhook')} of others, untouched: ${hosts.join(', ')}`, terminal));
  }
  lines.push(paragraph(summary(own, changes, dryRun), terminal));
  return lines.join('');
}

function summary(own: readonly SubscriptionRow[], changes: number, dryRun: boolean): string {
  const active = own.filter(({ state }) => state === 'present').length;
  const failed = own.filter(({ state }) => state === 'failed').length;
  if (failed > 0)
    return `${counted(changes, 'change')} made, ${failed} failed: when the reason is mended, run it again.`;
  if (dryRun) return `${counted(changes, 'change')} to be made; nothing was done.`;
  const lacking = own.filter(({ state }) => ['missing', 'inactive', 'outdated'].includes(state)).length;
  if (lacking > 0) return `${active} in order, ${lacking} not: "relay subscribe" mends them.`;
  return changes === 0 ? `${active} in order, nothing to change.` : `${counted(changes, 'change')} made.`;
}
