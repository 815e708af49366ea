// Kisi's role assignments over HTTP: what opens a group of doors to a user, within a window. Where its documents leave
// a choice, a switch decides.
import { z } from 'zod';
import type { Answer, Route, Seen } from '../exchange.ts';
import { GROUP_ROLE, type KisiAccount, type KisiRoleAssignment } from './account.ts';
import {
  contains,
  done,
  fault,
  invalid,
  isAmong,
  listed,
  matches,
  named,
  notFound,
  ok,
  readWrapped,
  timeField,
  usualPaging,
} from './answers.ts';
import type { KisiSwitches } from './switches.ts';
import { roleAssignmentView } from './views.ts';

const patch = z.object({
  role_id: z.string('is not a text').optional(),
  valid_from: timeField,
  valid_until: timeField,
});
const assignment = patch.extend({
  applies_to_type: z.literal('Group', 'is not included in the list'),
  applies_to_id: z.int('must exist'),
  assignee_type: z.enum(['User', 'Team', 'Guest'], 'is not included in the list'),
  assignee_id: z.int('must exist'),
  role_id: z.literal(GROUP_ROLE, 'is not included in the list'),
  // Whether Kisi mails where nobody said is unknown. It does here: who wants none has to say so.
  notify: z.boolean('is not a boolean').default(true),
});

export function kisiAssignmentRoutes(account: KisiAccount, switches: KisiSwitches): Route[] {
  const { roleAssignments } = account;
  const withAssignment = (request: Seen, answer: (assignment: KisiRoleAssignment) => Answer): Answer => {
    const found = named(roleAssignments, request);
    return found ? answer(found) : notFound();
  };
  return [
    {
      method: 'GET',
      template: '/role_assignments',
      handle(request) {
        const found = roleAssignments.values().filter((each) => isAsked(request.query, each));
        // Its documents have no range header for this list.
        return listed(request, found.toArray(), roleAssignmentView, { ...usualPaging(switches), range: 'never' });
      },
    },
    {
      method: 'POST',
      template: '/role_assignments',
      handle({ body }) {
        const read = readWrapped('role_assignment', assignment, body);
        return 'refused' in read ? read.refused : assign(account, switches, read.value);
      },
    },
    {
      method: 'GET',
      template: '/role_assignments/:id',
      handle: (request) => withAssignment(request, (found) => ok(roleAssignmentView(found))),
    },
    {
      method: 'PATCH',
      template: '/role_assignments/:id',
      handle: (request) =>
        withAssignment(request, (found) => {
          const read = readWrapped('role_assignment', patch, request.body);
          if ('refused' in read) return read.refused;
          if (switches.patchWindow === 'ignored') return done();
          const { valid_from: from = found.validFrom, valid_until: until = found.validUntil } = read.value;
          if (endsTooSoon(from, until)) return badEnd();
          found.validFrom = from;
          found.validUntil = until;
          found.updatedAt = account.clock.now();
          return done();
        }),
    },
    {
      method: 'DELETE',
      template: '/role_assignments/:id',
      handle: (request) =>
        withAssignment(request, ({ id }) => {
          roleAssignments.delete(id);
          return done();
        }),
    },
  ];
}

function assign(account: KisiAccount, switches: KisiSwitches, asked: z.output<typeof assignment>): Answer {
  const [validFrom, validUntil] = [asked.valid_from ?? null, asked.valid_until ?? null];
  if (endsTooSoon(validFrom, validUntil)) return badEnd();
  // There are no teams and no guests.
  const user = asked.assignee_type === 'User' ? account.users.get(asked.assignee_id) : undefined;
  const group = account.groups.get(asked.applies_to_id);
  if (!user || !group) {
    if (switches.unknownTarget === '404') return notFound();
    return invalid({ [user ? 'applies_to' : 'assignee']: ['must exist'] });
  }
  if (account.assignmentsTo(user, group).length > 0) {
    if (switches.secondAssignment === '409') return fault(409, 'The user is in the group already');
    if (switches.secondAssignment === '422') return invalid({ assignee: ['has already been taken'] });
  }
  const { role_id: roleId, notify } = asked;
  const made = account.addAssignment({ user, roleId, notify, validFrom, validUntil, to: { type: 'Group', group } });
  if (notify && user.sendEmails) account.mails.push({ to: user.email, about: `access to ${group.name}` });
  return ok(roleAssignmentView(made));
}

function endsTooSoon(from: number | null, until: number | null): boolean {
  return from !== null && until !== null && until <= from;
}

const badEnd = (): Answer => invalid({ valid_until: ['must be after valid_from'] });

/** With the filters that are deprecated and still taken: user_id, group_id, scope. */
function isAsked(query: Record<string, string>, { id, user, roleId, to }: KisiRoleAssignment): boolean {
  const groupId = to.type === 'Group' ? to.group.id : null;
  const appliesToId = to.type === 'Place' ? to.place.id : groupId;
  return (
    isAmong(query, id) &&
    contains(query, user.name, user.email) &&
    matches(query, 'assignee_type', 'User') &&
    matches(query, 'assignee_id', user.id) &&
    matches(query, 'applies_to_type', to.type) &&
    matches(query, 'applies_to_id', appliesToId) &&
    matches(query, 'role_id', roleId) &&
    matches(query, 'user_id', user.id) &&
    matches(query, 'group_id', groupId) &&
    matches(query, 'scope', to.type.toLowerCase())
  );
}
