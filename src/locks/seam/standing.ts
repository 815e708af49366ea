// Whether what Seam has accepted is in effect: access methods and codes are issued later, and some never. Pure.
import type { Instant, Standing } from '../../access/model.ts';
import type { AccessCode, AccessGrant, AccessMethod } from './schema.ts';
import { wordsFor } from './schema.ts';
import { isOver } from './times.ts';

/** `methods`: undefined where they have not been looked at. */
export function standingOfGrant(
  grant: AccessGrant,
  methods: readonly AccessMethod[] | undefined,
): Standing | undefined {
  if (grant.errors.length > 0) return { state: 'failed', words: wordsFor(grant.errors) };
  const failures = (methods ?? []).filter(({ isIssued, errors }) => !isIssued && errors.length > 0);
  if (failures.length > 0) {
    const words = failures.flatMap(({ mode, errors }) => errors.map((message) => `${mode}: ${message}`));
    return { state: 'failed', words: wordsFor(words) };
  }
  if (methods !== undefined && areIssued(grant, methods)) return undefined;
  const hints = (methods ?? []).flatMap(({ isIssued, mode, hints: own }) =>
    isIssued ? [] : own.map((message) => `${mode}: ${message}`),
  );
  return { state: 'pending', words: wordsFor([...grant.hints, ...hints]) };
}

/** Every access method that was asked for is there and issued. */
function areIssued(grant: AccessGrant, methods: readonly AccessMethod[]): boolean {
  return (
    !grant.isShort &&
    methods.length > 0 &&
    methods.length >= grant.requested &&
    methods.every(({ isIssued }) => isIssued)
  );
}

export function standingOfCode(code: AccessCode, now: Instant): Standing | undefined {
  if (code.status === 'set') return undefined;
  if (code.errors.length > 0) return { state: 'failed', words: wordsFor(code.errors) };
  // Before its start and after its end a code need not be on the lock.
  if (isOver(code, now) || (code.from !== null && code.from > now)) return undefined;
  return { state: 'pending', words: wordsFor(code.hints) };
}
