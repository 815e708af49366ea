// What there is to complete, out of commander's own knowledge of the commands, so that the two cannot drift apart.
import type { Command } from 'commander';

type Word = { word: string; description: string };

/** One command, by the words that lead to it: '', 'holds', 'holds approve'. */
export type Place = {
  path: string;
  commands: Word[];
  options: Word[];
  /** Options that a value follows, with those there are; empty: anybody's guess. */
  values: { option: string; choices: readonly string[] }[];
  /** What may stand as its first word; 'file': one of the disk. */
  argument: readonly string[] | 'file' | null;
};

export function wordsOf(program: Command): Place[] {
  const help = program.createHelp();
  const visit = (command: Command, path: string): Place[] => {
    const below = help.visibleCommands(command).filter((each) => each.name() !== 'help');
    const options = [...help.visibleOptions(command), ...program.options].filter(({ long }) => long != null);
    const [argument] = command.registeredArguments;
    const place: Place = {
      path,
      commands: below.map((each) => ({ word: each.name(), description: each.description() })),
      options: [...new Map(options.map((each) => [each.long ?? '', each.description])).entries()].map(
        ([word, description]) => ({ word, description }),
      ),
      values: options
        .filter(({ required, optional }) => required || optional)
        .map(({ long, argChoices }) => ({ option: long ?? '', choices: argChoices ?? [] })),
      argument: argument ? (argument.argChoices ?? (argument.name() === 'file' ? 'file' : null)) : null,
    };
    const deeper = below.map((each) => visit(each, path === '' ? each.name() : `${path} ${each.name()}`));
    return [place, ...deeper.flat()];
  };
  return visit(program, '');
}
