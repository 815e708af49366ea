// The console's lists besides users, each with its address: policies, doors, door groups, webhooks, door openings.
import { z } from 'zod';
import type { UnifiClient } from './client.ts';
import { hitsSchema } from './openings.ts';
import { doorsSchema, policiesSchema, topologySchema } from './schema.ts';

const endpointsSchema = z.array(
  z.object({
    endpoint: z.string(),
    events: z.array(z.string()).nullish(),
    secret: z.string().optional().catch(undefined),
  }),
);

const idOf = ({ id }: { id: string }) => id;
const none = () => null;

const listAt = <P extends string>(path: P) =>
  ({ method: 'GET', path, endpoint: `GET ${path}`, pages: 'maybe' }) as const;

export const readPolicies = (client: UnifiClient) =>
  client.list({ ...listAt('/access_policies'), rows: policiesSchema, idOf });

export const readDoors = (client: UnifiClient) => client.list({ ...listAt('/doors'), rows: doorsSchema, idOf });

export const readTopology = (client: UnifiClient) =>
  client.list({ ...listAt('/door_groups/topology'), rows: topologySchema, idOf: none });

export const readEndpoints = (client: UnifiClient) =>
  client.list({ ...listAt('/webhooks/endpoints'), rows: endpointsSchema, idOf: none });

/** The log of door openings; both ends are seconds since 1970. */
export const readHits = (client: UnifiClient, { since, until }: { since: number; until: number }) =>
  client.list({
    method: 'POST',
    path: '/system/logs',
    endpoint: 'POST /system/logs',
    body: { topic: 'door_openings', since, until },
    rows: hitsSchema,
    // Some have an empty id.
    idOf: ({ _id }) => _id || null,
    pages: 'always',
  });
