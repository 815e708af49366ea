// Stands before the vendor's fake and hands everything on, but answers two calls that the fake has not: it knows a few user
// identities, and says that there are no access grants.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export type FakeFront = { url: string; close(): Promise<void> };

export async function openFakeFront(fakeUrl: string, identities: readonly string[]): Promise<FakeFront> {
  const answer = async (
    path: string,
    authorization: string,
    body: string,
  ): Promise<{ status: number; body: string }> => {
    if (path === '/user_identities/get') {
      const id = identities.find((each) => body.includes(JSON.stringify(each)));
      if (id !== undefined) return { status: 200, body: JSON.stringify({ user_identity: { user_identity_id: id } }) };
      return { status: 404, body: JSON.stringify({ error: { type: 'not_found', message: 'None' } }) };
    }
    if (path === '/access_grants/list') return { status: 200, body: JSON.stringify({ access_grants: [], ok: true }) };
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(fakeUrl + path, { method: 'POST', headers, body });
    return { status: response.status, body: await response.text() };
  };

  const server = createServer((request, response) => {
    void (async () => {
      const { status, body } = await answer(
        request.url ?? '',
        request.headers.authorization ?? '',
        await text(request),
      );
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
