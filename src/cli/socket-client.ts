// Asks the running service over its socket. Tells "nobody listens" from "somebody has it open and does not answer".
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { CommandError, failureShape } from '../lib/failure.ts';
import {
  type Answers,
  type Inputs,
  type OperationName,
  type Operator,
  operations,
  type Progress,
} from '../operator/answers.ts';
import { socketPath } from './socket-path.ts';

/** How long the service may take to say that it has heard. */
const PATIENCE = 5000;

const lineShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), words: z.string() }),
  z.object({ kind: z.literal('answer'), answer: z.unknown() }),
  z.object({ kind: z.literal('failure'), failure: failureShape }),
]);

/** The service that has DATA_DIR open; undefined: nobody listens there. */
export async function askService(dataDir: string, clock: Clock): Promise<Operator | undefined> {
  const path = socketPath(dataDir);
  if (path === undefined || !(await isListening(path))) return undefined;

  return operatorBy((name) => (input, onProgress) => call(name, input, { path, clock, onProgress }));
}

type Ask<N extends OperationName> = (input: Inputs[N], onProgress?: Progress) => Promise<Answers[N]>;

/** An operator of which every question is answered in the same way. */
export function operatorBy(ask: <N extends OperationName>(name: N) => Ask<N>): Operator {
  return {
    sync: ask('sync'),
    why: ask('why'),
    who: ask('who'),
    holds: ask('holds'),
    heldLines: ask('heldLines'),
    decideHold: ask('decideHold'),
    checkPolicy: ask('checkPolicy'),
    audit: ask('audit'),
    forget: ask('forget'),
    adopt: ask('adopt'),
    codes: ask('codes'),
    checkUp: ask('checkUp'),
    alerts: ask('alerts'),
    testAlerts: ask('testAlerts'),
    jobs: ask('jobs'),
    redrive: ask('redrive'),
    problems: ask('problems'),
    webhooks: ask('webhooks'),
    today: ask('today'),
    people: ask('people'),
    facts: ask('facts'),
    syncMember: ask('syncMember'),
    openings: ask('openings'),
    day: ask('day'),
    policy: ask('policy'),
    deliveries: ask('deliveries'),
  };
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false;
    throw new CommandError(
      {
        code: 'socket_refused',
        what: `the socket of the running service cannot be opened (${String(code)})`,
        where: path,
        advice: 'run the command as the user that the service runs as',
      },
      { cause: error },
    );
  } finally {
    socket.destroy();
  }
}

type Way = { path: string; clock: Clock; onProgress: Progress | undefined };

async function call<N extends OperationName>(name: N, input: Inputs[N], way: Way): Promise<Answers[N]> {
  const { path, clock, onProgress } = way;
  const request = httpRequest({ socketPath: path, path: `/${name}`, method: 'POST', agent: false });
  request.end(JSON.stringify(input));
  const response = await heard(request, clock, path);
  for await (const text of linesOf(response, path)) {
    const line = lineShape.safeParse(parsed(text));
    if (!line.success) throw otherVersion(path, line.error);
    if (line.data.kind === 'failure') throw new CommandError(line.data.failure);
    if (line.data.kind === 'answer') {
      const answer = operations[name].answer.safeParse(line.data.answer);
      if (!answer.success) throw otherVersion(path, answer.error);
      return answer.data;
    }
    onProgress?.(line.data.words);
  }
  throw cutOff(path);
}

async function heard(request: ClientRequest, clock: Clock, path: string): Promise<IncomingMessage> {
  const cancel = clock.after(PATIENCE, () => request.destroy(silent(path)));
  try {
    const [response] = await once(request, 'response');
    return response;
  } catch (error) {
    throw error instanceof CommandError ? error : cutOff(path, error);
  } finally {
    cancel();
  }
}

async function* linesOf(response: IncomingMessage, path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw cutOff(path, error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function silent(path: string): CommandError {
  return new CommandError({
    code: 'service_silent',
    what: 'the service has the database open and does not answer',
    where: path,
    advice: 'look at its log; if it hangs, restart it',
  });
}

function cutOff(path: string, cause?: unknown): CommandError {
  return new CommandError(
    {
      code: 'service_stopped',
      what: 'the service stopped before it had answered',
      where: path,
      advice: 'part of it may be done: start the service and ask again',
    },
    { cause },
  );
}

function otherVersion(path: string, cause: unknown): CommandError {
  return new CommandError(
    {
      code: 'other_version',
      what: 'the answer of the running service is not what this command knows',
      where: path,
      advice: 'it is of another version: restart the service',
    },
    { cause },
  );
}
