// The vendor's own fake of Seam, 1.86.0. It was built for Node 18 to 22: one of its libraries asks at start for a class
// that Node 26 no longer has, so that has to be there before it is loaded. Nothing here calls that class.
import { createRequire } from 'node:module';
import { type Called, caller } from './calls.ts';

export type VendorsSeam = {
  call: (path: string, body?: unknown, key?: string) => Promise<Called>;
  deviceId: string;
  addEntrance(name: string): void;
  close(): Promise<void>;
};

export async function startVendorsSeam(): Promise<VendorsSeam> {
  const buffers: Record<string, unknown> = createRequire(import.meta.url)('node:buffer');
  buffers['SlowBuffer'] ??= buffers['Buffer'];
  const { createFake } = await import('@seamapi/fake-seam-connect');

  const fake = await createFake();
  const seed = await fake.seed();
  await fake.startServer();
  const url = fake.serverUrl;
  if (!url) throw new Error("The vendor's fake has no address.");
  const [system] = fake.database.acs_systems;
  return {
    call: (path, body = {}, key = seed.seam_apikey1_token) =>
      caller(url, { authorization: `Bearer ${key}` })(`POST /${path}`, body),
    deviceId: seed.august_device_1,
    addEntrance: (name) =>
      void fake.database.addAcsEntrance({
        acs_system_id: system?.acs_system_id ?? '',
        connected_account_id: seed.john_connected_account_id,
        workspace_id: seed.seed_workspace_1,
        display_name: name,
      }),
    close: () => fake.stopServer(),
  };
}
