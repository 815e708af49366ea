#!/usr/bin/env node
// The command line: npm run relay -- <command>. Only hands the process over to program.ts.
import { readEnvironment } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { describeFailure, failureOf } from '../lib/failure.ts';
import { runCommandLine } from './program.ts';
import { processTerminal } from './terminal.ts';
import { fitted } from './words.ts';

async function main(): Promise<number> {
  const terminal = processTerminal(process);
  try {
    const env = readEnvironment();
    return await runCommandLine(process.argv.slice(2), { env, terminal, clock: systemClock });
  } catch (error) {
    terminal.err(fitted(describeFailure(failureOf(error)), terminal.width));
    return 1;
  }
}

// Whoever reads the answer may stop reading: relay jobs | head
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
const code = await main();
// Ends at once, whatever connection is still kept open for a next call, but not before everything is written.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
