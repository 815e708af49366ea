// Who may import whom (docs/architecture.md). Values come from the own folder, from access/ (pure) and from lib/;
// folders meet otherwise as types only, and app.ts, main.ts and the command line join values.
const folders = ['webhooks', 'cobot', 'access', 'sync', 'locks', 'queue', 'store', 'admin', 'simulators', 'lib'];
const valueKinds = ['type-only', 'type-import'];

const onlyTypesFromElsewhere = folders
  .filter((name) => !['access', 'lib'].includes(name))
  .map((name) => ({
    name: `${name}-takes-values-from-itself-access-and-lib`,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: {
      path: '^src/',
      pathNot: `^src/(${name}|access|lib)/`,
      dependencyTypesNot: valueKinds,
    },
  }));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: valueKinds } } },
    {
      name: 'access-imports-nothing-but-itself',
      comment: 'Deciding reaches no clock, no network, no disk.',
      severity: 'error',
      from: { path: '^src/access/' },
      to: { pathNot: ['^src/access/', '^node_modules/(zod|yaml|fastest-levenshtein)/'] },
    },
    { name: 'lib-imports-no-folder', severity: 'error', from: { path: '^src/lib/' }, to: { path: '^src/', pathNot: '^src/lib/' } },
    { name: 'cobot-knows-neither-locks-nor-sync', severity: 'error', from: { path: '^src/cobot/' }, to: { path: '^src/(locks|sync)/' } },
    { name: 'locks-know-neither-cobot-nor-sync', severity: 'error', from: { path: '^src/locks/' }, to: { path: '^src/(cobot|sync)/' } },
    {
      name: 'a-vendor-stays-in-its-folder',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/locks/catalog\\.ts$', '^src/locks/([^/]+)/'] },
      to: { path: '^src/locks/[^/]+/' },
    },
    {
      name: 'no-vendor-imports-another',
      severity: 'error',
      from: { path: '^src/locks/([^/]+)/' },
      to: { path: '^src/locks/([^/]+)/', pathNot: '^src/locks/$1/' },
    },
    {
      name: 'only-entry-files-build-the-app',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(app|main)\\.ts$', '^src/cli/'] },
      to: { path: '^src/(app|main|config)\\.ts$', dependencyTypesNot: valueKinds },
    },
    { name: 'the-service-knows-no-simulator', severity: 'error', from: { path: '^src/', pathNot: ['^src/simulators/', '^src/cli/demo'] }, to: { path: '^src/simulators/' } },
    ...onlyTypesFromElsewhere,
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' }, to: {} },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'production-needs-no-development-package', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
