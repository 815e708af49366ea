// A way to PostgreSQL that a test can cut: then nobody answers there, and whoever was connected is thrown out.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Proxy = { url: string; cut(): Promise<void>; mend(): Promise<void> };

export async function startProxy(url: string): Promise<Proxy> {
  const behind = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((front) => {
    const back = connect(Number(behind.port), behind.hostname);
    for (const [socket, other] of [
      [front, back],
      [back, front],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
  const { port } = address;
  return {
    url: Object.assign(new URL(url), { host: `127.0.0.1:${port}`, password: 'a password that no log may hold' }).href,
    async cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
    mend: () => listen(port),
  };
}
