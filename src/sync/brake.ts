// The brake in force: counts the losses of a plan of changes together with those of the last hour, holds them or lets
// them through, and remembers what it did. One plan at a time, so that two cannot slip through side by side.
import { createHash } from 'node:crypto';
import { brakeFor, type Loss } from '../access/guard.ts';
import type { Instant, Known } from '../access/model.ts';
import type { AuditEntry, HoldLine } from '../store/store.ts';
import type { SyncParts } from './parts.ts';
import type { PersonPlan } from './person-plan.ts';

const HOUR = 3_600_000;
/** In place of a fingerprint, while some of a person's facts cannot be read. */
const NOT_KNOWN = '';

export type Braking = {
  /** Lock user -> locks at which a person decides first. */
  held: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many lines were newly held. */
  fresh: number;
};

export type BrakingTerms = {
  now: Instant;
  /** Nothing is remembered. */
  dryRun: boolean;
  /** Is there still something to lose? Known after a sweep, also of persons that have no plan any more. */
  isThere?: (line: HoldLine) => boolean;
};

/** May these plans be applied? */
export async function brake(plans: readonly PersonPlan[], parts: SyncParts, terms: BrakingTerms): Promise<Braking> {
  if (await hasNothingToJudge(plans, parts)) return { held: new Map(), fresh: 0 };
  return parts.oneAtATime(['brake'], () => judge(plans, parts, terms));
}

/** Nobody loses anything, and nothing is or was held: whoever only gets waits for nobody. */
async function hasNothingToJudge(plans: readonly PersonPlan[], { store }: SyncParts): Promise<boolean> {
  return plans.every(({ losses }) => losses.length === 0) && (await store.holds.isEmpty());
}

async function judge(
  plans: readonly PersonPlan[],
  { store, policy, newId, log, managedFor }: SyncParts,
  { now, dryRun, isThere = () => true }: BrakingTerms,
): Promise<Braking> {
  const { policy: inForce } = await policy();
  const waiting = (await store.holds.open())?.lines ?? [];
  const decided = await store.holds.decided();
  const at = keyed(waiting);
  const decidedAt = keyed(decided);
  const plansOf = new Map(
    plans.flatMap((plan) => (plan.person.lockUser ? [[plan.person.lockUser.id, plan] as const] : [])),
  );
  /** undefined: not looked at, or something cannot be read. */
  const factsNow = (lockUserId: string) => {
    const plan = plansOf.get(lockUserId);
    return (plan && fingerprint(plan)) ?? undefined;
  };
  const losses = plans.filter(({ decision }) => !decision.blocked).flatMap((plan) => plan.losses);
  const isApproved = (loss: Place) => decidedAt.get(keyOf(loss))?.decision === 'approved';
  // A rejection stands until the person's facts change; then the loss is judged afresh. What cannot be read is no change.
  const isKept = (loss: Place) => {
    const line = decidedAt.get(keyOf(loss));
    const facts = factsNow(loss.lockUserId);
    return line?.decision === 'rejected' && (facts === undefined || line.facts === NOT_KNOWN || line.facts === facts);
  };
  const isHeld = (loss: Place) => at.has(keyOf(loss)) || isKept(loss);
  const fresh = losses.filter((loss) => !isHeld(loss) && !isApproved(loss));

  const recent = await store.losses.since(now - HOUR);
  for (const line of waiting) if (line.heldAt > now - HOUR) recent.add(line.lockUserId);
  // While no sweep got through nobody was seen: the size of the space is the one of the last good sweep then.
  const lastSweep = (await store.settings.get('last-good-sweep')) ?? now;
  const managed = await store.managed.since(Math.min(now, lastSweep) - managedFor);
  for (const { person, current } of plans) if (person.lockUser && current.length > 0) managed.add(person.lockUser.id);
  const losers = new Set(fresh.map(({ lockUserId }) => lockUserId));
  const verdict = brakeFor(losers, { brake: inForce.brake, managed: managed.size, recent });

  const held = new Map<string, Set<string>>();
  const hold = ({ lockUserId, lockId }: { lockUserId: string; lockId: string }) => {
    held.set(lockUserId, (held.get(lockUserId) ?? new Set()).add(lockId));
  };
  for (const loss of losses.filter(isHeld)) hold(loss);
  if (verdict.holds) for (const loss of fresh) hold(loss);
  if (dryRun) return { held, fresh: verdict.holds ? fresh.length : 0 };

  const outdated = decided.filter(
    (line) => line.decision === 'rejected' && plansOf.has(line.lockUserId) && !isKept(line),
  );
  if (outdated.length > 0) {
    await store.holds.dissolve(outdated);
    await store.audit.append(
      dissolved(outdated, 'no longer kept by a rejection: something about the person has changed', now),
    );
  }
  // Whoever rejects does so knowing what is so then, and not what was when it was held.
  const lookedAt = [...waiting, ...decided.filter(({ facts }) => facts === NOT_KNOWN)].flatMap((line) => {
    const facts = factsNow(line.lockUserId);
    return facts === undefined || facts === line.facts ? [] : [{ ...line, facts }];
  });
  if (lookedAt.length > 0) await store.holds.lookedAt(lookedAt, NOT_KNOWN);
  if (verdict.holds) {
    const lines = fresh.map((loss) => lineOf(loss, plansOf.get(loss.lockUserId), now));
    const { id } = await store.holds.join(lines, newId());
    await store.audit.append(
      lines.map((line) => ({
        at: now,
        action: 'hold',
        sentence: `held for a person to decide: ${line.reason}`,
        cause: `brake: ${verdict.persons} persons, ${verdict.limit}`,
        membershipId: line.membershipId,
        lockUserId: line.lockUserId,
        lockId: line.lockId,
      })),
    );
    log.warn(
      { hold: id, lines: lines.length, persons: verdict.persons, limit: verdict.limit },
      'losses held by the brake',
    );
  } else if (losers.size > 0) {
    await store.losses.record([...losers], now);
  }
  const lines = [...waiting, ...decided.filter((line) => !outdated.includes(line))];
  await dissolve(lines, plansOf, losses, store, { now, isThere });
  return { held, fresh: verdict.holds ? fresh.length : 0 };
}

/** Lines that the facts no longer want: their person was looked at, and loses nothing there any more. */
async function dissolve(
  waiting: readonly HoldLine[],
  plansOf: ReadonlyMap<string, PersonPlan>,
  losses: readonly Loss[],
  store: SyncParts['store'],
  { now, isThere }: { now: Instant; isThere: (line: HoldLine) => boolean },
): Promise<void> {
  const over = waiting.filter((line) => {
    const plan = plansOf.get(line.lockUserId);
    if (!plan) return !isThere(line);
    if (plan.decision.uncertain.has(line.lockId)) return false;
    return (
      plan.decision.blocked ||
      !losses.some((loss) => loss.lockUserId === line.lockUserId && loss.lockId === line.lockId)
    );
  });
  if (over.length === 0) return;
  await store.holds.dissolve(over);
  await store.audit.append(dissolved(over, 'no longer held: nothing is lost any more', now));
}

const dissolved = (lines: readonly HoldLine[], sentence: string, now: Instant): AuditEntry[] =>
  lines.map(({ membershipId, lockUserId, lockId }) => ({
    at: now,
    action: 'hold dissolved',
    sentence,
    cause: 'brake',
    membershipId,
    lockUserId,
    lockId,
  }));

function lineOf(loss: Loss, plan: PersonPlan | undefined, now: Instant): HoldLine {
  const membershipId = plan?.person.memberships[0]?.id ?? plan?.person.ended[0]?.id ?? '';
  const { lockUserId, lockId, sentence, restsOnAbsence } = loss;
  const facts = plan ? (fingerprint(plan) ?? NOT_KNOWN) : NOT_KNOWN;
  return { lockUserId, lockId, membershipId, reason: sentence, restsOnAbsence, heldAt: now, facts };
}

type Place = { lockUserId: string; lockId: string };
const keyOf = ({ lockUserId, lockId }: Place): string => `${lockUserId}\n${lockId}`;
const keyed = <T extends Place>(lines: readonly T[]): Map<string, T> =>
  new Map(lines.map((line) => [keyOf(line), line]));

/**
 * Says whether the facts of a person have changed; in itself it tells nothing. Of a membership that is over it is no
 * change how that is known, by its date or because Cobot has it no more, nor that it is not looked at any more. null:
 * some of them cannot be read.
 */
function fingerprint({ person, members }: PersonPlan): string | null {
  const over = person.ended.map(({ id }) => id);
  const standing = members.filter(({ membership }) => !over.includes(membership.id));
  if (standing.some(({ passes, checkIns, bookings }) => !(passes.known && checkIns.known && bookings.known)))
    return null;
  const ids = (known: Known<{ id: string }[]>) => (known.known ? known.value.map((each) => each.id).toSorted() : null);
  const facts = standing
    .map(({ membership, passes, checkIns, bookings }) => ({
      membership,
      passes: ids(passes),
      checkIns: ids(checkIns),
      bookings: bookings.known ? bookings.value.toSorted((a, b) => a.id.localeCompare(b.id)) : null,
    }))
    .toSorted((a, b) => a.membership.id.localeCompare(b.membership.id));
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}
