// A person decides about what the brake holds. Approving applies what is true now, and never more than was shown;
// rejecting keeps those grants until the person's facts change. Two who decide at once cannot both have a line.
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { HoldDecision, HoldLine } from '../store/store.ts';
import type { SyncParts } from './parts.ts';
import { reconcile } from './reconcile.ts';

export type Decided =
  | {
      ok: true;
      lines: HoldLine[] /** Approved, and not applied yet: the sweep goes on with it. */;
      open: { membershipId: string; why: string }[];
    }
  | { ok: false; why: 'no such hold' | 'nobody of that name in it' };

/** `isMeant`: the lines that are decided about; all of those that the id was shown with, unless told. */
export async function decideHold(
  id: string,
  decision: HoldDecision,
  parts: SyncParts,
  isMeant: (line: HoldLine) => boolean = () => true,
): Promise<Decided> {
  const { store, clock } = parts;
  const shown = await store.holds.shownAs(id);
  if (!shown || shown.length === 0) return { ok: false, why: 'no such hold' };
  const meant = shown.filter(isMeant);
  if (meant.length === 0) return { ok: false, why: 'nobody of that name in it' };
  const lines = await store.holds.decide(meant, decision);
  const cause = `operator, hold ${id}`;
  await store.audit.append(
    lines.map((line) => ({
      at: clock.now(),
      action: decision === 'approved' ? 'hold approved' : 'hold rejected',
      sentence: decision === 'approved' ? `approved: ${line.reason}` : `rejected, so it is kept: ${line.reason}`,
      cause,
      membershipId: line.membershipId,
      lockUserId: line.lockUserId,
      lockId: line.lockId,
    })),
  );
  return { ok: true, lines, open: decision === 'approved' ? await applyNow(lines, cause, parts) : [] };
}

/** Each person is read singly, so a line that rested on absence is asked for before anything is taken away. */
async function applyNow(
  lines: readonly HoldLine[],
  cause: string,
  parts: SyncParts,
): Promise<{ membershipId: string; why: string }[]> {
  const open: { membershipId: string; why: string }[] = [];
  for (const membershipId of new Set(lines.map((line) => line.membershipId))) {
    try {
      await reconcile(membershipId, cause, parts);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      open.push({ membershipId, why: describeError(error) });
    }
  }
  return open;
}
