// What every command is handed: its surroundings, and the few things that all of them do alike: say whether it is about
// JSON, print the answer, leave an exit code, show examples, refuse what is not known.
import { type Command, InvalidArgumentError } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { type Config, type Environment, loadConfig } from '../config.ts';
import { passwordsIn } from '../config-values.ts';
import { variables } from '../config-variables.ts';
import type { Clock } from '../lib/clock.ts';
import { CommandError } from '../lib/failure.ts';
import type { Terminal } from './terminal.ts';
import { fitted } from './words.ts';

export type Surroundings = { env: Environment; terminal: Terminal; clock: Clock };

/** 0 done or answered; 2 differences remain; 1 error. */
export type ExitCode = 0 | 1 | 2;

export type Call = Surroundings & {
  /** What stands behind the command, without the options. */
  words: readonly string[];
  /** Was this option given? */
  has(option: string): boolean;
  /** What was given with this option; null: it was not. */
  option(name: string): string | null;
  /** The text, or with --json the answer itself. */
  print(answer: unknown, text: string): void;
  /** The same of a text that is for a file or another program: not a character of it is moved. */
  printFile(answer: unknown, text: string): void;
};

/** Makes `work` what the command does. */
export type Does = (command: Command, work: (call: Call) => Promise<ExitCode>) => void;

/** Throws every problem of it at once. */
export function readConfig({ env }: Pick<Surroundings, 'env'>): Config {
  const loaded = loadConfig(env);
  if (!loaded.ok) throw configurationError(loaded.problems);
  return loaded.config;
}

export function configurationError(problems: string[]): CommandError {
  return new CommandError({
    code: 'configuration',
    what: 'the configuration is not complete',
    details: problems,
    advice: 'set these in the environment or in .env (.env.example shows them all), then run the command again',
  });
}

/** Also where the rest of the environment is wrong. */
export function secretsIn(env: Environment): string[] {
  return variables
    .filter(({ secret }) => secret === true)
    .flatMap(({ name }) => [env[name] ?? '', ...(env[name] ?? '').split(','), ...passwordsIn(env[name] ?? '')])
    .map((value) => value.trim());
}

/** Of the option --at. */
export const AT_THAT_TIME =
  'at that time, by the clock of the space: "friday 07:45", "tomorrow 9:00", 17:30, or 2026-12-24T09:00';

/** For a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}

/** Refuses what is no whole number from 1 to `most`. */
export function limitUpTo(most: number): (text: string) => string {
  return (text) => {
    if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= most) return text;
    throw new InvalidArgumentError(`It is not a whole number from 1 to ${most}.`);
  };
}

/** The second look: asks where somebody is there to answer, and who did not say that it is not needed. */
export async function isWanted({ terminal, has }: Call, question: string): Promise<boolean> {
  return terminal.ask === null || has('yes') || (await terminal.ask(question));
}

/** Words for people: with --json they are no part of the answer. */
export function tell({ terminal, has }: Call, text: string): void {
  const lines = fitted(text, terminal.width);
  if (has('json')) terminal.err(lines);
  else terminal.out(lines);
}

/** Of a command that may stand alone and has others below it: what stands behind it has to be one of those. */
export function refuseUnknown(command: Command): void {
  const [wrong] = command.args;
  if (wrong === undefined) return;
  const names = command.commands.map((each) => each.name());
  const near = closest(wrong, names);
  const full = `${command.name()} ${near}`;
  const meant = distance(wrong, near) <= 2 ? `did you mean "${full}"?` : `there are: ${names.join(', ')}`;
  command.error(`error: unknown command '${command.name()} ${wrong}' (${meant})`, { code: 'commander.unknownCommand' });
}
