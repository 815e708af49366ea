// What no log line of any story may hold: tokens, keys, and email addresses.
import type { Stage } from '../../src/cli/demo/stage.ts';
import { variables } from '../../src/config-variables.ts';

const SECRET = variables.filter(({ secret }) => secret === true).map(({ name }) => name);
const EMAIL = /[\w.+-]+(@|%40)[\w-]+\.\w/;

/** The lines that hold one. */
export function secretsIn(log: string, { env }: Pick<Stage, 'env'>): string[] {
  const secrets = SECRET.flatMap((name) => env[name] ?? []);
  return log.split('\n').filter((line) => EMAIL.test(line) || secrets.some((secret) => line.includes(secret)));
}
