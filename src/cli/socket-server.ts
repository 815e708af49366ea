// The running service answers the command line over a Unix socket that only its owner may open: one request for each
// question, answered line by line in JSON (progress, then the answer or a failure). Without it the service runs on.
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { CommandError, type Failure, failureOf } from '../lib/failure.ts';
import type { Log } from '../lib/log.ts';
import { isOperation, type OperationName, type Operator, operations } from '../operator/answers.ts';
import { socketPath } from './socket-path.ts';

/** What runs may go on so long at the stop, so that its answer still arrives. */
const GRACE = 1500;
/** A policy comes as its text, what is adopted as a list of ids. */
const MOST_BYTES = 2_000_000;

export type OperatorSocket = { close(): Promise<void> };

/** Never throws: where there can be no socket, a warning says what the commands cannot do then. */
export async function serveOperator(
  operator: Operator,
  { dataDir, log, clock }: { dataDir: string; log: Log; clock: Clock },
): Promise<OperatorSocket> {
  const path = socketPath(dataDir);
  if (path === undefined) {
    log.warn({ dataDir }, 'the path of DATA_DIR is too long for a socket: commands cannot ask the running service');
    return { close: async () => undefined };
  }
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const work = answer(request, response, operator, log);
    running.add(work);
    void work.finally(() => running.delete(work));
  });
  let ours: bigint;
  try {
    ours = await listenPrivately(server, path, dataDir);
  } catch (error) {
    log.warn({ error, path }, 'no socket could be made: commands cannot ask the running service');
    server.close();
    return { close: async () => undefined };
  }

  const close = async (): Promise<void> => {
    server.close();
    // On PostgreSQL another process on this DATA_DIR may have put its own in the place.
    const there = await stat(path, { bigint: true }).catch(() => undefined);
    if (there?.ino === ours) {
      await rm(path, { force: true }).catch((error: unknown) => log.warn({ error, path }, 'the socket stays behind'));
    }
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(GRACE, resolve);
    await Promise.race([Promise.all(running), patience]);
    cancel();
    server.closeAllConnections();
  };
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/**
 * Bound in a folder that nobody else may enter, closed to others there, and only then moved to its place: at no moment
 * can anybody else open it. What stands there was left by a process that was killed, or is of another one on PostgreSQL,
 * which answers as well. Returns what to know it by.
 */
async function listenPrivately(server: Server, path: string, dataDir: string): Promise<bigint> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(dataDir, '.s-'));
  try {
    const bound = socketPath(folder, 's');
    if (bound === undefined) throw new Error('the path of DATA_DIR is too long for a socket');
    server.listen(bound);
    await once(server, 'listening');
    await chmod(bound, 0o600);
    const { ino } = await stat(bound, { bigint: true });
    await rename(bound, path);
    return ino;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Line =
  | { kind: 'progress'; words: string }
  | { kind: 'answer'; answer: unknown }
  | { kind: 'failure'; failure: Failure };

async function answer(request: IncomingMessage, response: ServerResponse, operator: Operator, log: Log): Promise<void> {
  // Whoever asked may be gone; what was asked for is done all the same.
  response.on('error', () => undefined);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  const write = (line: Line) => void response.write(`${JSON.stringify(line)}\n`);
  const name = (request.url ?? '').slice(1);
  try {
    if (!isOperation(name)) throw unknownOperation(name);
    write({ kind: 'answer', answer: await perform(name, await readJson(request), operator, write) });
  } catch (error) {
    log.warn({ error, command: name }, 'a command failed');
    write({ kind: 'failure', failure: failureOf(error) });
  }
  response.end();
}

async function perform<N extends OperationName>(
  name: N,
  body: unknown,
  operator: Operator,
  write: (line: Line) => void,
): Promise<unknown> {
  const input = operations[name].input.safeParse(body);
  if (!input.success) throw unknownOperation(name);
  return await operator[name](input.data, (words) => write({ kind: 'progress', words }));
}

function unknownOperation(name: string): CommandError {
  return new CommandError({
    code: 'other_version',
    what: `the running service does not understand "${name}" as this command asks it`,
    advice: 'it is of another version: restart the service',
  });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MOST_BYTES) throw new CommandError({ code: 'too_large', what: 'the request is too large' });
  }
  return text === '' ? {} : JSON.parse(text);
}
