// Kisi's own client for its API, with the types that it comes without.
// @ts-expect-error: it comes without any
import Client from 'kisi-client';

type Values = Record<string, unknown>;

/** Keys are camelized on their way in and out; a list with a range comes as `{ pagination, data }`. */
type KisiClient = {
  setLoginSecret(secret: string): void;
  get(path: string, params?: Values): Promise<unknown>;
  post(path: string, data?: Values): Promise<unknown>;
  delete(path: string): Promise<unknown>;
};

export function createKisiClient(baseURL: string, apiKey: string): KisiClient {
  const client: KisiClient = new Client({ baseURL });
  client.setLoginSecret(apiKey);
  return client;
}
