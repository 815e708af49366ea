// Looks at what comes from others, and says what it found: licences and install scripts of the lock file, the bill of
// materials, what npm audit answered. Ends with 1 where something may not stay like that. Runs on any Node.
import { readFileSync } from 'node:fs';

const [, , what = '', ...files] = process.argv;
const [first, second] = files.map((file) => readFileSync(file, 'utf8'));
const say = (line) => process.stdout.write(`${line}\n`);

/** What may be handed on with the relay, and what it is only built and tested with. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
];
const ALLOWED_IN_DEVELOPMENT = [...ALLOWED, 'CC-BY-3.0', 'CC-BY-4.0', 'CC0-1.0', 'MPL-2.0', 'Python-2.0'];

function packagesOf(lock) {
  return Object.entries(JSON.parse(lock).packages)
    .filter(([path]) => path !== '')
    .map(([path, each]) => ({
      ...each,
      name: each.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      isProduction: !each.dev && !each.devOptional,
    }));
}

/** "MIT", "(MIT OR Apache-2.0)": one of the choices has to be allowed. Anything else is for a person to read. */
const isAllowed = (licence, allowed) =>
  typeof licence === 'string' &&
  licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => allowed.includes(choice));

function lookAtLock(lock) {
  const packages = packagesOf(lock);
  const production = packages.filter(({ isProduction }) => isProduction);
  const counts = new Map();
  for (const { license = 'none', isProduction } of packages) {
    const key = `${license}${isProduction ? '' : ' (development)'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [licence, count] of [...counts].sort()) say(`${String(count).padStart(5)}  ${licence}`);

  const mistakes = [
    ...packages
      .filter(({ license, isProduction }) => !isAllowed(license, isProduction ? ALLOWED : ALLOWED_IN_DEVELOPMENT))
      .map(
        ({ name, version, license }) =>
          `${name}@${version} has the licence ${license ?? '(none)'}: not known to be free to use`,
      ),
    ...production
      .filter(({ hasInstallScript }) => hasInstallScript)
      .map(({ name, version }) => `${name}@${version} runs a script when it is installed in production`),
    ...packages
      .filter(({ integrity, link }) => !link && !/^sha512-/.test(integrity ?? ''))
      .map(({ name, version }) => `${name}@${version} is not pinned by a hash`),
  ];
  if (production.length === 0) mistakes.push('the lock file holds no production package');
  return { mistakes, verdict: `${production.length} packages in production, ${packages.length} in all` };
}

function lookAtBill(lock, bill) {
  const { bomFormat, components = [] } = JSON.parse(bill);
  const listed = new Map(components.map((each) => [`${each.name}@${each.version}`, each]));
  const wanted = packagesOf(lock).filter(({ isProduction, optional }) => isProduction && !optional);
  const names = wanted.map(({ name, version }) => `${name}@${version}`);
  const all = new Set(
    packagesOf(lock)
      .filter(({ isProduction }) => isProduction)
      .map(({ name, version }) => `${name}@${version}`),
  );
  const mistakes = [
    ...(bomFormat === 'CycloneDX' ? [] : ['it is no CycloneDX document']),
    ...names.filter((name) => !listed.has(name)).map((name) => `${name} is not listed`),
    ...[...listed.keys()].filter((name) => !all.has(name)).map((name) => `${name} is listed and not installed`),
    ...names
      .filter(
        (name) => listed.has(name) && !(listed.get(name).hashes?.length > 0 && listed.get(name).licenses?.length > 0),
      )
      .map((name) => `${name} is listed without its hash or licence`),
  ];
  if (names.length === 0) mistakes.push('the lock file holds no production package');
  return { mistakes, verdict: `the bill of materials lists all ${new Set(names).size} packages of production` };
}

/** What `npm audit --json` wrote. No answer is no good news, and is said as what it is. */
function lookAtAudit(text) {
  const report = text.trim() === '' ? {} : JSON.parse(text);
  const counts = report.metadata?.vulnerabilities;
  if (!counts) {
    const why = report.message ?? report.error?.summary ?? 'no answer';
    return {
      mistakes: [],
      verdict: `NOT KNOWN: nobody looked for known vulnerabilities, the registry does not answer npm audit (${why.replace(/ - .*/, '')})`,
    };
  }
  const grave = Object.values(report.vulnerabilities ?? {}).filter(({ severity }) =>
    ['high', 'critical'].includes(severity),
  );
  return {
    mistakes: grave.map(({ name, severity, range }) => `${name} ${range ?? ''}: a known vulnerability, ${severity}`),
    verdict: `known vulnerabilities in production: ${counts.critical} critical, ${counts.high} high, ${counts.moderate} moderate, ${counts.low} low`,
  };
}

const looks = { lock: lookAtLock, bill: lookAtBill, audit: lookAtAudit };
if (!Object.hasOwn(looks, what)) throw new Error(`one of ${Object.keys(looks).join(', ')} is needed`);
const { mistakes, verdict } = looks[what](first ?? '', second ?? '');
for (const mistake of mistakes) say(`- ${mistake}`);
if (what === 'audit' || mistakes.length === 0) say(verdict);
process.exitCode = mistakes.length === 0 ? 0 : 1;
