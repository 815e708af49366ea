// Whether a write that failed certainly did nothing. Unknown counts as done: what may be there is looked for.
import { RefusedError, TransientError, UnauthorizedError } from '../lib/errors.ts';

export function hadNoEffect(error: unknown): boolean {
  if (error instanceof TransientError) return error.effect === 'none';
  return error instanceof RefusedError || error instanceof UnauthorizedError;
}
