// The keys of our access grants and the ids of their parts. Doors of an access grant cannot be edited, so that one grant
// of the relay lives through several of Seam's: the lineage stays, the generation counts up. Pure.
//
//   access_grant_key  relay:<subdomain>:<user identity>:<12 hex digits>:<generation>
//   a part of ours    relay:<subdomain>:<user identity>:<12 hex digits>/<entrance>
//   of somebody else  <access grant>/<entrance>

type Keyed = { id: string; key: string | null; lockUserId: string };

const LINEAGE = /^relay:\S+:([^:\s]+):[0-9a-f]{12}$/;

/** `note` begins with our mark, which the key carries on: ours are known even where the store and the name are lost. */
export function newLineage(note: string, lockUserId: string, random: string): string {
  const [mark] = note.split(' ', 1);
  return `${mark}:${lockUserId}:${random}`;
}

export const writeKey = (lineage: string, generation: number): string => `${lineage}:${generation}`;

/** undefined: not ours. A key that names another user identity than its grant is not ours either. */
export function readKey({ key, lockUserId }: Omit<Keyed, 'id'>): { lineage: string; generation: number } | undefined {
  const match = /^(.+):(\d{1,9})$/.exec(key ?? '');
  const lineage = match?.[1] ?? '';
  if (match === null || lockUserOfLineage(lineage) !== lockUserId) return undefined;
  return { lineage, generation: Number(match[2]) };
}

/** undefined: no lineage of ours. */
export const lockUserOfLineage = (lineage: string): string | undefined => LINEAGE.exec(lineage)?.[1];

/** The id under which the relay knows one entrance of an access grant. */
export const partId = (grant: Keyed, entranceId: string): string =>
  `${readKey(grant)?.lineage ?? grant.id}/${entranceId}`;

/** `whole`: a lineage of ours, or the id of an access grant by others. */
export function readPartId(id: string): { whole: string; entranceId: string } {
  const slash = id.lastIndexOf('/');
  return { whole: id.slice(0, slash), entranceId: id.slice(slash + 1) };
}
