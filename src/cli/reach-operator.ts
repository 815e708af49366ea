// Finds who can answer: the running service over its socket, else a database that is opened for this one command, with no
// worker, and closed again. PostgreSQL is opened beside whoever has it; a SQLite file is not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type App, createApp } from '../app.ts';
import { type Config, secretsOf } from '../config.ts';
import { CommandError } from '../lib/failure.ts';
import { createLog } from '../lib/log.ts';
import type { Operator } from '../operator/answers.ts';
import { createOperator } from '../operator/operator.ts';
import { DatabaseInUseError } from '../store/errors.ts';
import { isPostgresMade } from '../store/postgres.ts';
import { readConfig, type Surroundings } from './cli.ts';
import { busy } from './progress.ts';
import { askService, operatorBy } from './socket-client.ts';
import { socketPath } from './socket-path.ts';

/** A service that is just starting has the database before it has the socket; another command is over soon. */
const PATIENCE = 3000;
const LOOK_AGAIN = 150;

/** Who answers: only the service works jobs off. */
export type Place = 'service' | 'alone';

/** What a question waits for, where it is not told by itself. */
const USUAL_WORDS = 'waiting for the answer';

/** `newDatabase`: a command that only asks should not make one, since DATA_DIR is more likely to be wrong. */
export async function withOperator<T>(
  around: Surroundings,
  { newDatabase }: { newDatabase: 'made' | 'refused' },
  work: (operator: Operator, place: Place) => Promise<T>,
): Promise<T> {
  const config = readConfig(around);
  const { clock } = around;
  const deadline = clock.now() + PATIENCE;
  for (;;) {
    const service = await askService(config.dataDir, clock);
    if (service) return await work(showing(service, around), 'service');
    if (newDatabase === 'refused') await refuseNewDatabase(config);
    try {
      return await alone(await openApp(config, around), around, work);
    } catch (error) {
      if (!(error instanceof DatabaseInUseError)) throw error;
      if (clock.now() >= deadline) throw inUse(error, config);
      await clock.sleep(LOOK_AGAIN);
    }
  }
}

/** The same operator, who tells what goes on where an answer takes long. */
function showing(operator: Operator, around: Surroundings): Operator {
  return operatorBy((name) => async (input) => {
    return await busy(USUAL_WORDS, around, (tell) => operator[name](input, tell));
  });
}

async function alone<T>(
  app: App,
  around: Surroundings,
  work: (operator: Operator, place: Place) => Promise<T>,
): Promise<T> {
  try {
    return await work(showing(createOperator(app), around), 'alone');
  } finally {
    await app.stop();
  }
}

/** The log stays out of the answers; what matters of it is in them. */
async function openApp(config: Config, { clock, terminal }: Surroundings): Promise<App> {
  const level = ['debug', 'trace'].includes(config.logLevel) ? config.logLevel : 'silent';
  const log = createLog({ level, secrets: secretsOf(config), destination: { write: terminal.err } });
  return await createApp(config, { log, clock });
}

async function refuseNewDatabase({ dataDir, databaseUrl }: Config): Promise<void> {
  if (databaseUrl !== null) {
    if (await isPostgresMade(databaseUrl)) return;
    throw new CommandError({
      code: 'no_database',
      what: 'the relay has nothing yet in the database that DATABASE_URL names',
      advice: 'the service makes its tables at its first start; if it keeps them elsewhere, set DATABASE_URL to that',
    });
  }
  if (existsSync(join(dataDir, 'relay.sqlite'))) return;
  throw new CommandError({
    code: 'no_database',
    what: `there is no database in ${dataDir}`,
    advice: 'the service makes it at its first start; if it keeps it elsewhere, set DATA_DIR to that folder',
  });
}

function inUse({ code, file, holder }: DatabaseInUseError, { dataDir }: Config): CommandError {
  const path = socketPath(dataDir);
  return new CommandError({
    code,
    what: `the database is in use by ${holder}, and nobody answers for it`,
    where: file,
    advice:
      path === undefined
        ? 'the path of DATA_DIR is too long for the socket over which a command asks the service: give it a shorter one'
        : `if that is the relay, look at its log: it should listen on ${path}; else stop that process and try again`,
  });
}
