// relay completion: prints what makes a shell complete the commands and options of this version.
import { Argument, type Command } from 'commander';
import type { Does } from './cli.ts';
import { bashScript, fishScript, zshScript } from './completion/scripts.ts';
import { wordsOf } from './completion/tree.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function addCompletion(program: Command, does: Does): void {
  const completion = program
    .command('completion')
    .description('print what makes a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'the shell that you use').choices(SHELLS))
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  $ relay completion bash > ~/.local/share/bash-completion/completions/relay',
        '  $ relay completion zsh > ~/.zfunc/_relay        (a folder on $fpath)',
        '  $ relay completion fish > ~/.config/fish/completions/relay.fish',
        '',
        'For the word "relay": alias relay="npm run --silent relay --" makes it one in this folder. To be made anew after',
        'an upgrade.',
      ].join('\n'),
    );
  does(completion, async ({ words, printFile }) => {
    const shell = SHELLS.find((each) => each === words[0]) ?? 'bash';
    const script = SCRIPTS[shell](wordsOf(program));
    printFile({ shell, script }, script);
    return 0;
  });
}
