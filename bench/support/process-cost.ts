// What another process has used so far, as Linux counts it.
import { readFileSync } from 'node:fs';

/** Of the kernel's clock, on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** Its processor time, in user and system, with all of its threads. */
export function cpuMsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return MS_PER_TICK * (Number(fields[11]) + Number(fields[12]));
}

/** `now` and `most` so far, in megabytes. */
export function residentMbOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { now: of('VmRSS'), most: of('VmHWM') };
}
