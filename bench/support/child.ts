// Parts of a benchmark that run in processes of their own, so that their work is on nobody else's account: started by
// script, asked by name, closed by whoever started them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What a child can be asked for. Arguments and answers have to survive being sent. */
// biome-ignore lint/suspicious/noExplicitAny: any list of arguments, of which each method has its own.
type Methods = Record<string, (...given: any[]) => unknown>;

export type Child<M extends Methods> = {
  pid: number;
  ask<K extends keyof M & string>(name: K, ...given: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>>;
  /** Kills it; it has nothing to keep. */
  close(): Promise<void>;
};

const question = z.object({ id: z.number(), name: z.string(), given: z.array(z.unknown()) });
const answer = z.object({ id: z.number(), value: z.unknown().optional(), error: z.string().optional() });
type Waiting = { resolve: (value: never) => void; reject: (error: Error) => void };

/** Resolves when the child says that it is there. `node`: options of Node. */
export async function startChild<M extends Methods>(
  script: URL,
  args: readonly string[] = [],
  { node = [] }: { node?: readonly string[] } = {},
): Promise<Child<M>> {
  const child = fork(fileURLToPath(script), [...args], {
    execArgv: [...node],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  let asked = 0;

  const ended = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', end);
    const error = new Error(`${fileURLToPath(script)} ended early: ${signal ?? `exit code ${code}`}`);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    throw error;
  });
  ended.catch(() => undefined);
  child.on('message', (message) => {
    const { id, value, error } = answer.parse(message);
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value as never);
    else one?.reject(new Error(error));
  });

  function ask(name: string, given: unknown[]): Promise<never> {
    asked += 1;
    const id = asked;
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    waiting.set(id, { resolve, reject });
    child.send({ id, name, given });
    return Promise.race([promise, ended]);
  }

  await ask('', []);
  return {
    pid: child.pid ?? 0,
    ask: (name, ...given) => ask(name, given),
    async close() {
      end();
      await ended.catch(() => undefined);
    },
  };
}

/** In the child: does what it is asked for, until its parent is gone. */
export function answerParent(methods: Methods): void {
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message) => {
    const { id, name, given } = question.parse(message);
    const work = name === '' ? () => undefined : methods[name];
    Promise.try(() => {
      if (!work) throw new Error(`This process knows no "${name}".`);
      return work(...given);
    }).then(
      (value) => process.send?.({ id, value }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
