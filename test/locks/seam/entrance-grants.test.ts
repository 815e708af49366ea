import { describe, expect, it } from 'vitest';
import type { CurrentGrant } from '../../../src/access/model.ts';
import { RefusedError, TransientError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { at, doors, NOW, notFound, refusal, seam, thrownBy, useWire } from './wire.ts';

const LINEAGE = 'relay:co-up:u1:0123456789ab';
const HOUR = 3_600_000;

type Raw = Record<string, unknown>;
const accessGrant = (more: Raw = {}): Raw => ({
  access_grant_id: 'g1',
  access_grant_key: `${LINEAGE}:1`,
  user_identity_id: 'u1',
  access_method_ids: ['m1'],
  requested_access_methods: [{ mode: 'mobile_key', display_name: 'Mobile key' }],
  starts_at: '2026-11-30T08:00:00.123Z',
  ends_at: null,
  created_at: '2026-11-30T08:00:00.100Z',
  name: 'relay:co-up m1 plan "X"',
  errors: [],
  warnings: [],
  space_ids: [],
  unheard_of: { a: 1 },
  ...more,
});
const method = (more: Raw = {}): Raw => ({ access_method_id: 'm1', mode: 'mobile_key', is_issued: true, ...more });
const newGrant = (lockId: string, more: Partial<CurrentGrant> = {}) => ({
  lockUserId: 'u1',
  lockId,
  from: null,
  until: null,
  ...more,
  note: more.note ?? 'relay:co-up m1 plan "X"',
});

describe('Seam, grants at entrances, reading', () => {
  const on = useWire();
  const path = '/access_grants/list';

  it('names each entrance of an access grant, of ours by lineage and of others by access grant', async () => {
    const theirs = accessGrant({ access_grant_id: 'g2', access_grant_key: null, user_identity_id: 'u2', name: null });
    doors(on, { entrances: ['e1', 'e2'] });
    on(path, {}).reply(200, { access_grants: [accessGrant(), theirs] });
    on(path, { acs_entrance_id: 'e1' }).reply(200, { access_grants: [accessGrant(), theirs] });
    on(path, { acs_entrance_id: 'e2' }).reply(200, { access_grants: [accessGrant()] });
    on('/access_methods/list', { access_grant_id: 'g1' }).reply(200, { access_methods: [method()] });

    const grants = await seam().grants();

    const common = { lockUserId: 'u1', from: null, until: null, note: 'relay:co-up m1 plan "X"' };
    expect(grants.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { ...common, id: 'g2/e1', lockId: 'e1', lockUserId: 'u2', note: null },
      { ...common, id: `${LINEAGE}/e1`, lockId: 'e1' },
      { ...common, id: `${LINEAGE}/e2`, lockId: 'e2' },
    ]);
  });

  it('reads page after page by the cursor, and never by the address of the next page', async () => {
    const next = { has_next_page: true, next_page_cursor: 'c1', next_page_url: 'https://elsewhere.test/list' };
    doors(on, { entrances: ['e1'] });
    on(path, {}).reply(200, { access_grants: [accessGrant()], pagination: next });
    on(path, { page_cursor: 'c1' }).reply(200, {
      access_grants: [accessGrant({ access_grant_id: 'g2', access_grant_key: 'x' })],
      pagination: { has_next_page: false, next_page_cursor: null, next_page_url: null },
    });
    on(path, { acs_entrance_id: 'e1' }).reply(200, { access_grants: [], pagination: next });
    on(path, { acs_entrance_id: 'e1', page_cursor: 'c1' }).reply(200, {
      access_grants: [accessGrant({ access_grant_id: 'g2', access_grant_key: 'x' })],
    });

    expect((await seam().grants()).map(({ id }) => id)).toEqual(['g2/e1']);
  });

  it.each([
    ['a cursor that comes again', { has_next_page: true, next_page_cursor: 'c1' }],
    ['a next page without a cursor', { has_next_page: true, next_page_cursor: null }],
    ['a pagination that says nothing', {}],
  ])('never takes %s for the end', async (_what, pagination) => {
    doors(on, { entrances: ['e1'] });
    on(path, {}).reply(200, { access_grants: [], pagination });
    if ('next_page_cursor' in pagination && pagination.next_page_cursor !== null) {
      on(path, { page_cursor: 'c1' }).reply(200, { access_grants: [], pagination });
    }

    expect(await thrownBy(seam().grants())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('remembers the entrances of ours for one lock user, and takes nobody else for that one', async () => {
    const theirs = accessGrant({ access_grant_id: 'g2', access_grant_key: null, user_identity_id: 'u2' });
    const body = { user_identity_id: 'u1' };
    doors(on, { entrances: ['e1', 'e2'] });
    on(path, body).reply(200, { access_grants: [accessGrant(), theirs] });
    on(path, { ...body, acs_entrance_id: 'e1' }).reply(200, { access_grants: [accessGrant(), theirs] });
    on(path, { ...body, acs_entrance_id: 'e2' }).reply(200, { access_grants: [] });
    on('/access_methods/list').reply(200, { access_methods: [method()] });
    on(path, body).reply(200, { access_grants: [accessGrant()] });
    const locks = seam();

    const first = await locks.grants({ lockUserId: 'u1' });
    const second = await locks.grants({ lockUserId: 'u1' });

    expect(first.map(({ id }) => id)).toEqual([`${LINEAGE}/e1`]);
    expect(second).toEqual(first);
  });

  it('leaves out what is being deleted', async () => {
    const going = accessGrant({ warnings: [{ warning_code: 'being_deleted', message: 'Being deleted' }] });
    doors(on, { entrances: ['e1'] });
    on(path, {}).reply(200, { access_grants: [going] });
    on(path, { acs_entrance_id: 'e1' }).reply(200, { access_grants: [going] });

    expect(await seam().grants()).toEqual([]);
  });

  it.each([
    ['issued', {}, [method()], undefined],
    ['not issued yet', {}, [method({ is_issued: false })], { state: 'pending', words: null }],
    ['not there yet', { display_status: 'Issuing' }, [], { state: 'pending', words: 'Issuing' }],
    [
      'late',
      { warnings: [{ warning_code: 'w', message: 'The lock is offline' }] },
      [method({ is_issued: false, warnings: [{ message: 'Delayed' }] })],
      { state: 'pending', words: 'The lock is offline; mobile key: Delayed' },
    ],
    [
      'issued in part',
      { requested_access_methods: [{ mode: 'mobile_key' }, { mode: 'code' }] },
      [
        method(),
        method({ access_method_id: 'm2', mode: 'code', is_issued: false, errors: [{ message: 'No room for 4711' }] }),
      ],
      { state: 'failed', words: 'code: No room for [hidden]' },
    ],
    ['one of two', { requested_access_methods: [{}, {}] }, [method()], { state: 'pending', words: null }],
    [
      'short of a door',
      { warnings: [{ warning_code: 'underprovisioned_access', message: 'Not everywhere' }] },
      [method()],
      { state: 'pending', words: 'Not everywhere' },
    ],
    [
      'impossible',
      { errors: [{ error_code: 'cannot_create_requested_access_methods', message: 'No app here' }] },
      [],
      { state: 'failed', words: 'No app here' },
    ],
  ])('says how one that is %s stands', async (_what, more, access_methods, standing) => {
    doors(on, { entrances: ['e1'] });
    on(path, {}).reply(200, { access_grants: [accessGrant(more)] });
    on(path, { acs_entrance_id: 'e1' }).reply(200, { access_grants: [accessGrant(more)] });
    on('/access_methods/list').reply(200, { access_methods });

    const [grant] = await seam().grants();

    expect(grant?.standing).toEqual(standing);
  });

  it('asks no more about what was issued once, nor about what is over', async () => {
    const over = accessGrant({
      access_grant_id: 'g2',
      access_grant_key: 'relay:co-up:u1:aaaaaaaaaaaa:1',
      ends_at: '2026-11-30T08:30:00Z',
    });
    doors(on, { entrances: ['e1'] });
    doors(on, { entrances: ['e1'] });
    const all = { access_grants: [accessGrant(), over] };
    on(path, {}).times(2).reply(200, all);
    on(path, { acs_entrance_id: 'e1' }).times(2).reply(200, all);
    on('/access_methods/list', { access_grant_id: 'g1' }).reply(200, { access_methods: [method()] });
    const locks = seam();

    await locks.grants();
    const [again] = await locks.grants();

    expect(again?.standing).toBeUndefined();
  });

  it.each([
    ['an access grant of nobody', { user_identity_id: '' }],
    ['a time that is none', { ends_at: 'tomorrow' }],
    ['a time without an offset', { ends_at: '2026-11-30T08:30:00' }],
  ])('never takes a list with %s for fewer grants', async (_what, more) => {
    doors(on, { entrances: ['e1'] });
    on(path, {}).reply(200, { access_grants: [accessGrant(), accessGrant(more)] });

    expect(await thrownBy(seam().grants())).toBeInstanceOf(UnexpectedShapeError);
  });

  it('takes an address that is none for an error, and not for nobody', async () => {
    on(path).reply(404, '404');

    expect(await thrownBy(seam().grants({ lockUserId: 'u1' }))).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('Seam, grants at entrances, giving', () => {
  const on = useWire();
  /** Answers with what was sent. */
  const create = (body: Raw) => {
    const sent: Raw[] = [];
    const fits = (each: Raw) => {
      const isIt = Object.entries(body).every(([key, value]) => JSON.stringify(each[key]) === JSON.stringify(value));
      if (isIt) sent.push(each);
      return isIt;
    };
    on('/access_grants/create', fits).reply(200, () => ({
      access_grant: accessGrant({ ...sent.at(-1), access_method_ids: [], created_at: '2026-11-30T09:00:00Z' }),
    }));
    return sent;
  };

  it('joins what is asked for at once with the same window into one access grant', async () => {
    doors(on, { entrances: ['e1', 'e2', 'e3'] });
    const created = create({ acs_entrance_ids: ['e1', 'e2'], user_identity_id: 'u1' });
    create({ acs_entrance_ids: ['e3'], ends_at: '2026-11-30T10:00:00Z' });
    const locks = seam({ accessMethods: ['mobile_key', 'code'] });

    const given = await Promise.all([
      locks.addGrant(newGrant('e1')),
      // A start that is over is none.
      locks.addGrant(newGrant('e2', { from: NOW - HOUR })),
      locks.addGrant(newGrant('e3', { until: NOW + HOUR })),
    ]);

    expect(created[0]).toEqual({
      user_identity_id: 'u1',
      acs_entrance_ids: ['e1', 'e2'],
      requested_access_methods: [{ mode: 'mobile_key' }, { mode: 'code' }],
      access_grant_key: expect.stringMatching(/^relay:co-up:u1:[0-9a-f]{12}:1$/),
      name: 'relay:co-up m1 plan "X"',
    });
    expect(given).toMatchObject([{ lockId: 'e1' }, { lockId: 'e2' }, { lockId: 'e3', until: NOW + HOUR }]);
    const lineage = String(created[0]?.['access_grant_key']).replace(/:1$/, '');
    expect(given[1]).toEqual({
      id: `${lineage}/e2`,
      lockUserId: 'u1',
      lockId: 'e2',
      from: null,
      until: null,
      note: 'relay:co-up m1 plan "X"',
      standing: { state: 'pending', words: null },
    });
  });

  it('never joins two people, nor two memberships', async () => {
    doors(on, { entrances: ['e1'] });
    create({ user_identity_id: 'u1', name: 'relay:co-up m1 plan "X"' });
    create({ user_identity_id: 'u1', name: 'relay:co-up m2 plan "X"' });
    create({ user_identity_id: 'u2' });
    const locks = seam();

    await Promise.all([
      locks.addGrant(newGrant('e1')),
      locks.addGrant(newGrant('e1', { note: 'relay:co-up m2 plan "X"' })),
      locks.addGrant(newGrant('e1', { lockUserId: 'u2' })),
    ]);
  });

  it('gives what is left where one of the entrances is no more', async () => {
    doors(on, { entrances: ['e1', 'e2'] });
    on('/access_grants/create').reply(404, notFound);
    on('/user_identities/get', { user_identity_id: 'u1' }).reply(200, { user_identity: { user_identity_id: 'u1' } });
    doors(on, { entrances: ['e2'] });
    create({ acs_entrance_ids: ['e2'] });
    const locks = seam();

    const given = await Promise.all([locks.addGrant(newGrant('e1')), locks.addGrant(newGrant('e2'))]);

    expect(given).toMatchObject(['gone', { lockId: 'e2' }]);
  });

  it('tells that the lock user, or a lock, is gone', async () => {
    doors(on, { entrances: ['e1'] });
    on('/access_grants/create').reply(400, refusal('user_identity_id: not found'));
    on('/user_identities/get').reply(404, notFound);
    doors(on, { entrances: ['e1'] });
    const locks = seam();

    expect(await locks.addGrant(newGrant('e1'))).toBe('gone');
    expect(await locks.addGrant(newGrant('e9'))).toBe('gone');
  });

  it('hands on a refusal that has another reason, and sends nothing again', async () => {
    doors(on, { entrances: ['e1'] });
    on('/access_grants/create').reply(400, refusal('ends_at must be in the future, and 4711 is a bad PIN'));
    on('/user_identities/get').reply(200, { user_identity: { user_identity_id: 'u1' } });
    doors(on, { entrances: ['e1'] });

    const error = await thrownBy(seam().addGrant(newGrant('e1', { until: NOW - HOUR })));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['ends_at must be in the future, and [hidden] is a bad PIN'] });
  });

  it('never sends a creation again after an answer that did not come', async () => {
    doors(on, { entrances: ['e1', 'e2'] });
    on('/access_grants/create').reply(502, 'bad gateway');
    const locks = seam();

    const errors = await Promise.all(['e1', 'e2'].map((id) => thrownBy(locks.addGrant(newGrant(id)))));

    expect(errors).toMatchObject([{ effect: 'unknown' }, { effect: 'unknown' }]);
  });

  it('sends nothing that could not be told from what others gave', async () => {
    doors(on, { entrances: ['e1'], keypads: ['d1'] });
    const locks = seam();

    const errors = [
      await thrownBy(locks.addGrant(newGrant('e1', { note: 'by hand' }))),
      await thrownBy(locks.addGrant(newGrant('d1', { note: 'by hand' }))),
    ];

    expect(errors).toMatchObject([{ code: 'seam_unmarked' }, { code: 'seam_unmarked' }]);
  });

  it.each([
    ['the moment of its making is no start', '2026-11-30T08:59:59.9Z', null],
    ['a later start is one', '2026-11-30T09:30:00Z', at('2026-11-30T09:30:00Z')],
    ['no start is none', null, null],
  ])('reads a start back: %s', async (_what, starts_at, from) => {
    doors(on, { entrances: ['e1'] });
    on('/access_grants/create').reply(200, {
      access_grant: accessGrant({ starts_at, created_at: '2026-11-30T09:00:00Z' }),
    });

    expect(await seam().addGrant(newGrant('e1', { from: NOW + HOUR / 2 }))).toMatchObject({ from });
  });
});

describe('Seam, grants at entrances, changing', () => {
  const on = useWire();
  const ids = (...names: string[]) => names.map((name) => `${LINEAGE}/${name}`);

  /** What one lock user has, read once. */
  function there(entrances: string[], grants: { raw: Raw; at: string[] }[]): void {
    const body = { user_identity_id: 'u1' };
    doors(on, { entrances });
    on('/access_grants/list', body).reply(200, { access_grants: grants.map(({ raw }) => raw) });
    for (const id of entrances) {
      const here = grants.filter((grant) => grant.at.includes(id)).map(({ raw }) => raw);
      on('/access_grants/list', { ...body, acs_entrance_id: id }).reply(200, { access_grants: here });
    }
  }
  const removeAll = (locks: LockSystem, names: string[]) =>
    Promise.all(ids(...names).map((id) => locks.removeGrant(id)));

  it('moves all doors of an access grant at once, and keeps its key', async () => {
    there(['e1', 'e2'], [{ raw: accessGrant(), at: ['e1', 'e2'] }]);
    on('/access_grants/update', { access_grant_id: 'g1', ends_at: '2026-11-30T10:00:00Z' }).reply(200, {});
    const locks = seam();

    const moved = await Promise.all(
      ids('e1', 'e2', 'e3').map((id) => locks.moveGrant(id, { from: null, until: NOW + HOUR })),
    );

    expect(moved).toEqual(['moved', 'moved', 'gone']);
  });

  it('moves nothing where only some doors are asked to move', async () => {
    there(['e1', 'e2'], [{ raw: accessGrant(), at: ['e1', 'e2'] }]);

    expect(await seam().moveGrant(`${LINEAGE}/e1`, { from: null, until: NOW + HOUR })).toBe('cannot');
  });

  it.each([
    [
      'an end that is taken away',
      { starts_at: '2026-11-30T12:00:00Z' },
      { from: NOW + 4 * HOUR, until: null },
      { starts_at: '2026-11-30T13:00:00Z', ends_at: null },
    ],
    [
      'a start that is brought forward',
      { starts_at: '2026-11-30T12:00:00Z' },
      { from: null, until: NOW + HOUR },
      { starts_at: '2026-11-30T09:00:00Z', ends_at: '2026-11-30T10:00:00Z' },
    ],
    [
      'a start that is over on both sides',
      { starts_at: '2026-11-30T08:30:00Z' },
      { from: NOW - HOUR, until: NOW + HOUR },
      { ends_at: '2026-11-30T10:00:00Z' },
    ],
  ])('moves %s', async (_what, more, to, body) => {
    there(['e1'], [{ raw: accessGrant(more), at: ['e1'] }]);
    on('/access_grants/update', { access_grant_id: 'g1', ...body }).reply(200, {});

    expect(await seam().moveGrant(`${LINEAGE}/e1`, to)).toBe('moved');
  });

  it.each([
    [400, refusal('ends_at may not be null'), 'cannot'],
    [404, notFound, 'gone'],
  ])('tells that a move was refused or came too late (%d)', async (status, body, outcome) => {
    there(['e1'], [{ raw: accessGrant(), at: ['e1'] }]);
    on('/access_grants/update').reply(status, body);

    expect(await seam().moveGrant(`${LINEAGE}/e1`, { from: null, until: null })).toBe(outcome);
  });

  it('never moves what others gave', async () => {
    expect(await seam().moveGrant('g7/e1', { from: null, until: null })).toBe('cannot');
  });

  it('takes all doors back by deleting, and makes nothing anew', async () => {
    there(['e1', 'e2'], [{ raw: accessGrant(), at: ['e1', 'e2'] }]);
    on('/access_grants/delete', { access_grant_id: 'g1' }).reply(404, notFound);

    await removeAll(seam(), ['e1', 'e2']);
  });

  it('makes what stays anew, waits until that is issued, and deletes the old then', async () => {
    const order: string[] = [];
    const noted = (path: string, body: Raw) => () => {
      order.push(path);
      return body;
    };
    const next = accessGrant({
      access_grant_id: 'g2',
      access_grant_key: `${LINEAGE}:2`,
      access_method_ids: ['m2'],
      created_at: '2026-11-30T09:00:00Z',
    });
    const waiting = method({ access_method_id: 'm2', is_issued: false });
    there(['e1', 'e2', 'e3'], [{ raw: accessGrant({ ends_at: '2026-12-01T00:00:00Z' }), at: ['e1', 'e2', 'e3'] }]);
    on('/access_grants/create', {
      user_identity_id: 'u1',
      acs_entrance_ids: ['e1'],
      requested_access_methods: [{ mode: 'mobile_key' }],
      access_grant_key: `${LINEAGE}:2`,
      name: 'relay:co-up m1 plan "X"',
      ends_at: '2026-12-01T00:00:00Z',
    }).reply(200, noted('create', { access_grant: next }));
    on('/access_methods/list', { access_grant_id: 'g1' }).reply(200, { access_methods: [method()] });
    const issued = { ...waiting, is_issued: true };
    on('/access_methods/list', { access_grant_id: 'g2' }).reply(200, noted('wait', { access_methods: [waiting] }));
    on('/access_methods/list', { access_grant_id: 'g2' }).reply(200, noted('issued', { access_methods: [issued] }));
    on('/access_grants/delete', { access_grant_id: 'g1' }).reply(200, noted('delete', {}));

    await removeAll(seam(), ['e2', 'e3']);

    expect(order).toEqual(['create', 'wait', 'issued', 'delete']);
  });

  const older = accessGrant();
  const newer = (more: Raw = {}) =>
    accessGrant({
      access_grant_id: 'g2',
      access_grant_key: `${LINEAGE}:2`,
      access_method_ids: ['m2'],
      created_at: '2026-11-30T09:00:00Z',
      ...more,
    });
  const methodsOf = (id: string, access_methods: Raw[], times = 1) =>
    on('/access_methods/list', { access_grant_id: id }).times(times).reply(200, { access_methods });
  const waiting = method({ access_method_id: 'm2', is_issued: false });

  it('shuts nobody out: the old one stays where the new one is not issued in time, and it is tried again', async () => {
    there(
      ['e1', 'e2'],
      [
        { raw: older, at: ['e1', 'e2'] },
        { raw: newer(), at: ['e1'] },
      ],
    );
    methodsOf('g1', [method()]);
    methodsOf('g2', [waiting], 10);

    const error = await thrownBy(removeAll(seam(), ['e2']));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'seam_not_issued_yet' });
  });

  it.each([
    ['the new one waits for too long', older, newer({ created_at: '2026-11-30T08:50:00Z' }), []],
    [
      'the new one has failed',
      older,
      newer(),
      [method({ access_method_id: 'm2', is_issued: false, errors: [{ message: 'No' }] })],
    ],
    [
      'the window begins later',
      accessGrant({ starts_at: '2026-11-30T12:00:00Z' }),
      newer({ starts_at: '2026-11-30T12:00:00Z' }),
      [],
    ],
  ])('goes on where %s', async (_what, before, after, access_methods) => {
    there(
      ['e1', 'e2'],
      [
        { raw: before, at: ['e1', 'e2'] },
        { raw: after, at: ['e1'] },
      ],
    );
    if (access_methods.length > 0) {
      methodsOf('g1', [method()]);
      methodsOf('g2', access_methods);
    }
    on('/access_grants/delete', { access_grant_id: 'g1' }).reply(200, {});

    await removeAll(seam(), ['e2']);
  });

  it('does not wait where the old one was not in effect either', async () => {
    there(
      ['e1', 'e2'],
      [
        { raw: older, at: ['e1', 'e2'] },
        { raw: newer(), at: ['e1'] },
      ],
    );
    methodsOf('g1', [method({ is_issued: false })]);
    on('/access_grants/delete', { access_grant_id: 'g1' }).reply(200, {});

    await removeAll(seam(), ['e2']);
  });

  it('deletes nothing where what stays could not be made anew', async () => {
    there(['e1', 'e2'], [{ raw: older, at: ['e1', 'e2'] }]);
    on('/access_grants/create').reply(500, 'oops');

    expect(await thrownBy(removeAll(seam(), ['e2']))).toBeInstanceOf(TransientError);
  });

  it('takes what is gone already for done', async () => {
    on('/access_grants/list', { user_identity_id: 'u1' }).reply(200, { access_grants: [] });
    on('/access_grants/get', { access_grant_id: 'g7' }).reply(404, notFound);
    const locks = seam();

    await locks.removeGrant(`${LINEAGE}/e1`);
    await locks.removeGrant('g7/e1');
  });

  describe('of others', () => {
    const theirs = accessGrant({ access_grant_key: null });

    it('is deleted where it opens nothing else', async () => {
      on('/access_grants/get', { access_grant_id: 'g1' }).reply(200, { access_grant: theirs });
      there(['e1', 'e2'], [{ raw: theirs, at: ['e1'] }]);
      on('/access_grants/delete', { access_grant_id: 'g1' }).reply(200, {});

      await seam().removeGrant('g1/e1');
    });

    it('is left as it is where it opens another entrance', async () => {
      on('/access_grants/get').reply(200, { access_grant: theirs });
      there(['e1', 'e2'], [{ raw: theirs, at: ['e1', 'e2'] }]);

      expect(await thrownBy(seam().removeGrant('g1/e1'))).toMatchObject({ code: 'seam_opens_more' });
    });

    it('is left as it is where it opens a space', async () => {
      const space = accessGrant({ access_grant_key: null, space_ids: ['s1'] });
      on('/access_grants/get').reply(200, { access_grant: space });
      there(['e1'], [{ raw: space, at: ['e1'] }]);

      expect(await thrownBy(seam().removeGrant('g1/e1'))).toBeInstanceOf(RefusedError);
    });

    it('is left as it is where it opens a keypad', async () => {
      on('/access_grants/get').reply(200, { access_grant: theirs });
      const body = { user_identity_id: 'u1' };
      doors(on, { entrances: ['e1'], keypads: ['d1'] });
      on('/access_grants/list', body).reply(200, { access_grants: [theirs] });
      on('/access_grants/list', { ...body, acs_entrance_id: 'e1' }).reply(200, { access_grants: [theirs] });
      on('/access_grants/list', { ...body, device_id: 'd1' }).reply(200, { access_grants: [theirs] });

      expect(await thrownBy(seam().removeGrant('g1/e1'))).toMatchObject({ code: 'seam_opens_more' });
    });

    it('keeps a person from being deleted where nobody could have seen it', async () => {
      there(['e1'], [{ raw: theirs, at: [] }]);

      expect(await thrownBy(seam().deleteUser('u1'))).toMatchObject({ code: 'seam_opens_more' });
    });
  });

  it('deletes a person with access grants and codes, and being gone is done', async () => {
    const name = 'relay:co-up [u1] m1 plan';
    const code = { access_code_id: 'c1', device_id: 'd1', name, status: 'set' };
    doors(on, { entrances: ['e1'], keypads: ['d1'] });
    on('/access_grants/list').reply(200, { access_grants: [older] });
    on('/access_grants/list').reply(200, { access_grants: [older] });
    on('/access_grants/delete', { access_grant_id: 'g1' }).reply(200, {});
    on('/access_codes/list', { device_id: 'd1' }).reply(200, {
      access_codes: [
        code,
        { ...code, access_code_id: 'c2', name: 'Cleaner' },
        { ...code, access_code_id: 'c3', name: name.replace('u1', 'u2') },
      ],
    });
    on('/access_codes/delete', { access_code_id: 'c1' }).reply(200, {});
    on('/user_identities/delete', { user_identity_id: 'u1' }).reply(404, notFound);

    await seam().deleteUser('u1');
  });
});
