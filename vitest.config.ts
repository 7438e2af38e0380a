import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "tb/**/*.test.ts", "examples/**/*.test.ts"],
    setupFiles: ["src/harness/vitest.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Messages are compared word for word, and build servers would have them coloured.
    env: { NO_COLOR: "1" },
    pool: "forks",
    maxWorkers: 2,
    minWorkers: 1,
  },
});
