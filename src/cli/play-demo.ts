// relay demo: hands over to the demo, which is loaded only then, with its simulators.
import { type Command, Option } from 'commander';
import { LOCK_SYSTEMS } from '../config-variables.ts';
import { type Does, examples } from './cli.ts';

const [usual, another] = LOCK_SYSTEMS;

export function addPlayDemo(program: Command, does: Does): void {
  const demo = program
    .command('demo')
    .description('play a morning in a coworking space against simulators')
    .option('--keep', 'leave it running afterwards, to play with')
    .addOption(
      new Option('--lock-system <name>', `the lock system to play it on (default: ${usual})`).choices(LOCK_SYSTEMS),
    )
    .addHelpText('after', examples('relay demo', 'relay demo --keep', `relay demo --lock-system ${another}`));
  does(demo, async ({ has, option, terminal, print }) => {
    const { runDemo } = await import('./demo.ts');
    const lockSystem = LOCK_SYSTEMS.find((each) => each === option('lockSystem')) ?? usual;
    // With --json the play is no part of the answer.
    const stage = has('json') ? { ...terminal, out: terminal.err } : terminal;
    const code = await runDemo({ keep: has('keep'), lockSystem, terminal: stage });
    print({ lockSystem, held: code === 0 }, '');
    return code;
  });
}
