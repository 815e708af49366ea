// The demo as a person meets it: played to its end, left running, played with, and ended by Ctrl-C. And a show in which
// something does not hold.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as streamText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createShow } from '../../src/cli/demo/show.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { soon } from '../support/service.ts';

const COMMAND_LINE = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const A_MINUTE = 60_000;

describe('the demo', () => {
  const printed: string[] = [];
  const text = () => printed.join('');
  let demo: ChildProcess | undefined;
  /** A command with the settings that the demo says. */
  async function relay(...words: string[]) {
    const [, settings = ''] = /export DOTENV_CONFIG_PATH=(\S+)/.exec(text()) ?? [];
    const command = spawn(process.execPath, [COMMAND_LINE, ...words], {
      env: { DOTENV_CONFIG_PATH: settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [answer, [code]] = await Promise.all([streamText(command.stdout), once(command, 'exit')]);
    return { answer, code };
  }
  afterAll(() => void demo?.kill('SIGKILL'));

  it('plays to its end, and everything holds', { timeout: 3 * A_MINUTE }, async () => {
    const running = spawn(process.execPath, [COMMAND_LINE, 'demo', '--keep'], { stdio: ['ignore', 'pipe', 'inherit'] });
    demo = running;
    running.stdout.setEncoding('utf8').on('data', (piece: string) => printed.push(piece));

    await expect.poll(text, { timeout: 3 * A_MINUTE, interval: 50 }).toContain('Everything is left running');

    expect(text()).toMatch(/16 promises, \d+ checks, \d+ s: everything held\./);
    expect(text()).not.toContain('✗');
    // Nobody reads along here, so there are no colours.
    expect(text()).not.toContain('\u001b[');
  });

  it(
    'prints the commands that answer what the page answers, and the settings with which they do',
    async () => {
      const [, wider = ''] = /policy check --changes \\\n\s+(\S+)/.exec(text()) ?? [];
      const who = await relay('who', 'Studio', '--at', 'friday 07:45');
      const why = await relay('why', 'Ben');
      const holds = await relay('holds');
      // Cobot gives few lists a minute, and the play has used them up: this one waits.
      const check = await relay('policy', 'check', '--changes', wider);

      expect(who.answer).toMatch(/^Ada +Studio for Full Time: plan "Full Time"/m);
      expect(who.answer).toMatch(/^Nora +Studio for who has booked it: booking \d{4}-\d\d-\d\d 08:00 to 10:00/m);
      expect(who.answer).not.toMatch(/^(Ben|Paul) /m);
      expect(why.answer).toMatch(/refused lately: .*Front door: Cobot refused the check-in: No time passes left/);
      expect(holds.answer).toMatch(/^Tess +Front door +membership ended on /m);
      expect(check.answer).toContain('+ Studio: gained by 1 person, Paul');
      expect(check.answer).toContain('6 losses are held already, with or without it');
      expect([who, why, holds, check].map(({ code }) => code)).toEqual([0, 0, 0, 2]);
    },
    3 * A_MINUTE,
  );

  it('leaves everything running to play with', async () => {
    const [playground = ''] = /http:\S+(?=\s+who may open what)/.exec(text()) ?? [];
    const show = async () => (await fetch(playground)).text();

    expect(await show()).toMatch(/Lena +Full Time +opens Front door, Workshop, Studio; check-ins: 1/);
    const opened = await fetch(`${playground}/open/Greta/Workshop`, { method: 'POST' });
    expect(await opened.text()).toBe('Greta opened the Workshop; the relay answered 204.\n');
    await expect.poll(show, soon).toMatch(/Greta .*check-ins: 1/);
    await fetch(`${playground}/cancel/Lena`, { method: 'POST' });
    // So many leave at once that the brake holds her, too.
    await expect.poll(async () => (await relay('holds')).answer, soon).toMatch(/^Lena +Studio +membership ended on /m);
    expect(await show()).toMatch(/Lena +Full Time +opens Front door, Workshop, Studio/);
  });

  it('ends cleanly by Ctrl-C: nothing of it is left', async () => {
    const [relay = ''] = /(?<=relay +)http:\S+/.exec(text()) ?? [];
    expect((await fetch(`${relay}/readyz`)).status).toBe(200);

    demo?.kill('SIGINT');
    const [code] = demo ? await once(demo, 'exit') : [];

    expect(code).toBe(0);
    await expect(fetch(`${relay}/readyz`)).rejects.toThrow();
  });
});

describe('the demo on another lock system', () => {
  // Kisi takes five calls a second, and no fewer are made for a play.
  it.each(['unifi', 'seam', 'kisi'])(
    'plays the same morning to its end on %s',
    { timeout: 5 * A_MINUTE },
    async (name) => {
      const printed: string[] = [];
      const demo = spawn(process.execPath, [COMMAND_LINE, 'demo', '--lock-system', name], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void demo.kill('SIGKILL'));
      demo.stdout.setEncoding('utf8').on('data', (piece: string) => printed.push(piece));

      const [code] = await once(demo, 'exit');

      const text = printed.join('');
      expect(text.split('\n').filter((line) => line.includes('✗'))).toEqual([]);
      expect(text).toMatch(/16 promises, \d+ checks, \d+ s: everything held\./);
      expect(text).not.toContain('SmartLock');
      expect(code).toBe(0);
    },
  );

  it('refuses one that nobody knows', async () => {
    const demo = spawn(process.execPath, [COMMAND_LINE, 'demo', '--lock-system', 'nuki'], { stdio: 'ignore' });

    const [code] = await once(demo, 'exit');

    expect(code).toBe(1);
  });
});

describe('a show', () => {
  const nothing = { clock: systemClock, zone: 'Europe/Berlin', pause: 0, patience: 50 };

  it('does not hold where the world is not as it should be, and says what was expected and found', async () => {
    const printed: string[] = [];
    const show = createShow({ out: (text) => void printed.push(text), colours: false }, nothing);

    await show.scene('Two and two are five', () => show.verify('the sum', () => 2 + 2, 5));

    expect(show.sum()).toBe(false);
    expect(printed.join('')).toContain(
      '✗ Two and two are five (1 check)\n      the sum\n      expected: 5\n      found:    4',
    );
  });

  it('does not hold where a scene breaks off, and goes on with the next', async () => {
    const show = createShow({ out: () => undefined, colours: false }, nothing);

    await show.scene('First', () => Promise.reject(new Error('no stage')));
    await show.scene('Second', () => show.verify('one is one', () => 1, 1));

    expect(show.sum()).toBe(false);
  });

  it('waits for the world, which may take its time', async () => {
    const show = createShow({ out: () => undefined, colours: false }, { ...nothing, patience: 5000 });
    let world = 'old';
    const change = sleep(60).then(() => {
      world = 'new';
    });

    await show.scene('It becomes new', () => show.verify('it is new', () => world, 'new'));

    await change;
    expect(show.sum()).toBe(true);
  });
});
