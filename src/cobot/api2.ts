// API 2 (JSON:API), only for the bookings of one membership, which v1 cannot list. Every page is read by its number;
// links in answers are not followed, since they could lead to another host with the token.
import { z } from 'zod';
import type { Booking } from '../access/model.ts';
import { type Http, parseBody, segment, unexpectedBody } from '../lib/http.ts';
import type { Span } from './cobot.ts';
import { instant, isoTime } from './dates.ts';
import { getIfThere, whereOf } from './read.ts';
import { id } from './schema.ts';

const ENDPOINT = 'GET /memberships/:id/bookings';
const PAGE_SIZE = 200;
const MOST_PAGES = 50;

/** Names the other thing by `data`, or only by a link that ends in `/<type>/<id>`; undefined: it does not say. */
function relationTo(type: 'resources' | 'memberships') {
  const link = z.union([z.string(), z.object({ href: z.string() }).transform((object) => object.href)]);
  return z
    .object({ data: z.object({ id }).nullish(), links: z.object({ related: link.nullish() }).nullish() })
    .transform(
      ({ data, links }) => data?.id ?? new RegExp(`/${type}/([^/?#]+)(?:[?#]|$)`).exec(links?.related ?? '')?.[1],
    );
}

const page = z.object({
  data: z.array(
    z.object({
      id,
      attributes: z.object({ from: instant, to: instant }),
      relationships: z.object({
        resource: relationTo('resources').pipe(z.string()),
        membership: relationTo('memberships').nullish(),
      }),
    }),
  ),
  meta: z.object({ totalPages: z.number().int().min(0).nullish(), currentPage: z.number().int().nullish() }).nullish(),
});

/** undefined: no such membership. One item that cannot be read spoils the whole list. */
export async function readBookingsOf(api2: Http, membershipId: string, span: Span): Promise<Booking[] | undefined> {
  const found = new Map<string, Booking>();
  for (let number = 1; number <= MOST_PAGES; number++) {
    const response = await getIfThere(api2, {
      endpoint: ENDPOINT,
      path: `/memberships/${segment(membershipId)}/bookings`,
      query: {
        'filter[from]': isoTime(span.from),
        'filter[to]': isoTime(span.until),
        'page[size]': String(PAGE_SIZE),
        'page[number]': String(number),
      },
      headers: { Accept: 'application/vnd.api+json' },
    });
    if (!response) return number === 1 ? undefined : failPage('a page is missing');

    const { data, meta } = parseBody(page, response, whereOf(ENDPOINT));
    if (meta?.currentPage != null && meta.currentPage !== number) failPage('meta.currentPage: another page');
    for (const item of data) {
      const { resource, membership } = item.relationships;
      if (membership != null && membership !== membershipId) continue;
      const { from, to } = item.attributes;
      found.set(item.id, { id: item.id, resourceId: resource, membershipId, from, until: to });
    }
    const isLast = meta?.totalPages == null ? data.length < PAGE_SIZE : number >= meta.totalPages;
    if (isLast) return [...found.values()].sort((a, b) => a.from - b.from);
  }
  return failPage('meta.totalPages: more pages than one member can have');
}

function failPage(what: string): never {
  throw unexpectedBody(whereOf(ENDPOINT), what);
}
