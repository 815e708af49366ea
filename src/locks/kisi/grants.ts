// Kisi's role assignments as grants: the role that opens a group's doors, given to one user. Rights of another kind (of
// a place or the organization, of teams and guests) are nobody's grants here, and are never written to.
import { RefusedError } from '../../lib/errors.ts';
import { segment, unexpectedBody } from '../../lib/http.ts';
import type { LockSystem, NewGrant } from '../lock-system.ts';
import { type KisiClient, NAME } from './client.ts';
import { isSecondAssignment, isUnknownTarget } from './refusals.ts';
import { assignmentSchema, DOOR_ROLE, wholeSecond, writeId, writeInstant } from './schema.ts';

const PATH = '/role_assignments';
const PAGE_SIZE = 250;
const OF_DOORS = { assignee_type: 'User', applies_to_type: 'Group', role_id: DOOR_ROLE };

type Grants = Pick<LockSystem, 'grants' | 'addGrant' | 'moveGrant' | 'removeGrant' | 'adjust'>;

export function createGrants({ send, parse, list }: KisiClient, windows: 'kisi' | 'relay'): Grants {
  /** Where the relay keeps the windows, an assignment stands for as long as it is there. */
  const fitting: LockSystem['adjust'] = (grant) =>
    adjust(windows === 'kisi' ? grant : { ...grant, from: null, until: null });

  async function read(filter: Record<string, string>) {
    const found = await list({ path: PATH, query: filter, pageSize: PAGE_SIZE, item: assignmentSchema });
    return found.flatMap(({ grant }) => grant ?? []);
  }

  return {
    adjust: fitting,

    async grants(of) {
      if (of === undefined) return read(OF_DOORS);
      const found = await read({ ...OF_DOORS, assignee_id: of.lockUserId });
      // Compared again: a filter that is not understood would answer with everybody's.
      return found.filter((grant) => grant.lockUserId === of.lockUserId);
    },

    async addGrant(grant) {
      const endpoint = `POST ${PATH}`;
      try {
        const response = await send({
          method: 'POST',
          endpoint,
          path: PATH,
          body: assignmentBody(fitting(grant)),
          expect: [200, 201],
          repeatable: false,
        });
        const { grant: added } = parse(assignmentSchema, response, endpoint);
        if (added) return added;
        throw unexpectedBody({ name: NAME, endpoint }, 'the assignment: it is another one', response.status);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        if (isUnknownTarget(error)) return 'gone';
        if (isSecondAssignment(error)) return 'there';
        throw error;
      }
    },

    async moveGrant(id, { from, until }) {
      const to = adjust({ from, until, note: '' });
      if ((await patchWindow(id, to)) === 'refused') return 'cannot';
      const now = (await read({ ...OF_DOORS, ids: id })).find((grant) => grant.id === id);
      if (!now) return 'gone';
      return now.from === to.from && now.until === to.until ? 'moved' : 'cannot';
    },

    async removeGrant(id) {
      await send({
        method: 'DELETE',
        endpoint: `DELETE ${PATH}/:id`,
        path: `${PATH}/${segment(id)}`,
        expect: [200, 204, 404],
        repeatable: true,
      });
    },
  };

  /**
   * Unknown: whether a PATCH changes the window. It is documented for other fields only, with a text that speaks of
   * `valid_until`; it may be refused, or pass and do nothing. So its answer proves nothing: the caller reads afterwards.
   */
  async function patchWindow(
    id: string,
    { from, until }: Pick<NewGrant, 'from' | 'until'>,
  ): Promise<'sent' | 'refused'> {
    try {
      await send({
        method: 'PATCH',
        endpoint: `PATCH ${PATH}/:id`,
        path: `${PATH}/${segment(id)}`,
        body: { role_assignment: windowBody({ from, until }) },
        expect: [200, 204, 404],
        repeatable: true,
      });
      return 'sent';
    } catch (error) {
      if (error instanceof RefusedError) return 'refused';
      throw error;
    }
  }
}

const adjust: LockSystem['adjust'] = (grant) => ({
  ...grant,
  from: grant.from === null ? null : wholeSecond(grant.from),
  until: grant.until === null ? null : wholeSecond(grant.until),
});

function windowBody({ from, until }: Pick<NewGrant, 'from' | 'until'>) {
  return {
    valid_from: from === null ? null : writeInstant(from),
    valid_until: until === null ? null : writeInstant(until),
  };
}

function assignmentBody({ lockUserId, lockId, ...window }: NewGrant) {
  return {
    role_assignment: {
      role_id: DOOR_ROLE,
      applies_to_type: 'Group',
      applies_to_id: writeId(lockId),
      assignee_type: 'User',
      assignee_id: writeId(lockUserId),
      // A mail each time that a window is renewed would be one too many.
      notify: false,
      ...windowBody(window),
    },
  };
}
