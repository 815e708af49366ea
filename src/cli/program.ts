// Which commands there are and what they have in common: --json, help, errors in three parts, exit codes.
import { styleText } from 'node:util';
import { Command, CommanderError } from 'commander';
import { CommandError, describeFailure, failureOf } from '../lib/failure.ts';
import { addAdopt } from './adopt.ts';
import { addAlerts } from './alerts.ts';
import { addAudit } from './audit.ts';
import { type Does, type ExitCode, examples, type Surroundings, secretsIn } from './cli.ts';
import { addCodes } from './codes.ts';
import { addCompletion } from './completion.ts';
import { addDoctor } from './doctor.ts';
import { addForget } from './forget.ts';
import { addHolds } from './holds.ts';
import { addJobs } from './jobs.ts';
import { addPlayDemo } from './play-demo.ts';
import { addPolicy } from './policy.ts';
import { addProblems } from './problems.ts';
import { addSmoke } from './smoke.ts';
import { addSubscribe } from './subscribe.ts';
import { addSync } from './sync.ts';
import { hiding } from './terminal.ts';
import { addWebhooks } from './webhooks.ts';
import { addWho } from './who.ts';
import { addWhy } from './why.ts';
import { fitted } from './words.ts';

/** In the order in which the help lists them. */
const commands = [
  addSubscribe,
  addSync,
  addWhy,
  addWho,
  addHolds,
  addPolicy,
  addJobs,
  addProblems,
  addAlerts,
  addWebhooks,
  addAudit,
  addAdopt,
  addForget,
  addCodes,
  addDoctor,
  addSmoke,
  addCompletion,
  addPlayDemo,
];

const WIDE = 100;
/** Of a help's right column: with less it is one long line each. */
const NARROW = 16;

/** Resolves with the exit code; throws nothing. */
export async function runCommandLine(words: readonly string[], around: Surroundings): Promise<ExitCode> {
  const terminal = hiding(secretsIn(around.env), around.terminal);
  let code: ExitCode = 0;
  const program = buildProgram({ ...around, terminal }, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    // Its own errors and help texts commander has printed already.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (words.includes('--json')) terminal.out(asJson({ error: failureOf(asUsage(error)) }));
      return 1;
    }
    const failure = failureOf(error);
    if (program.opts()['json'] === true) terminal.out(asJson({ error: failure }));
    terminal.err(fitted(describeFailure(failure), terminal.width));
    const isDebugging = ['debug', 'trace'].includes(around.env['LOG_LEVEL']?.trim().toLowerCase() ?? '');
    if (isDebugging && error instanceof Error) terminal.err(`${error.stack}\n`);
    return 1;
  }
}

/** "error: unknown command 'sincy'\n(Did you mean sync?)", for those who read JSON. */
function asUsage({ message }: CommanderError): CommandError {
  const what = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return new CommandError({ code: 'usage', what, advice: '"relay --help" lists the commands' });
}

const asJson = (answer: unknown) => `${JSON.stringify(answer, null, 2)}\n`;

function buildProgram(around: Surroundings, ends: (code: ExitCode) => void): Command {
  const { terminal } = around;
  const helpWidth = () => terminal.width ?? WIDE;
  const program = new Command('relay')
    .description('Gives every member of a coworking space on Cobot exactly the doors that they may open.')
    .usage('<command> [options]')
    .option('--json', 'print the answer as JSON')
    .exitOverride()
    .showHelpAfterError('"relay --help" lists the commands, "relay <command> --help" explains one.')
    // Colour where it is a terminal; commander takes it out elsewhere.
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: NARROW,
      styleTitle: (title) => styleText('bold', title, { validateStream: false }),
    })
    .configureOutput({
      writeOut: (text) => terminal.out(fitted(text, terminal.width)),
      writeErr: (text) => terminal.err(fitted(text, terminal.width)),
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
      getOutHasColors: () => terminal.colours,
      getErrHasColors: () => false,
    })
    .addHelpText('after', examples('relay sync --dry-run', 'relay why ada@example.com', 'relay policy check --changes'))
    .addHelpText('after', 'Exit codes: 0 done, or the question answered; 2 differences remain; 1 error.');

  const does: Does = (command, work) => {
    command.action(async () => {
      const options = command.optsWithGlobals();
      ends(
        await work({
          ...around,
          words: command.args,
          has: (option) => options[option] === true,
          option: (name) => (typeof options[name] === 'string' ? options[name] : null),
          print: (answer, text) =>
            terminal.out(options['json'] === true ? asJson(answer) : fitted(text, terminal.width)),
          printFile: (answer, text) => terminal.out(options['json'] === true ? asJson(answer) : text),
        }),
      );
    });
  };
  for (const add of commands) add(program, does);
  return program;
}
