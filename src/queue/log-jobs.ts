// What the log says of jobs: an error where one waits for a person, a warning where one is tried again.
import type { Log } from '../lib/log.ts';
import type { JobEvent } from './job-event.ts';

export function logJobs(log: Log): (event: JobEvent) => void {
  return (event) => {
    const fields = { job: event.id, name: event.name, key: event.key, attempt: event.attempt, ms: event.took };
    if (event.outcome === 'dead') log.error({ ...fields, error: event.error }, 'a job is dead: it waits for a person');
    else if (event.outcome === 'retried')
      log.warn({ ...fields, error: event.error, runAt: event.runAt }, 'a job failed and is tried again');
    else log.debug({ ...fields, outcome: event.outcome }, 'a job ended');
  };
}
