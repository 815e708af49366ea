// What a person is told when a question or deed of theirs fails: what happened, where, what to do. The same shape is
// printed, shown on the page, given out as JSON and carried over the socket. Never a stack trace, unless somebody debugs.
import { z } from 'zod';
import { RefusedError, UpstreamError } from './errors.ts';

export const failureShape = z.object({
  /** A fixed name to search for. */
  code: z.string(),
  what: z.string(),
  where: z.string().nullable(),
  advice: z.string().nullable(),
  /** One line each: every mistake of a configuration, the other side's own words. */
  details: z.array(z.string()),
});
export type Failure = z.infer<typeof failureShape>;

/** A failure of what was asked itself, or one that came over the socket. */
export class CommandError extends Error {
  readonly failure: Failure;

  constructor(failure: Pick<Failure, 'code' | 'what'> & Partial<Failure>, options?: { cause: unknown }) {
    super(failure.what, options);
    this.name = 'CommandError';
    this.failure = { where: null, advice: null, details: [], ...failure };
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return error.failure;
  if (error instanceof UpstreamError) {
    const { code, message, where, advice } = error;
    const suffix = ` (${where})`;
    const what = message.endsWith(suffix) ? message.slice(0, -suffix.length) : message;
    const details = error instanceof RefusedError ? error.words : [];
    return { code, what, where, advice, details };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
  const what = error instanceof Error ? error.message : String(error);
  return { code, what, where: null, advice: null, details: [] };
}

export function describeFailure({ what, where, advice, details }: Failure): string {
  const lines = [`Error: ${what}`, ...details.map((detail) => `  - ${detail}`)];
  if (where !== null) lines.push(`  Where:      ${where}`);
  if (advice !== null) lines.push(`  What to do: ${advice}`);
  return `${lines.join('\n')}\n`;
}
