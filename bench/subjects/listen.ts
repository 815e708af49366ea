// How a subject that is not the relay comes up in its process, and tells where.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { answerParent } from '../support/child.ts';

export type ListeningMethods = { port(): number };

export async function listenOnAnyPort(app: RequestListener): Promise<void> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen on a port.');
  const { port } = address;
  answerParent({ port: () => port } satisfies ListeningMethods);
}
