// A database that waits for no disk: in a test whose time is not the real one, waiting for it would look as if nothing went on.
import { openDatabase } from '../../src/store/database.ts';

export const openWithoutDisk: typeof openDatabase = (options) =>
  openDatabase({ ...options, sync: async () => undefined });
