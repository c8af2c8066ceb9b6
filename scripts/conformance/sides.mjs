// One side of a comparison: a project run under one tool, in a database of its own, and everything that it leaves, as plain data.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import pg from 'pg'
import { parse } from 'yaml'
import { catalogFields, manifestFields, resultFields, sourceFields } from './artifacts.mjs'
import { duckdbPlace } from './duckdb-place.mjs'

const md5 = (text) => createHash('md5').update(text).digest('hex')
const fold = (sql) => sql.replace(/\s+/g, ' ').trim()
/** What stands in configs for nothing, or differs from run to run. */
const UNSTABLE_CONFIG = new Set(['created_at'])

export function server(env) {
  return {
    host: env.PGHOST ?? '127.0.0.1',
    port: Number(env.PGPORT ?? 5432),
    user: env.PGUSER ?? 'postgres',
    password: env.PGPASSWORD ?? '',
  }
}

async function withClient(database, where, work) {
  const client = new pg.Client({ ...where, database })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A database of its own on the Postgres server: its name, the profile's output, and how to look into it. */
async function postgresPlace({ where, schema, threads, options = {} }) {
  const database = `conformance_${process.pid}_${Math.floor(performance.now())}`
  await withClient('postgres', where, (client) => client.query(`create database ${database}`))
  return {
    database,
    output: { type: 'postgres', ...where, dbname: database, schema, threads, ...options },
    same: (text) => text,
    setup: (file) => withClient(database, where, (client) => client.query(readFileSync(resolve(file), 'utf8'))),
    relations: (same) => withClient(database, where, (client) => relationsOf(client, same)),
    remove: () =>
      withClient('postgres', where, (client) => client.query(`drop database if exists ${database} with (force)`)),
  }
}

function profileName(dir) {
  for (const name of ['dbt_project.yml', 'project.yaml']) {
    const file = join(dir, name)
    if (existsSync(file)) return parse(readFileSync(file, 'utf8'), { version: '1.1' }).profile ?? 'default'
  }
  throw new Error(`no project file in ${dir}`)
}

/**
 * Runs `steps` (command lines without the tool) of a copy of the project under a tool and collects what is left.
 * `setup`: a file of SQL that makes what the project expects to find in the database. `env`: further variables of the environment;
 * `{database}` in one stands for the name of the database.
 * `engine`: postgres (on the server `where`) or duckdb (in a file); `options`: more of the profile's output.
 * `keep`: a folder that gets a copy of what is left in target/.
 * Returns exit codes, statuses, nodes, relations, the log and the wall time in seconds.
 */
export async function runSide({
  tool,
  project,
  steps,
  where,
  engine = 'postgres',
  options,
  schema = 'analytics',
  threads = 4,
  timeoutMs = 900_000,
  packages,
  setup,
  env = {},
  keep,
}) {
  const top = mkdtempSync(join(tmpdir(), 'tdbt-conformance-'))
  const dir = join(top, 'project')
  const place = await (engine === 'duckdb' ? duckdbPlace : postgresPlace)({ top, where, schema, threads, options })
  const { database } = place
  // The project may be a link to a folder; that folder is left as it is.
  cpSync(realpathSync(project), dir, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !['target', 'logs', '.git', 'node_modules', '.tdbt'].includes(basename(path)),
  })
  const variables = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replaceAll('{database}', database)]),
  )
  if (packages) cpSync(resolve(packages), join(dir, 'dbt_packages'), { recursive: true })
  writeFileSync(
    join(dir, 'profiles.yml'),
    JSON.stringify({
      [profileName(dir)]: {
        target: 'dev',
        outputs: { dev: place.output },
      },
    }),
  )
  if (setup) await place.setup(setup)
  try {
    const codes = []
    const status = {}
    const fields = {}
    const seen = new Map()
    const lastRun = steps.findLastIndex((step) => !step.startsWith('docs')) + 1
    const same = (text) => place.same(text.replaceAll(dir, 'DIR')).replaceAll(database, 'DB')
    let log = ''
    let seconds = 0
    for (const step of steps) {
      const from = Date.now()
      const done = spawnSync(
        '/bin/sh',
        ['-c', `exec ${tool} ${step} --profiles-dir "$PROJECT" --project-dir "$PROJECT"`],
        {
          cwd: dir,
          env: { ...process.env, ...variables, PROJECT: dir, NO_COLOR: '1', DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
          encoding: 'utf8',
          timeout: timeoutMs,
          maxBuffer: 256 * 1024 * 1024,
        },
      )
      seconds += (Date.now() - from) / 1000
      codes.push(done.status)
      log += `$ ${step}\n${done.stdout}${done.stderr}\n`
      const written = (name) => {
        const file = join(dir, 'target', name)
        const time = existsSync(file) ? statSync(file).mtimeMs : undefined
        if (time === undefined || time === seen.get(name)) return undefined
        seen.set(name, time)
        return JSON.parse(same(readFileSync(file, 'utf8')))
      }
      // dbt writes what `docs generate` compiled over the results of the last run; tdbt leaves those where they are.
      const results = step.startsWith('docs') ? undefined : written('run_results.json')
      for (const result of results?.results ?? []) status[result.unique_id] = [result.status, result.failures ?? null]
      const number = codes.length
      if (results) Object.assign(fields, resultFields(results, `step ${number}`))
      // Running adds to the manifest what compiling for the docs does not.
      const ran = number === lastRun && number < steps.length ? written('manifest.json') : undefined
      if (ran) Object.assign(fields, manifestFields(ran, 'manifest of the run'))
      const sources = written('sources.json')
      if (sources) Object.assign(fields, sourceFields(sources, `step ${number}`))
      const catalog = written('catalog.json')
      if (catalog) Object.assign(fields, catalogFields(catalog, `step ${number}`))
    }
    const manifest = join(dir, 'target', 'manifest.json')
    if (existsSync(manifest)) Object.assign(fields, manifestFields(JSON.parse(same(readFileSync(manifest, 'utf8')))))
    if (keep) cpSync(join(dir, 'target'), resolve(keep), { recursive: true })
    return {
      codes,
      status,
      fields,
      nodes: nodesOf(dir, same),
      relations: await place.relations(same),
      log,
      seconds,
    }
  } finally {
    await place.remove()
    rmSync(top, { recursive: true, force: true })
  }
}

function nodesOf(dir, same) {
  const file = join(dir, 'target', 'manifest.json')
  if (!existsSync(file)) return {}
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const all = { ...manifest.nodes, ...manifest.sources, ...manifest.exposures, ...manifest.unit_tests }
  return Object.fromEntries(
    Object.entries(all).map(([id, node]) => {
      let code = node.compiled_code ?? null
      const path = join(dir, 'target', 'compiled', node.package_name, node.original_file_path)
      if (code === null && existsSync(path) && statSync(path).isFile()) code = readFileSync(path, 'utf8')
      return [
        id,
        {
          parents: [...new Set(node.depends_on?.nodes ?? [])].sort(),
          relation: same(node.relation_name ?? ''),
          config: same(canonical(node.config ?? {})),
          columns: canonical(Object.keys(node.columns ?? {}).sort()),
          tags: canonical([...(node.tags ?? [])].sort()),
          description: node.description ?? '',
          code: code === null ? null : md5(fold(same(code))),
          letter: code === null ? null : md5(same(code).trim()),
        },
      ]
    }),
  )
}

/** JSON with sorted keys. */
function canonical(value) {
  return JSON.stringify(value, (key, inner) => {
    if (UNSTABLE_CONFIG.has(key)) return undefined
    return inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  })
}

async function relationsOf(client, same) {
  const relations = {}
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, c.relkind::text as kind, c.oid
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
      order by 1, 2`,
  )
  for (const { schema, name, kind, oid } of rows) {
    const columns = await client.query(
      `select attname, format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = $1 and attnum > 0 and not attisdropped order by attnum`,
      [oid],
    )
    const indexes = await client.query(
      `select pg_get_indexdef(indexrelid) as def from pg_index where indrelid = $1 order by 1`,
      [oid],
    )
    const quoted = `"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`
    let hash = createHash('md5')
    let count = 0
    try {
      const data = await client.query(`select t::text as row from ${quoted} t order by 1 collate "C"`)
      for (const { row } of data.rows) hash.update(same(row ?? ''))
      count = data.rowCount
    } catch {
      hash = createHash('md5').update('unreadable')
    }
    relations[`${schema}.${name}`] = {
      shape: JSON.stringify([kind, columns.rows.map((row) => [row.attname, row.type]), indexes.rows.length]),
      rows: count,
      hash: hash.digest('hex'),
    }
  }
  return relations
}
