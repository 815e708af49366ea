// What a person sees of the demo: a timeline as it happens, then what was verified. A scene stands for one promise;
// each of its checks looks at the simulators until the world is as expected, and nothing counts that was not looked at.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../lib/clock.ts';
import { painter, type Terminal } from '../terminal.ts';
import { localTime } from './daytime.ts';
import { until } from './until.ts';

const WHO_WIDTH = 11;

type Scene = { promise: string; checks: number; failures: Failure[] };
type Failure = { words: string; expected: unknown; found: unknown };

export type Show = {
  /** One promise of the relay, with everything that is done to prove it. Never throws: what was thrown is a failure. */
  scene(promise: string, play: () => Promise<void>): Promise<void>;
  /** A line of the timeline: somebody does something. Takes as long as it takes to read, where somebody reads. */
  tell(who: string, what: string): Promise<void>;
  /** Looks until it finds what is expected; a line of the timeline with a tick or a cross. */
  verify<T>(words: string, look: () => T | Promise<T>, expected: T): Promise<void>;
  /** Prints what was verified; is it all as it should be? */
  sum(): boolean;
};

export function createShow(
  terminal: Pick<Terminal, 'out' | 'colours'>,
  { clock, zone, pause, patience }: { clock: Clock; zone: string; pause: number; patience: number },
): Show {
  const paint = painter(terminal);
  const scenes: Scene[] = [];
  const began = clock.now();

  const time = () => paint('dim', localTime(clock.now(), zone).toPlainTime().toString({ smallestUnit: 'second' }));
  const line = (who: string, sign: string, what: string) =>
    terminal.out(`${time()}  ${paint('bold', who.padEnd(WHO_WIDTH))} ${sign} ${what}\n`);

  function note(failure: Failure): void {
    scenes.at(-1)?.failures.push(failure);
    line('', paint('red', '✗'), failure.words);
    for (const text of wrong(failure)) terminal.out(`${' '.repeat(10 + WHO_WIDTH + 3)}${paint('red', text)}\n`);
  }

  return {
    async scene(promise, play) {
      scenes.push({ promise, checks: 0, failures: [] });
      try {
        await play();
      } catch (error) {
        note({ words: 'the scene could not be played to its end', expected: 'no error', found: String(error) });
      }
    },

    async tell(who, what) {
      if (pause > 0) await clock.sleep(pause);
      line(who, ' ', what);
    },

    async verify(words, look, expected) {
      const scene = scenes.at(-1);
      if (scene) scene.checks += 1;
      const isIt = (found: unknown) => isDeepStrictEqual(found, expected);
      const found = await until(look, isIt, { clock, ms: patience });
      if (isIt(found)) line('', paint('green', '✓'), words);
      else note({ words, expected, found });
    },

    sum() {
      const failures = scenes.flatMap((scene) => scene.failures);
      const checks = scenes.reduce((all, scene) => all + scene.checks, 0);
      terminal.out(`\n${paint('bold', 'Verified, each against the state of the simulators:')}\n`);
      for (const scene of scenes) {
        const sign = scene.failures.length === 0 ? paint('green', '✓') : paint('red', '✗');
        terminal.out(`  ${sign} ${scene.promise} ${paint('dim', `(${counted(scene.checks, 'check')})`)}\n`);
        for (const failure of scene.failures) {
          for (const text of [failure.words, ...wrong(failure)]) terminal.out(`      ${paint('red', text)}\n`);
        }
      }
      const seconds = Math.round((clock.now() - began) / 1000);
      const outcome =
        failures.length === 0 ? paint('green', 'everything held') : paint('red', `${failures.length} did not hold`);
      terminal.out(`\n${counted(scenes.length, 'promise')}, ${counted(checks, 'check')}, ${seconds} s: ${outcome}.\n`);
      return failures.length === 0;
    },
  };
}

function wrong({ expected, found }: Failure): string[] {
  return [`expected: ${JSON.stringify(expected)}`, `found:    ${JSON.stringify(found)}`];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
