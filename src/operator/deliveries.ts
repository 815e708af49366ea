// What came in by webhook, and what became of each: stored, understood, its job, and the lines that it left in the audit
// trail. A job does not remember its delivery, since repeats collapse into one; so the way is found by whom it is about.
import type { Instant } from '../access/model.ts';
import { isoTime } from '../lib/wording.ts';
import type { JobRecord } from '../queue/queue.ts';
import type { AuditEntry, Delivery, StoredOpening } from '../store/store.ts';
import type { Answers, Operator } from './answers.ts';
import { zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';
import { type Whom, whoseId } from './whose-job.ts';

const MOST_READ = 1000;
const MOST_LINES = 4;
/** What a delivery leads to is done by then, or its job still waits. */
const HOUR = 3_600_000;

type Step = Answers['deliveries']['deliveries'][number]['way'][number];
type Known = {
  jobs: ReadonlyMap<string, JobRecord[]>;
  entries: ReadonlyMap<string | null, AuditEntry[]>;
  openings: ReadonlyMap<string, StoredOpening[]>;
};

export function followingDeliveries({ parts }: OperatorApp): Pick<Operator, 'deliveries'> {
  const { store, queue } = parts;
  return {
    async deliveries({ search, limit }) {
      const whose = await whoseId(store);
      const emails = new Map([...(await store.evidence.all())].map(([id, { membership }]) => [id, membership.email]));
      const isFound = (delivery: Delivery, whom: Whom) =>
        search === null ||
        [
          delivery.id,
          delivery.event,
          delivery.subject,
          whom.member,
          whom.membershipId,
          emails.get(whom.membershipId ?? ''),
        ]
          .filter((each) => each !== null && each !== undefined)
          .some((each) => each.toLowerCase().includes(search.trim().toLowerCase()));
      const found = (await store.inbox.list({ limit: MOST_READ }))
        .map((delivery) => ({ delivery, whom: whose(delivery.subject) }))
        .filter(({ delivery, whom }) => isFound(delivery, whom))
        .slice(0, limit);
      const since = Math.min(...found.map(({ delivery }) => delivery.receivedAt));
      const known = await knownSince(Number.isFinite(since) ? since : 0);
      return {
        zone: await zoneOf(store),
        deliveries: found.map(({ delivery, whom }) => ({
          id: delivery.id,
          receivedAt: isoTime(delivery.receivedAt),
          source: delivery.source,
          event: delivery.event,
          understood: delivery.understood,
          subject: delivery.subject,
          ...whom,
          way: wayOf(delivery, whom, known),
        })),
      };
    },
  };

  async function knownSince(since: Instant): Promise<Known> {
    return {
      jobs: Map.groupBy(await queue.list(), ({ key }) => key),
      entries: Map.groupBy(
        (await store.audit.list({ since, limit: 20 * MOST_READ })).toReversed(),
        (each) => each.membershipId,
      ),
      openings: Map.groupBy(await store.openings.list({ since: since - 24 * HOUR }), (each) => each.lockUserId),
    };
  }
}

function wayOf(delivery: Delivery, { membershipId }: Whom, { jobs, entries, openings }: Known): Step[] {
  if (!delivery.understood)
    return [done('stored; not understood, so nothing follows from it'), done(`why: ${delivery.subject}`)];
  const open = [delivery.subject, ...(membershipId === null ? [] : [membershipId])]
    .flatMap((key) => jobs.get(key) ?? [])
    .filter(({ requestedAt }) => requestedAt >= delivery.receivedAt - HOUR)
    .map(stepOf);
  // What became of an opening, the opening itself says.
  const isOfIt = ({ at, cause, action }: AuditEntry) =>
    isSoonAfter(at, delivery) &&
    (cause === `webhook ${delivery.event}` || (action === 'hold' && delivery.source === 'cobot'));
  const lines = (entries.get(membershipId) ?? [])
    .filter(isOfIt)
    .slice(0, MOST_LINES)
    .map(({ sentence }) => done(sentence));
  const opened = delivery.source === 'lock' ? (openings.get(delivery.subject) ?? []) : [];
  const judged = opened
    .filter(({ receivedAt }) => receivedAt === delivery.receivedAt)
    .flatMap(({ outcome, note, lockName }) =>
      outcome === null ? [] : [done(`${lockName ?? 'a lock'}: ${outcome}${note === null ? '' : `, ${note}`}`)],
    );
  const after = [...open, ...judged, ...lines];
  return [done('stored'), ...(after.length > 0 ? after : [done('looked at; nothing had to be changed')])];
}

const isSoonAfter = (at: Instant, { receivedAt }: Delivery): boolean => at >= receivedAt && at <= receivedAt + HOUR;
const done = (sentence: string): Step => ({ state: 'done', sentence, jobId: null });

function stepOf({ id, name, state, lastError, attempt }: JobRecord): Step {
  const failed = lastError === null ? '' : `, after ${attempt} tries: ${lastError}`;
  if (state === 'dead') return { state: 'dead', sentence: `${name} was given up${failed}`, jobId: id };
  return { state: 'waiting', sentence: `${name} is ${state}${failed}`, jobId: id };
}
