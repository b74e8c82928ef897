import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // One process a file: TensorFlow's state and the notebook kernels of one test never meet another's.
    pool: "forks",
    maxWorkers: 2,
    // Tests marked concurrent wait for notebook kernels, which are processes of their own.
    maxConcurrency: 3,
    // The clock says little on a slow or shared machine: test/limits/watch.ts ends what is stuck.
    testTimeout: 0,
    hookTimeout: 0,
    globalSetup: "test/limits/watch.ts",
    setupFiles: "test/limits/announce.ts",
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
  },
});
