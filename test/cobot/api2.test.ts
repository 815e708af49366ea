import { describe, expect, it } from 'vitest';
import { RefusedError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import { cobotClient, NOW, useCobot } from './cobot-wire.ts';

const { api2 } = useCobot();
const span = { from: NOW, until: NOW + 3_600_000 };
const pageQuery = (number: number) => ({
  'filter[from]': '2026-11-30T12:00:00Z',
  'filter[to]': '2026-11-30T13:00:00Z',
  'page[size]': '200',
  'page[number]': String(number),
});

function item(id: string, changes: Record<string, unknown> = {}) {
  return {
    id,
    type: 'bookings',
    attributes: { from: '2026-11-30T13:00:00Z', to: '2026-11-30T14:00:00Z', units: 1 },
    relationships: { resource: { data: { id: 'r1', type: 'resources' } }, ...changes },
  };
}

describe('bookings of one membership', () => {
  it('are read page by page on API 2, and links to elsewhere are not followed', async () => {
    const links = { next: 'https://elsewhere.test/next' };
    api2()
      .get('/memberships/m1/bookings')
      .query(pageQuery(1))
      .matchHeader('accept', 'application/vnd.api+json')
      .reply(200, { data: [item('b1'), item('b2')], meta: { totalPages: 2, currentPage: 1 }, links });
    api2()
      .get('/memberships/m1/bookings')
      .query(pageQuery(2))
      .reply(200, { data: [item('b2'), item('b3')], meta: { totalPages: 2, currentPage: 2 } });

    const bookings = await cobotClient().bookingsOf('m1', span);

    expect(bookings?.map(({ id }) => id)).toEqual(['b1', 'b2', 'b3']);
    expect(bookings?.[0]).toEqual({
      id: 'b1',
      resourceId: 'r1',
      membershipId: 'm1',
      from: NOW + 3_600_000,
      until: NOW + 7_200_000,
    });
  });

  it.each([['/resources/r7'], ['https://api.cobot.me/resources/r7?x=1'], [{ href: '/resources/r7', meta: {} }]])(
    'take the resource from the link %j where there is no data',
    async (related) => {
      const changes = {
        resource: { links: { related } },
        membership: { links: { related: '/bookings/b1/membership' } },
      };
      api2()
        .get('/memberships/m1/bookings')
        .query(true)
        .reply(200, { data: [item('b1', changes)] });

      expect(await cobotClient().bookingsOf('m1', span)).toMatchObject([{ resourceId: 'r7', membershipId: 'm1' }]);
    },
  );

  it("hold nobody else's, and those that name nobody", async () => {
    const data = [item('b1', { membership: { data: { id: 'm2' } } }), item('b2', { membership: { data: null } })];
    api2().get('/memberships/m1/bookings').query(true).reply(200, { data });

    expect(await cobotClient().bookingsOf('m1', span)).toMatchObject([{ id: 'b2' }]);
  });

  it('of a membership that is gone are undefined', async () => {
    api2()
      .get('/memberships/m1/bookings')
      .query(true)
      .reply(404, { errors: [{ detail: 'not found' }] });

    expect(await cobotClient().bookingsOf('m1', span)).toBeUndefined();
  });

  it('are an error where a later page is missing', async () => {
    api2()
      .get('/memberships/m1/bookings')
      .query(pageQuery(1))
      .reply(200, { data: [item('b1')], meta: { totalPages: 2 } });
    api2().get('/memberships/m1/bookings').query(pageQuery(2)).reply(404);

    await expect(cobotClient().bookingsOf('m1', span)).rejects.toBeInstanceOf(UnexpectedShapeError);
  });

  it.each([
    ['a plain list', [item('b1')]],
    ['another page than asked', { data: [], meta: { totalPages: 3, currentPage: 3 } }],
    ['a booking without a resource', { data: [item('b1', { resource: { data: null } })] }],
    ['a date without a time', { data: [{ ...item('b1'), attributes: { from: '2026-11-30', to: '2026-11-30' } }] }],
  ])('are an error when the answer is %s', async (_what, body) => {
    api2().get('/memberships/m1/bookings').query(true).reply(200, body);

    await expect(cobotClient().bookingsOf('m1', span)).rejects.toBeInstanceOf(UnexpectedShapeError);
  });

  it("that are refused carry API 2's words", async () => {
    api2()
      .get('/memberships/m1/bookings')
      .query(true)
      .reply(422, { errors: [{ detail: 'from is too far back' }] });

    await expect(cobotClient().bookingsOf('m1', span)).rejects.toBeInstanceOf(RefusedError);
  });
});
