import { describe, expect, it } from 'vitest';
import { RefusedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { failureOf, guardTheNetwork } from '../../support/nock-guard.ts';
import { dialects, no, ok, unifi, wire } from './wire.ts';

const doors = [
  { id: 'd1', name: 'Front door', type: 'door', is_bind_hub: true },
  { id: 'd2', name: 'Lab', type: 'door' },
];
const topology = [
  { name: 'All doors', type: 'building', resource_topologies: [{ id: 'f1', name: '1F', resources: doors }] },
  {
    id: 'g1',
    name: 'Ground',
    type: 'access',
    resource_topologies: [
      { id: 'f1', resources: [{ id: 'd1', type: 'door' }] },
      { id: 'f2', resources: [{ id: 'd3' }] },
    ],
  },
];

function answers(policies: unknown, more: { doors?: unknown; topology?: unknown } = {}): void {
  wire().get('/access_policies').reply(200, ok(policies));
  wire()
    .get('/doors')
    .reply(200, ok(more.doors ?? doors));
  wire()
    .get('/door_groups/topology')
    .reply(200, ok(more.topology ?? topology));
}

guardTheNetwork();

describe('access policies of UniFi Access', () => {
  const resources = [
    { id: 'd2', type: 'door' },
    { id: 'g1', type: 'door_group' },
    { id: 'd1', type: 'door' },
  ];

  it.each(['resource', 'resources'])('are locks with the doors in their field %s, each once', async (field) => {
    answers([{ id: 'p1', name: 'Members', [field]: resources, schedule_id: 's1' }]);

    expect(await unifi().locks()).toEqual([
      {
        id: 'p1',
        name: 'Members',
        doors: [
          { id: 'd2', name: 'Lab' },
          { id: 'd1', name: 'Front door' },
          { id: 'd3', name: 'd3' },
        ],
      },
    ]);
  });

  it('have no doors where they name none, or a group that is not there', async () => {
    answers([
      { id: 'p1', name: 'A' },
      { id: 'p2', name: 'B', resources: [{ id: 'g9', type: 'door_group' }] },
      { id: 'p3', name: 'C', resource: null },
    ]);

    expect((await unifi().locks()).map((lock) => lock.doors)).toEqual([[], [], []]);
  });

  it('come in pages where the answer counts more than it holds', async () => {
    const policy = (id: string) => ({ id, name: id });
    const paged = (page_num: string) => ({ page_num, page_size: '100' });
    wire()
      .get('/access_policies')
      .reply(200, ok([policy('p1')], 2))
      .get('/access_policies')
      .query(paged('1'))
      .reply(200, ok([policy('p1')], 2))
      .get('/access_policies')
      .query(paged('2'))
      .reply(200, ok([policy('p2')], 2));
    wire().get('/doors').reply(200, ok(doors, 2));
    wire().get('/door_groups/topology').reply(200, ok([]));

    expect((await unifi().locks()).map(({ id }) => id)).toEqual(['p1', 'p2']);
  });

  it.each([
    ['policies without a name', [{ id: 'p1' }], {}],
    ['policies that are no list', { p1: {} }, {}],
    ['doors that are no list', [], { doors: {} }],
    ['a door group with broken doors', [], { topology: [{ id: 'g1', resource_topologies: [{ resources: ['d1'] }] }] }],
  ])('are an error for %s', async (_what, policies, more) => {
    wire().get('/access_policies').reply(200, ok(policies));
    if (Object.keys(more).length > 0) {
      wire()
        .get('/doors')
        .reply(200, ok('doors' in more ? more.doors : []));
    }
    if ('topology' in more) wire().get('/door_groups/topology').reply(200, ok(more.topology));

    expect(await failureOf(unifi().locks())).toBeInstanceOf(UnexpectedShapeError);
  });

  it.each(dialects)('are never none because the console says that there is no such list (%s)', async (dialect) => {
    wire()
      .get('/access_policies')
      .reply(200, no('CODE_NOT_EXISTS', 'gone', dialect));

    expect(await failureOf(unifi().locks())).toBeInstanceOf(RefusedError);
  });

  it('are read at an address that is given with the path of the API, too', async () => {
    answers([]);

    expect(await unifi({ url: 'https://console.test:12445/api/v1/developer/' }).locks()).toEqual([]);
  });
});
