// What several processes on one PostgreSQL share (src/store/shared.ts). SQLite is one process's, which needs none of it.
// Times are the database's own, since those of two machines differ.
import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const together: Migration = {
  async up(db: Kysely<unknown>) {
    if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table shared_processes (
    id text primary key,
    space text not null,
    seen_at timestamptz not null default clock_timestamp()
  )`,
  `create table shared_locks (
    space text not null,
    key text not null,
    holder text not null,
    take bigint not null,
    taken_at timestamptz not null default clock_timestamp(),
    primary key (space, key)
  )`,
  `create table shared_calls (
    space text not null,
    side text not null,
    endpoint text not null,
    starts bigint[] not null default '{}',
    under_way_until bigint not null default 0,
    paused_until bigint not null default 0,
    primary key (space, side, endpoint)
  )`,
  `create sequence shared_touches_count`,
  `create table shared_touches (
    space text not null,
    kind text not null,
    key text not null,
    count bigint not null,
    primary key (space, kind, key)
  )`,
  `create table shared_notes (
    space text not null,
    name text not null,
    value bigint not null,
    primary key (space, name)
  )`,
  `create function shared_now() returns bigint language sql volatile as $$
    select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
  $$`,
  // One round trip a call. The row is locked while it is looked at; should the server crash, the count of the last
  // moment may be lost, which costs a 429 and not a flush of the disk for every call.
  `create function shared_calls_take(
    of_space text, of_side text, of_endpoint text, most int, window_ms bigint, singly boolean, wanted int, longest_call bigint,
    out taken int, out wait_ms bigint
  ) language plpgsql as $$
  declare
    mine shared_calls;
    at bigint;
    kept bigint[];
  begin
    perform set_config('synchronous_commit', 'off', true);
    insert into shared_calls (space, side, endpoint) values (of_space, of_side, of_endpoint) on conflict do nothing;
    select * into mine from shared_calls
      where space = of_space and side = of_side and endpoint = of_endpoint for update;
    at := shared_now();
    kept := array(select least(start, at) as start from unnest(mine.starts) start where start > at - window_ms order by 1);
    taken := 0;
    if mine.paused_until > at then
      wait_ms := mine.paused_until - at;
    elsif singly and mine.under_way_until > at then
      wait_ms := 25;
    else
      taken := greatest(0, least(wanted, most - cardinality(kept), case when singly then 1 else wanted end));
      kept := kept || array_fill(at, array[taken]);
      wait_ms := case
        when taken = wanted then 0
        else greatest(1, coalesce(kept[cardinality(kept) - most + 1], at) + window_ms - at)
      end;
      mine.under_way_until := case when singly and taken > 0 then at + longest_call else 0 end;
    end if;
    update shared_calls set starts = kept, under_way_until = mine.under_way_until
      where space = of_space and side = of_side and endpoint = of_endpoint;
  end $$`,
];
