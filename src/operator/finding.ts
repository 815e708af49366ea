// One line of a check-up: what was looked at, how it is, and what to do where it is not well.
import { UpstreamError } from '../lib/errors.ts';
import { failureOf } from '../lib/failure.ts';
import type { Answers } from './answers.ts';

export type Finding = Answers['checkUp']['lines'][number];

export const good = (what: string, sentence: string): Finding => ({ what, ok: true, sentence, advice: null });
export const bad = (what: string, sentence: string, advice: string | null): Finding => ({
  what,
  ok: false,
  sentence,
  advice,
});
/** Not as it should be, and nothing to mend in a hurry. */
export const remark = (what: string, sentence: string, advice: string | null): Finding => ({
  what,
  ok: null,
  sentence,
  advice,
});

/** What looking finds; that the other side does not answer is a finding too. */
export async function asked(what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const failure = failureOf(error);
    const where = failure.where === null ? '' : ` (${failure.where})`;
    return [bad(what, `${failure.what}${where}`, failure.advice)];
  }
}
