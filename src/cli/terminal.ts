// Where a command writes, and whom it may ask. Answers go to stdout, everything else to stderr; colours only on a
// terminal and never alone. No secret of the configuration gets through, wherever it came from.
import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import { plain, wrap } from './words.ts';

export type Terminal = {
  out(text: string): void;
  err(text: string): void;
  /** Columns that a line may have; null: no terminal, so a line is as long as it is. */
  width: number | null;
  colours: boolean;
  /** Asks for yes or no; null: nobody is there to answer. */
  ask: ((question: string) => Promise<boolean>) | null;
  /** One line on stderr that is written over, null takes it away; without it stderr is no terminal. */
  live?: (line: string | null) => void;
};

export function processTerminal({ stdin, stdout, stderr }: NodeJS.Process): Terminal {
  const isAnswered = stdin.isTTY === true && stdout.isTTY === true;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    width: stdout.isTTY === true ? stdout.columns : null,
    colours: stdout.isTTY === true && stdout.hasColors(),
    ask: isAnswered ? (question) => askOnce(question, stdin, stderr) : null,
    ...(stderr.isTTY === true ? { live: (line) => writeOver(line, stderr) } : {}),
  };
}

/** Back to its beginning, and away with what stood there; a longer one than the terminal would leave rests behind. */
function writeOver(line: string | null, stderr: NodeJS.WriteStream): void {
  const room = Math.max(0, stderr.columns - 1);
  stderr.write(`\r\u001b[K${line === null ? '' : (wrap(plain(line), room)[0] ?? '')}`);
}

/** Anything but yes is no, also the end of the input. */
function askOnce(question: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<boolean> {
  return new Promise((resolve) => {
    const reader = createInterface({ input, output });
    let isAnswered = false;
    reader.on('close', () => {
      if (!isAnswered) output.write('\n');
      resolve(false);
    });
    reader.question(`${question} [y/N] `, (answer) => {
      isAnswered = true;
      resolve(/^y(es)?$/i.test(answer.trim()));
      reader.close();
    });
  });
}

/** A shorter one hides nothing, and would blot out half of every line. */
const SHORTEST = 8;

/** The same terminal, on which these values never show. */
export function hiding(secrets: readonly string[], terminal: Terminal): Terminal {
  const forms = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
  const hide = (text: string) => forms.reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), text);
  const { live } = terminal;
  return {
    ...terminal,
    out: (text) => terminal.out(hide(text)),
    err: (text) => terminal.err(hide(text)),
    ...(live ? { live: (line) => live(line === null ? null : hide(line)) } : {}),
  };
}

export type Colour = 'green' | 'red' | 'yellow' | 'bold' | 'dim';

export function painter({ colours }: Pick<Terminal, 'colours'>): (colour: Colour, text: string) => string {
  return (colour, text) => (colours ? styleText(colour, text, { validateStream: false }) : text);
}
