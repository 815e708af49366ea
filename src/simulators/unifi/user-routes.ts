// UniFi Access's calls about users, their own policies and user groups. A set of policies is always replaced as a whole.
import { type Answer, fieldOf, type Route, type Seen, textOf } from '../exchange.ts';
import { fullName, type NewUnifiUser, type UnifiUser } from './account.ts';
import type { UnifiParts } from './parts.ts';

/** Fields of a body, or what is wrong with it. */
type Fields = { fields: NewUnifiUser } | { refused: Answer };

const VIEW = ['view:user'];
const EDIT = ['edit:user'];

export function unifiUserRoutes(parts: UnifiParts): Route[] {
  return [...userRoutes(parts), ...policyRoutes(parts), ...groupRoutes(parts)];
}

function userRoutes(parts: UnifiParts): Route[] {
  const { account, answers, views, switches } = parts;
  const shown = ({ query }: Seen) => (query['expand[]'] === 'access_policy' ? 'expanded' : 'plain');
  return [
    {
      method: 'GET',
      template: '/users',
      scopes: VIEW,
      handle: (request) =>
        answers.page(request, account.users.values().toArray(), (users) =>
          users.map((user) => views.user(user, shown(request))),
        ),
    },
    {
      method: 'POST',
      template: '/users',
      scopes: EDIT,
      handle({ body }) {
        const [firstName, lastName] = [textOf(body, 'first_name'), textOf(body, 'last_name')];
        if (firstName === undefined || lastName === undefined) return answers.invalid('Both names are required.');
        const read = fieldsOf(parts, body);
        return 'refused' in read
          ? read.refused
          : answers.ok(views.user(account.addUser({ ...read.fields, firstName, lastName }), 'plain'));
      },
    },
    {
      // Names only, and no pages.
      method: 'GET',
      template: '/users/search',
      scopes: VIEW,
      handle({ query }) {
        const keyword = (query['keyword'] ?? '').toLowerCase();
        const found = account.users.values().filter((user) => fullName(user).toLowerCase().includes(keyword));
        return answers.ok(found.map((user) => views.user(user, 'plain')).toArray());
      },
    },
    {
      method: 'GET',
      template: '/users/:id',
      scopes: VIEW,
      handle: (request) => withUser(parts, request, (user) => answers.ok(views.user(user, shown(request)))),
    },
    {
      method: 'PUT',
      template: '/users/:id',
      scopes: EDIT,
      handle: (request) =>
        withUser(parts, request, (user) => {
          const read = fieldsOf(parts, request.body, user);
          if ('refused' in read) return read.refused;
          Object.assign(user, read.fields);
          return answers.done();
        }),
    },
    {
      method: 'DELETE',
      template: '/users/:id',
      scopes: EDIT,
      handle: (request) => {
        if (switches.deleteUsers === 'older') return answers.nowhere();
        return withUser(parts, request, (user) => {
          if (user.status !== 'DEACTIVATED')
            return answers.refuse('CODE_OPERATION_FORBIDDEN', 'Only a deactivated user can be deleted.');
          account.removeUser(user);
          return answers.done();
        });
      },
    },
  ];
}

function policyRoutes(parts: UnifiParts): Route[] {
  const { account, answers, views } = parts;
  return [
    {
      method: 'GET',
      template: '/users/:id/access_policies',
      scopes: VIEW,
      handle: (request) =>
        withUser(parts, request, (user) => {
          const which = request.query['only_user_policies'] === 'true' ? 'own' : 'all';
          return answers.ok(account.policyIdsOf(user, which).flatMap(views.policy));
        }),
    },
    {
      method: 'PUT',
      template: '/users/:id/access_policies',
      scopes: EDIT,
      handle: (request) =>
        withUser(parts, request, (user) =>
          withPolicies(parts, request, (ids) => {
            account.setPolicies(user, ids);
            return answers.done();
          }),
        ),
    },
  ];
}

function groupRoutes(parts: UnifiParts): Route[] {
  const { account, answers, views } = parts;
  const withGroup = (
    { params }: Seen,
    act: (group: { userIds: Set<string>; policyIds: string[] }) => Answer,
  ): Answer => {
    const group = account.userGroups.get(params['id'] ?? '');
    return group ? act(group) : answers.notThere();
  };
  /** The body is the bare list of ids. */
  const change = (template: string, deed: (userIds: Set<string>, id: string) => void): Route => ({
    method: 'POST',
    template,
    scopes: EDIT,
    handle: (request) =>
      withGroup(request, ({ userIds }) => {
        const ids = textsOf(request.body);
        if (!ids) return answers.invalid('The body is a list of user ids.');
        if (!ids.every((id) => account.users.has(id))) return answers.notThere(parts.switches.missingUser);
        for (const id of ids) deed(userIds, id);
        return answers.done();
      }),
  });
  return [
    {
      method: 'GET',
      template: '/user_groups',
      scopes: VIEW,
      handle: () =>
        answers.ok(
          account.userGroups
            .values()
            .map(({ id, name }) => ({ id, name, full_name: name, up_id: '', up_ids: [] }))
            .toArray(),
        ),
    },
    change('/user_groups/:id/users', (userIds, id) => userIds.add(id)),
    change('/user_groups/:id/users/delete', (userIds, id) => userIds.delete(id)),
    {
      method: 'GET',
      template: '/user_groups/:id/access_policies',
      scopes: VIEW,
      handle: (request) => withGroup(request, ({ policyIds }) => answers.ok(policyIds.flatMap(views.policy))),
    },
    {
      method: 'PUT',
      template: '/user_groups/:id/access_policies',
      scopes: EDIT,
      handle: (request) =>
        withGroup(request, (group) =>
          withPolicies(parts, request, (ids) => {
            group.policyIds = ids;
            return answers.done();
          }),
        ),
    },
  ];
}

function withUser(
  { account, answers, switches }: UnifiParts,
  { params }: Seen,
  act: (user: UnifiUser) => Answer,
): Answer {
  const user = account.users.get(params['id'] ?? '');
  return user ? act(user) : answers.notThere(switches.missingUser);
}

function withPolicies({ account, answers }: UnifiParts, { body }: Seen, act: (ids: string[]) => Answer): Answer {
  const ids = textsOf(fieldOf(body, 'access_policy_ids'));
  if (!ids) return answers.invalid('access_policy_ids is a list of ids.');
  return ids.every((id) => account.policies.has(id)) ? act(ids) : answers.notThere();
}

/** A field that is left out stays as it was. */
function fieldsOf(parts: UnifiParts, body: unknown, self?: UnifiUser): Fields {
  const { account, answers, switches } = parts;
  const given = (name: string) => fieldOf(body, name) !== undefined;
  const refused = (answer: Answer): Fields => ({ refused: answer });
  const fields: NewUnifiUser = {};

  for (const [name, key] of [
    ['first_name', 'firstName'],
    ['last_name', 'lastName'],
  ] as const) {
    const text = textOf(body, name);
    if (given(name) && text === undefined) return refused(answers.invalid(`${name} is a name.`));
    if (text !== undefined) fields[key] = text;
  }
  if (given('employee_number')) {
    const number = fieldOf(body, 'employee_number');
    if (typeof number !== 'string') return refused(answers.invalid('employee_number is text.'));
    fields.employeeNumber = number;
  }
  if (given('onboard_time')) {
    const time = fieldOf(body, 'onboard_time');
    if (typeof time !== 'number') return refused(answers.invalid('onboard_time is a time.'));
    fields.onboardTime = time;
  }
  if (given('status')) {
    const status = fieldOf(body, 'status');
    if (status !== 'ACTIVE' && status !== 'DEACTIVATED') return refused(answers.invalid('status is not one.'));
    fields.status = status;
  }
  if (given('user_email') && switches.emails === 'kept') {
    const email = fieldOf(body, 'user_email');
    if (typeof email !== 'string' || !/^([^@\s]+@[^@\s]+)?$/.test(email))
      return refused(answers.refuse('CODE_USER_EMAIL_ERROR', 'The provided email format is invalid.'));
    const others = account.usersByEmail(email).filter((user) => user !== self);
    if (others.length > 0 && switches.sameEmail !== 'allowed')
      return refused(answers.refuse(switches.sameEmail, 'The email belongs to another user.'));
    fields.email = email;
  }
  return { fields };
}

function textsOf(value: unknown): string[] | undefined {
  const texts = Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  return Array.isArray(value) && texts.length === value.length ? texts : undefined;
}
