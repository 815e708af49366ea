// Relays that are broken on purpose, each in one line, and which count of a crash run has to show it.
type Break = { name: string; file: string; find: string; put: string; shows: 'lost' | 'twice' };

export const BREAKS: readonly Break[] = [
  {
    name: 'answers before it has stored',
    file: '/src/webhooks/routes.ts',
    find: 'await inbox.accept({',
    put: 'setTimeout((entry) => inbox.accept(entry), 500, {',
    shows: 'lost',
  },
  {
    name: 'forgets what ran when it was killed',
    file: '/src/queue/sqlite-jobs.ts',
    find: 'await table.wait(row, {}, within);',
    put: "await within.deleteFrom('jobs').where('id', '=', row.id).execute();",
    shows: 'lost',
  },
  {
    name: 'checks in again without having looked',
    file: '/src/sync/check-in.ts',
    find: 'if (started || limited) {',
    put: 'if (Date.now() === 0) {',
    shows: 'twice',
  },
];
