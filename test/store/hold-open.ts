// A process for store tests: opens the database of a folder, says what came of it, and keeps it open until killed.
import { openDatabase } from '../../src/store/database.ts';

const [dataDir = ''] = process.argv.slice(2);
try {
  await openDatabase({ dataDir });
  process.stdout.write(`open ${process.pid}\n`);
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`);
}
