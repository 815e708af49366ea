// What PostgreSQL and its driver say when they cannot be used, as a sentence and a piece of advice for a person.
import pg from 'pg';
import { DatabaseTooNewError, DatabaseUnusableError } from './errors.ts';

type Known = { why?: string; advice: string };

const RIGHTS = 'docs/operations.md says which rights the user needs.';
const AWAY: Known = {
  why: 'nobody answers there',
  advice:
    'Look whether the server runs, whether the host and port in DATABASE_URL are right, and whether it can be reached from here.',
};

/** By the code that PostgreSQL or the network gives: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const KNOWN: Readonly<Record<string, Known>> = {
  '28P01': { why: 'it refuses the user name or password', advice: 'Look at both in DATABASE_URL.' },
  '28000': {
    why: 'it refuses this user',
    advice: 'Look at the user in DATABASE_URL, and at the server’s pg_hba.conf.',
  },
  '3D000': { why: 'there is no database of that name', advice: `Make it, or name another in DATABASE_URL. ${RIGHTS}` },
  '42501': { why: 'the user may not do what the relay needs', advice: RIGHTS },
  '25006': { why: 'it is read-only', advice: 'Give DATABASE_URL the address of the server that takes writes.' },
  '53300': { why: 'it has no connection left', advice: 'Let it take more (max_connections), or use fewer elsewhere.' },
  '57P03': { why: 'it is just starting or stopping', advice: 'Try again in a moment.' },
  ECONNREFUSED: AWAY,
  ECONNRESET: AWAY,
  EHOSTUNREACH: AWAY,
  ENOTFOUND: AWAY,
  ETIMEDOUT: AWAY,
  EAI_AGAIN: AWAY,
};

export function whyPostgresIsUnusable(error: unknown, place: string): Error {
  if (error instanceof DatabaseTooNewError || error instanceof DatabaseUnusableError) return error;
  const known = KNOWN[codeOf(error)] ?? (saysTimeout(error) ? AWAY : undefined);
  const advice = known?.advice ?? 'Look at the server’s own log, and at DATABASE_URL.';
  return new DatabaseUnusableError(place, { ...known, advice, cause: error });
}

function codeOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) return error.code ?? '';
  // Several addresses of one host were tried.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function saysTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout|terminated/i.test(error.message);
}
