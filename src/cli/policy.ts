// relay policy: checks a policy file before it is in force, shows what it would change, and prints its JSON Schema.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { policyJsonSchema } from '../access/policy-json.ts';
import { CommandError } from '../lib/failure.ts';
import { counted } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import type { DoorEffect, PolicyChanges } from '../operator/plan-answers.ts';
import { type Call, type Does, type ExitCode, examples, readConfig } from './cli.ts';
import { item, paragraph, type Sign } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { planText } from './sync-view.ts';
import { painter, type Terminal } from './terminal.ts';
import { plain } from './words.ts';

export function addPolicy(program: Command, does: Does): void {
  const policy = program.command('policy').description('check the policy file, access.yaml');
  policy.addHelpText('after', examples('relay policy check --changes', 'relay policy schema > access.schema.json'));
  const check = policy
    .command('check')
    .description('show every mistake of a policy file; nothing is put in force')
    .argument('[file]', 'the file (default: the configured one)')
    .option('--changes', 'also what would change if it were in force')
    .addHelpText(
      'after',
      examples(
        'relay policy check',
        'relay policy check new-access.yaml',
        'relay policy check --changes new-access.yaml',
      ),
    )
    .addHelpText(
      'after',
      'Exit codes: 0 good; 2 it has mistakes or would change something; 1 it could not be checked.',
    );
  does(check, runCheck);

  const schema = policy
    .command('schema')
    .description('print the JSON Schema of the file, for editors')
    .addHelpText('after', examples('relay policy schema > access.schema.json'))
    .addHelpText('after', 'Then begin access.yaml with: # yaml-language-server: $schema=access.schema.json');
  does(schema, async ({ printFile }) => {
    const text = policyJsonSchema();
    printFile(text, `${JSON.stringify(text, null, 2)}\n`);
    return 0;
  });
}

type Checked = Answers['checkPolicy'];

async function runCheck(call: Call): Promise<ExitCode> {
  const { terminal, words, has, print } = call;
  const { policy } = readConfig(call);
  const file = words[0] ?? policy.path;
  const text = await readPolicy(file);
  const given = words[0] !== undefined;
  if (text === null && given) {
    throw new CommandError({
      code: 'no_such_file',
      what: 'the file is not there',
      where: file,
      advice: 'give another one',
    });
  }
  const checked =
    text === null && policy.named
      ? missing
      : await withOperator(call, { newDatabase: 'made' }, (operator) =>
          operator.checkPolicy({ text, changes: has('changes') }),
        );
  print({ file, ...checked }, checkText(checked, { file, isThere: text !== null, terminal }));
  const { mistakes, changes } = checked;
  if (mistakes.length > 0) return 2;
  if (changes && changes.unread.length > 0) return 1;
  return changes && changes.changes.length + changes.held.length > 0 ? 2 : 0;
}

/** ACCESS_POLICY names a file that is not there. */
const missing: Checked = {
  mistakes: [{ line: 1, column: 1, message: 'is not there, although ACCESS_POLICY names it' }],
  warnings: [],
  inForce: 'another',
  changes: null,
};

/** null: there is none. */
async function readPolicy(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return null;
    throw new CommandError(
      {
        code: 'unreadable_file',
        what: `the file cannot be read (${code})`,
        where: file,
        advice: 'give a readable text file',
      },
      { cause: error },
    );
  }
}

const IN_FORCE = {
  this: 'It is the policy in force.',
  another: 'It is not in force: the policy in force is another text.',
  none: 'It is not in force, and none was before: the service takes it at its start.',
};

function checkText(
  { mistakes, warnings, inForce, changes }: Checked,
  { file, isThere, terminal }: { file: string; isThere: boolean; terminal: Terminal },
): string {
  const paint = painter(terminal);
  const lines = mistakes.map(({ line, column, message }) => `${file}:${line}:${column} ${plain(message)}\n`);
  const warned = warnings.map((warning) => item('look', warning, { terminal, indent: 0 }));
  if (mistakes.length > 0) {
    const stays = inForce === 'another' ? ' The policy last in force stays.' : '';
    return [...lines, `\n${paint('red', counted(mistakes.length, 'mistake'))}.${isThere ? stays : ''}\n`].join('');
  }
  if (!isThere) return `There is no file ${file}, so every active member may open every lock.\n`;
  return [
    ...warned,
    `${paint('green', 'Good:')} ${file}. ${IN_FORCE[inForce]}\n`,
    ...(changes ? [`\nIf it were in force now:\n\n${changesText(changes, terminal)}`] : []),
  ].join('');
}

const EFFECTS: Readonly<Record<DoorEffect['effect'], readonly [Sign, string]>> = {
  gains: ['gives', 'gained by'],
  loses: ['bad', 'lost by'],
  moves: ['moves', 'at other times for'],
  held: ['look', 'would be held, and stay open, for'],
};
const MOST_NAMES = 12;

/** First each door, which is what was asked; then person by person. */
function changesText(changes: PolicyChanges, terminal: Terminal): string {
  const { doors, heldAlready } = changes;
  const lines = doors.map(({ effect, lock, members }) => {
    const [sign, verb] = EFFECTS[effect];
    const more = members.length - MOST_NAMES;
    const names = members.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
    return item(sign, `${lock}: ${verb} ${counted(members.length, 'person', 'people')}, ${names}`, { terminal });
  });
  return [
    ...(lines.length === 0 ? [] : [`${painter(terminal)('bold', 'The doors:')}\n`, ...lines, '\n']),
    planText(changes, { terminal, tense: 'would' }),
    ...(heldAlready === 0
      ? []
      : [
          paragraph(
            `${counted(heldAlready, 'loss is', 'losses are')} held already, with or without it: "relay holds" shows them.`,
            terminal,
          ),
        ]),
  ].join('');
}
