// Whom a job is about: its key is a membership, a lock user, a booking or a check-in, depending on the job.
import type { Job } from '../queue/queue.ts';
import type { Store } from '../store/store.ts';
import { memberNames } from './names.ts';

export type Whom = { membershipId: string | null; member: string | null };
const NOBODY: Whom = { membershipId: null, member: null };

export async function whoseJob(store: Store): Promise<(job: Pick<Job, 'key'>) => Whom> {
  const whose = await whoseId(store);
  return ({ key }) => whose(key);
}

/** By the id of a membership, of a lock user, or of a booking that was read. */
export async function whoseId(store: Store): Promise<(id: string) => Whom> {
  const nameOf = await memberNames(store);
  const evidence = await store.evidence.all();
  const members = new Map((await store.links.all()).map(({ lockUserId, membershipId }) => [lockUserId, membershipId]));
  for (const [membershipId, { bookings, checkIns }] of evidence) {
    for (const { id } of [...bookings.filter((each) => each.membershipId === membershipId), ...checkIns])
      members.set(id, membershipId);
  }
  return (id) => {
    const membershipId = evidence.has(id) ? id : members.get(id);
    return membershipId === undefined ? NOBODY : { membershipId, member: nameOf(membershipId) };
  };
}
