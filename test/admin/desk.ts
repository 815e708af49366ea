// The whole service in this process, and somebody in front of its page who has no browser: for what is said over HTTP.
import request from 'supertest';
import { openWorld } from '../cli/world.ts';

export const PASSWORD = 'the password of the page';
export const ORIGIN = 'http://relay.example.com';

export async function openDesk(more: Record<string, string> = {}) {
  const world = await openWorld();
  const { app, lines, stop } = await world.service({ ADMIN_PASSWORD: PASSWORD, PUBLIC_URL: ORIGIN, ...more });
  const agent = request.agent(app.http);

  const tokenOf = (text: string) => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const get = (path: string) => agent.get(path);
  /** As a browser sends a form of ours. */
  const post = (path: string, fields: Record<string, string | string[]>, headers: Record<string, string> = {}) =>
    agent
      .post(path)
      .type('form')
      .set({ Origin: ORIGIN, ...headers })
      .send(
        new URLSearchParams(Object.entries(fields).flatMap(([n, v]) => [v].flat().map((each) => [n, each]))).toString(),
      );

  return {
    world,
    app,
    lines,
    stop,
    agent,
    get,
    post,
    tokenOf,
    async signIn(password = PASSWORD, to = '') {
      const token = tokenOf((await get('/admin/sign-in')).text);
      return post('/admin/sign-in', { token, password, to });
    },
    /** The token of the forms on a page. */
    tokenOn: async (path: string) => tokenOf((await get(path)).text),
    sweep: () => app.sync({ dryRun: false, cause: 'test' }),
  };
}
