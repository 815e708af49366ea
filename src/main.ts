// Starts the service: configuration -> parts -> listening. Stops cleanly on SIGTERM and SIGINT: what runs is finished,
// what cannot be waits in the database for the next start.
import type { Server } from 'node:http';
import { createApp } from './app.ts';
import { serveOperator } from './cli/socket-server.ts';
import { loadConfig, readEnvironment, secretsOf } from './config.ts';
import { systemClock } from './lib/clock.ts';
import { createLog } from './lib/log.ts';
import { createOperator } from './operator/operator.ts';
import { createHttpServer } from './webhooks/http-server.ts';

const POLICY_PATIENCE = 3000;

async function main(): Promise<void> {
  const loaded = loadConfig(readEnvironment());
  if (!loaded.ok) return fail('The configuration is not complete:', loaded.problems);
  const { config } = loaded;
  const log = createLog({ level: config.logLevel, secrets: secretsOf(config) });
  for (const warning of loaded.warnings) log.warn({}, warning);

  const app = await createApp(config, { log });
  /** What has to be ended, the latest first. */
  const running: (() => Promise<void>)[] = [() => app.stop()];
  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, 'stopping');
    try {
      for (const end of running.toReversed()) await end();
      process.exit(0);
    } catch (error) {
      log.error({ error }, 'could not stop cleanly');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));

  const mistakes = await policyMistakes(app);
  if (isStopping) return;
  if (mistakes.length > 0) {
    await app.stop();
    return fail(`The policy ${config.policy.path} has mistakes:`, mistakes);
  }
  const operator = await serveOperator(createOperator(app), { dataDir: config.dataDir, log, clock: systemClock });
  running.push(() => operator.close());
  const server = await listen(createHttpServer(app.http, { log }), config.http);
  // What is being answered is answered; who asks for more finds nobody here.
  running.push(async () => {
    app.hangUp();
    server.close();
    server.closeIdleConnections();
  });
  if (isStopping) return;
  await app.start();
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : config.http.port;
  log.info({ host: config.http.host, port, space: config.cobot.subdomain }, 'listening');
}

/** A broken policy ends the start, unless one was in force before; where the other sides are silent, it is checked later. */
async function policyMistakes({ policy }: Awaited<ReturnType<typeof createApp>>): Promise<string[]> {
  const answered = new AbortController();
  const pending = () => 'pending' as const;
  const patience = systemClock.sleep(POLICY_PATIENCE, answered.signal).then(pending, pending);
  const state = await Promise.race([policy.refresh().catch(pending), patience]);
  answered.abort();
  if (state !== 'wrong') return [];
  return policy.mistakes().map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function fail(title: string, lines: readonly string[]): void {
  process.stderr.write(`${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`The relay could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
