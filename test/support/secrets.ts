// What no log line of any story may hold: tokens, keys, and email addresses.
import type { Stage } from '../../src/cli/demo/stage.ts';

const SECRET = ['COBOT_ACCESS_TOKEN', 'SMARTLOCK_API_TOKEN', 'SMARTLOCK_WEBHOOK_SECRET', 'WEBHOOK_KEY'];
const EMAIL = /[\w.+-]+(@|%40)[\w-]+\.\w/;

/** The lines that hold one. */
export function secretsIn(log: string, { env }: Pick<Stage, 'env'>): string[] {
  const secrets = SECRET.flatMap((name) => env[name] ?? []);
  return log.split('\n').filter((line) => EMAIL.test(line) || secrets.some((secret) => line.includes(secret)));
}
