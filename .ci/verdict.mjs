// Reads the test runner's report against the list of suites that the repository holds (on stdin), and prints
// "N passed, N failed" last. Failed is also what was skipped, and a suite that did not run. Runs on any Node.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [, , reportFile = ''] = process.argv;
const say = (line) => process.stdout.write(`${line}\n`);

const suites = readFileSync(0, 'utf8').split('\n').filter(Boolean);
const results = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')).testResults : [];
const resultOf = new Map(results.map((result) => [relative(process.cwd(), result.name), result]));

let passed = 0;
let failed = 0;
const fail = (words) => {
  say(words);
  failed += 1;
};
for (const suite of [...new Set([...suites, ...resultOf.keys()])].sort()) {
  const { status: ended = 'none', assertionResults: tests = [] } = resultOf.get(suite) ?? {};
  const others = tests.filter(({ status }) => status !== 'passed');
  passed += tests.length - others.length;
  for (const { status, fullName } of others) fail(`${status}: ${suite}: ${fullName}`);
  if (tests.length === 0) fail(`did not run: ${suite}`);
  else if (ended !== 'passed' && others.length === 0) fail(`${ended} around its tests: ${suite}`);
}
if (suites.length === 0) fail('the repository holds no suite');
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
