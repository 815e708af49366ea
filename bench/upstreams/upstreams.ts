// The other sides of a benchmark, from the outside: how they are started and where they are.
import { type Child, startChild } from '../support/child.ts';
import type { UpstreamMethods } from './upstreams-process.ts';

export type Upstreams = Child<UpstreamMethods> & {
  /** In the relay's own variables. */
  env: Readonly<Record<string, string>>;
};

export async function startUpstreams(): Promise<Upstreams> {
  const child = await startChild<UpstreamMethods>(new URL('./upstreams-process.ts', import.meta.url));
  return { ...child, env: await child.ask('env') };
}
