// Who may import whom (docs/architecture.md). Values come from the own folder, from access/ (pure) and from lib/;
// folders meet otherwise as types only, and app.ts, main.ts and the command line join values. Every rule has a
// violation on purpose in test/architecture.test.ts, so that none of them can go blind.
const typeOnly = ['type-only', 'type-import'];
const folders = ['webhooks', 'cobot', 'sync', 'locks', 'queue', 'store', 'admin', 'alerts', 'simulators'];
const error = (name, from, to, comment) => ({ name, severity: 'error', ...(comment && { comment }), from, to });

/** A package that is dangerous or vendor-like stays behind the files that know how to handle it. */
const onlyIn = (name, files, packages) => error(name, { path: '^src/', pathNot: files }, { path: packages });

module.exports = {
  forbidden: [
    error('no-cycles', {}, { circular: true }, 'Not even of types.'),

    error(
      'access-imports-nothing-but-itself',
      { path: '^src/access/' },
      { pathNot: ['^src/access/', '^node_modules/(zod|yaml|fastest-levenshtein)/'] },
      'Deciding reaches no clock, no network, no disk.',
    ),
    error('lib-imports-no-folder', { path: '^src/lib/' }, { path: '^src/', pathNot: '^src/lib/' }),
    ...folders.map((folder) =>
      error(
        `${folder}-takes-values-from-itself-access-and-lib`,
        { path: `^src/${folder}/` },
        { path: '^src/', pathNot: `^src/(${folder}|access|lib)/`, dependencyTypesNot: typeOnly },
      ),
    ),
    error('cobot-knows-neither-locks-nor-sync', { path: '^src/cobot/' }, { path: '^src/(locks|sync)/' }),
    error('locks-know-neither-cobot-nor-sync', { path: '^src/locks/' }, { path: '^src/(cobot|sync)/' }),
    error(
      'a-vendor-stays-in-its-folder',
      { path: '^src/', pathNot: ['^src/locks/catalog\\.ts$', '^src/locks/[^/]+/'] },
      { path: '^src/locks/[^/]+/' },
    ),
    error(
      'no-vendor-imports-another',
      { path: '^src/locks/([^/]+)/' },
      { path: '^src/locks/([^/]+)/', pathNot: '^src/locks/$1/' },
    ),
    error(
      'only-entry-files-build-the-app',
      { path: '^src/', pathNot: ['^src/(app|main)\\.ts$', '^src/cli/'] },
      { path: '^src/(app|main|config)\\.ts$', dependencyTypesNot: typeOnly },
    ),
    error('configuration-builds-nothing', { path: '^src/config' }, { path: '^src/', pathNot: '^src/(config|lib/)' }),
    error(
      'nobody-imports-the-command-line',
      { path: '^src/', pathNot: '^src/(main\\.ts$|cli/)' },
      { path: '^src/cli/' },
      'main.ts has the socket that commands ask a running service over.',
    ),
    error(
      'the-operator-takes-values-from-itself-sync-access-and-lib',
      { path: '^src/operator/' },
      { path: '^src/', pathNot: '^src/(operator|sync|access|lib)/', dependencyTypesNot: typeOnly },
      'The page and the command line ask it; how they look is theirs.',
    ),
    error(
      'the-service-knows-no-simulator',
      { path: '^src/', pathNot: ['^src/simulators/', '^src/cli/demo'] },
      { path: '^src/simulators/' },
    ),
    error('the-source-knows-neither-test-nor-bench', { path: '^src/' }, { path: '^(test|bench)/' }),

    onlyIn('one-http-client', '^src/lib/(http-errors|wire)\\.ts$', '^(node_modules/(axios|undici)/|(node:)?http2$)'),
    onlyIn('one-clock', '^src/lib/clock\\.ts$', '^(node:)?timers(/promises)?$'),
    onlyIn('one-log', '^src/lib/log\\.ts$', '^node_modules/pino/'),
    onlyIn('one-registry-of-metrics', '^src/lib/metrics\\.ts$', '^node_modules/prom-client/'),
    onlyIn('mail-stays-in-one-file', '^src/alerts/mail\\.ts$', '^node_modules/nodemailer/'),
    onlyIn('sql-stays-in-store-and-queue', '^src/(store|queue)/', '^(node_modules/(kysely|pg)/|node:sqlite$)'),
    onlyIn('one-file-knows-pg-boss', '^src/queue/postgres-tickets\\.ts$', '^node_modules/pg-boss/'),

    error('no-orphans', { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '^src/admin/assets/'] }, {}),
    error('resolvable', {}, { couldNotResolve: true }),
    error(
      'packages-are-declared',
      { path: '^(src|test|bench)/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
      'One that comes along with another package may go with it.',
    ),
    error('production-needs-no-development-package', { path: '^src/' }, { dependencyTypes: ['npm-dev'] }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
