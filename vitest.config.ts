import { defineConfig } from 'vitest/config'

const report = process.env['TDBT_TEST_REPORT']

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'tests/architecture/**/*.test.ts'], environment: 'node' } },
      {
        test: {
          name: 'e2e',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/architecture/**', 'tests/fixtures/**', 'tests/data/**'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
