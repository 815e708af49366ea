import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // The tests read neither the .env nor the access.yaml of whoever runs them.
    env: { DOTENV_CONFIG_PATH: '/dev/null' },
  },
});
