// The part of Cobot's API 2 (JSON:API) that v1 lacks: the bookings of one membership; beside it, one booking and those
// of the space. Pages of 72, at most 200; links are paths; without the right Accept header nothing is answered.
import type { Instant } from '../../access/model.ts';
import type { Answer, Route, Seen } from '../exchange.ts';
import { jsonApi, jsonApiError, overlaps, type Refusals, readWindow } from './answers.ts';
import type { Booking, CobotSpace } from './space.ts';
import type { View } from './views.ts';

const USUAL_PAGE = 72;
const LARGEST_PAGE = 200;

export function api2Routes(space: CobotSpace): Route[] {
  const scopes = ['read_bookings'];
  const notFound = () => jsonApiError(404, 'Not found');

  const during = (request: Seen, isMeant: (booking: Booking) => boolean): Answer => {
    const window = readWindow(request.query['filter[from]'], request.query['filter[to]']);
    if (!window) return jsonApiError(422, 'filter[from] and filter[to] are required.', '/filter');
    const listed = [...space.bookings.values()]
      .filter((booking) => isMeant(booking) && overlaps(booking, window))
      .sort((a, b) => a.from - b.from);
    return page(
      request,
      listed.map((booking) => view(space, booking)),
    );
  };

  const routes: Route[] = [
    {
      method: 'GET',
      template: '/memberships/:id/bookings',
      scopes,
      handle(request) {
        const member = space.members.get(request.params['id'] ?? '');
        return member ? during(request, ({ memberId }) => memberId === member.id) : notFound();
      },
    },
    {
      method: 'GET',
      template: '/spaces/:id/bookings',
      scopes,
      handle: (request) => (request.params['id'] === space.id ? during(request, () => true) : notFound()),
    },
    {
      method: 'GET',
      template: '/bookings/:id',
      scopes,
      handle({ params }) {
        const booking = space.bookings.get(params['id'] ?? '');
        return booking ? jsonApi(200, { data: view(space, booking) }) : notFound();
      },
    },
  ];
  return routes.map((route) => ({ ...route, handle: (request) => unacceptable(request) ?? route.handle(request) }));
}

/** The refusals that both APIs have, in the shape of this one. */
export function api2Refusals(
  refusals: Refusals,
): Pick<Refusals, 'unauthorized' | 'forbidden' | 'tooMany' | 'notFound' | 'malformed'> {
  return {
    unauthorized: () => jsonApiError(401, 'The access token is invalid.'),
    forbidden: () => jsonApiError(403, 'The access token lacks a scope for this.'),
    notFound: () => jsonApiError(404, 'Not found'),
    malformed: () => jsonApiError(400, 'The body is not JSON.'),
    tooMany: (seconds) => ({
      ...jsonApiError(429, 'Rate limit exceeded.'),
      headers: refusals.tooMany(seconds).headers ?? {},
    }),
  };
}

/** What Cobot does without the right header is unknown; a client has to send it always. */
function unacceptable({ headers }: Seen): Answer | undefined {
  if (headers.accept?.includes('application/vnd.api+json')) return undefined;
  return jsonApiError(406, 'Accept has to be application/vnd.api+json.');
}

function page({ query, path }: Seen, items: View[]): Answer {
  const size = Math.min(LARGEST_PAGE, wholeNumber(query['page[size]']) ?? USUAL_PAGE);
  const number = wholeNumber(query['page[number]']) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number) => {
    const fields = { ...query, 'page[number]': String(to), 'page[size]': String(size) };
    return to < 1 || to > last ? null : `${path}?${new URLSearchParams(fields)}`;
  };
  return jsonApi(200, {
    data: items.slice((number - 1) * size, number * size),
    meta: { totalPages: last, currentPage: number },
    links: { self: link(number), first: link(1), prev: link(number - 1), next: link(number + 1), last: link(last) },
  });
}

function wholeNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
}

/** UTC without milliseconds. */
function isoTime(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
}

function view(space: CobotSpace, { id, memberId, resourceId, from, to, title }: Booking): View {
  const link = (folder: string, target: string) => ({
    data: { type: folder, id: target },
    links: { related: `/${folder}/${target}` },
  });
  return {
    type: 'bookings',
    id,
    attributes: {
      from: isoTime(from),
      to: isoTime(to),
      name: (memberId === null ? undefined : space.members.get(memberId)?.name) ?? null,
      title,
      url: null,
      comments: null,
      units: 1,
      canUpdate: true,
      cancellationPeriod: 0,
      attendeesMessage: null,
      hasCustomPrice: false,
      price: { net: '10.0', gross: '11.9', currency: 'EUR', taxes: [] },
      attendees: [],
      bookingExtras: [],
      bookingCredits: [],
      bookingPasses: [],
    },
    relationships: {
      space: link('spaces', space.id),
      resource: link('resources', resourceId),
      externalBooking: { data: null },
      ...(memberId === null ? {} : { membership: link('memberships', memberId) }),
    },
  };
}
