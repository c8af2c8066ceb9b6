import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/**
 * The rooms of src/ and what each may import, as ARCHITECTURE.md draws them. `types` are rooms of which only the named file may be
 * imported, and only its types. A room that is not in the table fails the test: say here what it may know.
 */
interface Room {
  readonly imports: readonly string[]
  readonly types?: readonly string[]
  /** Node built-ins with effects that the room may use; files narrow it further. */
  readonly io?: readonly string[]
}

const ADAPTERS = ['adapters/interface.ts']
const ALL = [
  'core',
  'yaml',
  'jinja',
  'context',
  'project',
  'graph',
  'compile',
  'stdlib',
  'adapters',
  'run',
  'artifacts',
  'docs',
  'generate',
  'load',
  'packages',
  'store',
  'export',
]

const ROOMS: Readonly<Record<string, Room>> = {
  core: { imports: [] },
  yaml: { imports: ['core'] },
  jinja: { imports: ['core'] },
  context: { imports: ['core', 'jinja'], types: ADAPTERS },
  project: { imports: ['core', 'yaml', 'jinja', 'context'], types: ADAPTERS, io: ['fs', 'fs/promises', 'os'] },
  graph: { imports: ['core'] },
  stdlib: { imports: ['core'], io: ['fs'] },
  compile: { imports: ['core', 'jinja', 'context', 'graph'], types: ADAPTERS },
  adapters: {
    imports: ['core'],
    io: ['fs', 'fs/promises', 'os', 'net', 'tls', 'child_process', 'worker_threads', 'process'],
  },
  run: { imports: ['core', 'graph', 'compile', 'context', 'jinja'], types: ADAPTERS },
  artifacts: { imports: ['core', 'graph'], io: ['fs', 'fs/promises'] },
  docs: { imports: ['core', 'artifacts'], io: ['fs', 'fs/promises', 'http'] },
  load: { imports: ['core', 'store'], types: ADAPTERS, io: ['fs', 'fs/promises', 'os'] },
  generate: { imports: ['core', 'yaml'], types: ADAPTERS, io: ['fs', 'fs/promises', 'worker_threads'] },
  export: {
    imports: ['core', 'store'],
    types: ADAPTERS,
    io: ['fs', 'fs/promises', 'os', 'net', 'child_process'],
  },
  store: { imports: ['core'], io: ['fs', 'fs/promises', 'os', 'http', 'https'] },
  packages: { imports: ['core'], io: ['fs', 'fs/promises', 'os', 'child_process'] },
  cli: { imports: ALL, io: ['fs', 'fs/promises', 'os', 'child_process', 'process', 'http'] },
}

/** Packages that live in one room alone, so that they can be replaced there. */
const HOMES: Readonly<Record<string, string>> = {
  nunjucks: 'jinja',
  graphology: 'graph',
  'graphology-dag': 'graph',
  pg: 'adapters',
  '@electric-sql/pglite': 'adapters',
  '@duckdb/node-api': 'adapters',
  yargs: 'cli',
  picocolors: 'cli',
  '@faker-js/faker': 'generate',
  aws4fetch: 'store',
}

/** Built-ins with effects: a pure room may use none of them. */
const EFFECTS = new Set([
  'fs',
  'fs/promises',
  'net',
  'tls',
  'http',
  'https',
  'child_process',
  'worker_threads',
  'process',
  'os',
  'cluster',
  'dgram',
])

interface Import {
  readonly file: string
  readonly specifier: string
  readonly typeOnly: boolean
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const src = join(root, 'src')

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const found: Import[] = []
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gms)) {
    const clause = match[0]
    const braces = /\{([^}]*)\}/s.exec(clause)?.[1]
    const namesAreTypes =
      braces !== undefined &&
      !/^(?:import|export)\s+[A-Za-z_*]/.test(clause.replace(/^(import|export)\s+type\s+/, '$1 type ')) &&
      braces
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean)
        .every((name) => name.startsWith('type '))
    found.push({ file, specifier: match[2] ?? '', typeOnly: match[1] !== undefined || namesAreTypes })
  }
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ file, specifier: match[1] ?? '', typeOnly: false })
  }
  return found
}

const files = sourceFiles(src)
const imports = files.flatMap(importsOf)
const show = (file: string): string => relative(root, file)
const roomOf = (file: string): string => relative(src, file).split('/')[0] ?? ''

/** Names of what an import breaks; empty when it keeps the rules. */
function violations({ file, specifier, typeOnly }: Import): string[] {
  const from = roomOf(file)
  const room = ROOMS[from]
  if (!room) return [`${show(file)}: src/${from} is in no row of the table of rooms`]
  const say = (what: string): string[] => [`${show(file)} imports ${specifier}: ${what}`]
  if (specifier.startsWith('.')) {
    const target = relative(src, resolve(dirname(file), specifier))
    if (target.startsWith('..')) return say('outside src/')
    const to = target.split('/')[0] ?? ''
    if (to === from) return []
    if (room.types?.includes(target)) return typeOnly ? [] : say('types only')
    if (!room.imports.includes(to)) return say(`${from} may not know ${to}`)
    return target === `${to}/index.ts` || target === 'adapters/interface.ts'
      ? []
      : say("only a room's index.ts is public")
  }
  if (specifier.startsWith('node:')) {
    const name = specifier.slice('node:'.length)
    return EFFECTS.has(name) && !room.io?.includes(name) ? say(`${from} has no business with ${name}`) : []
  }
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '')
  const home = HOMES[name]
  return home !== undefined && home !== from ? say(`${name} lives in ${home}`) : []
}

test('there is something to check', () => {
  expect(files.length).toBeGreaterThan(50)
  expect(imports.length).toBeGreaterThan(files.length)
})

test('rooms import only what they may', () => {
  expect(imports.flatMap(violations)).toEqual([])
})

test('the rules catch what they are for', () => {
  const file = join(src, 'graph/x.ts')
  const pure = (specifier: string): string[] => violations({ file, specifier, typeOnly: false })
  expect(pure('../project/index.ts')).toHaveLength(1)
  expect(pure('../core/nodes.ts')).toHaveLength(1)
  expect(pure('../core/index.ts')).toHaveLength(0)
  expect(pure('node:fs')).toHaveLength(1)
  expect(pure('pg')).toHaveLength(1)
  expect(
    violations({ file: join(src, 'run/x.ts'), specifier: '../adapters/interface.ts', typeOnly: false }),
  ).toHaveLength(1)
  expect(
    violations({ file: join(src, 'run/x.ts'), specifier: '../adapters/interface.ts', typeOnly: true }),
  ).toHaveLength(0)
})

test('no pure room touches process, the clock or chance', () => {
  const pure = new Set(['core', 'jinja', 'context', 'graph', 'compile', 'run'])
  const found = files
    .filter((file) => pure.has(roomOf(file)))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          /\bprocess\.(env|cwd|exit|stdout|stderr|argv)|\bDate\.now\(\)|\bMath\.random\(\)|\bconsole\./.test(
            line.replace(/\/\/.*|^\s*\*.*/, ''),
          )
            ? [`${show(file)}:${index + 1}`]
            : [],
        ),
    )
  expect(found).toEqual([])
})

test('no import cycle', () => {
  const edges = new Map<string, string[]>()
  for (const one of imports) {
    if (!one.specifier.startsWith('.') || one.typeOnly) continue
    const target = resolve(dirname(one.file), one.specifier)
    edges.set(one.file, [...(edges.get(one.file) ?? []), target])
  }
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      cycles.push([...path.slice(at), file].map(show).join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) walk(next, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  expect(cycles).toEqual([])
})

test('each room has a door and a short README', () => {
  for (const room of Object.keys(ROOMS)) {
    const readme = readFileSync(join(src, room, 'README.md'), 'utf8')
    expect(readme.split('\n').length, `src/${room}/README.md`).toBeLessThanOrEqual(31)
    if (room !== 'cli') expect(files, room).toContain(join(src, room, 'index.ts'))
  }
})

test('no file is past 500 lines', () => {
  const long = files
    .map((file) => ({ file: show(file), lines: readFileSync(file, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 501)
  expect(long).toEqual([])
})
