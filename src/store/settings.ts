// Single values that have to survive, as JSON by name.
import { settingValues } from './schemas.ts';
import type { Scope } from './scope.ts';
import type { Settings } from './store.ts';

export function createSettings({
  sql,
  space,
}: Scope): Settings & { /** Leaves one that is there. */ setOnce: Settings['set'] } {
  return {
    async get(key) {
      const row = await sql
        .selectFrom('settings')
        .select('value')
        .where('space', '=', space)
        .where('key', '=', key)
        .executeTakeFirst();
      return row && settingValues[key].parse(JSON.parse(row.value));
    },
    async setOnce(key, value) {
      await sql
        .insertInto('settings')
        .values({ space, key, value: JSON.stringify(value) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async set(key, value) {
      const text = JSON.stringify(value);
      await sql
        .insertInto('settings')
        .values({ space, key, value: text })
        .onConflict((conflict) => conflict.columns(['space', 'key']).doUpdateSet({ value: text }))
        .execute();
    },
  };
}
