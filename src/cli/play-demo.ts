// relay demo: hands over to the demo, which is loaded only then, with its simulators.
import type { Command } from 'commander';
import { type Does, examples } from './cli.ts';

export function addPlayDemo(program: Command, does: Does): void {
  const demo = program
    .command('demo')
    .description('play a morning in a coworking space against simulators')
    .option('--keep', 'leave it running afterwards, to play with')
    .addHelpText('after', examples('relay demo', 'relay demo --keep'));
  does(demo, async ({ has, terminal }) => {
    const { runDemo } = await import('./demo.ts');
    return await runDemo({ keep: has('keep'), terminal });
  });
}
