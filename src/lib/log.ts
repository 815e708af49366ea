// The log: one JSON line per event, a fixed message with fields. Secrets and email addresses never come out of it.
import { pino } from 'pino';
import { createScrub, type Scrub } from './scrub.ts';

type Fields = Readonly<Record<string, unknown>>;
type Write = (fields: Fields, message: string) => void;

export type Log = {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  /** A log that adds these fields to every line. */
  child(fields: Fields): Log;
};

export type LogOptions = {
  /** A level of pino, or 'silent'. */
  level: string;
  /** Values that are hidden wherever they turn up. */
  secrets: readonly string[];
  /** Default: standard output. */
  destination?: { write(line: string): void };
};

/** Pass what was thrown as the field `error`: its code, where, advice and causes are taken, nothing else of it. */
export function createLog({ level, secrets, destination }: LogOptions): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  // Lines that come together are written together, in the background; at the end of the process nothing is left over.
  const out = destination ?? pino.destination({ dest: 1, sync: false });
  return over(pino(options, out), createScrub(secrets));
}

function over(logger: pino.Logger, scrub: Scrub): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error'): Write =>
    (fields, message) => {
      if (logger.isLevelEnabled(level)) logger[level](scrub.fields(fields), scrub.text(message));
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => over(logger.child(scrub.fields(fields)), scrub),
  };
}
