// One of the systems under examples/, from generated data to its last figure: npm run example -- NAME [--scale 0.1] [--folder DIR]
//
//   TDBT_EXAMPLE_PG_URL   a Postgres server (postgres://user:password@host:port) that lets us make databases; they stay for a look.
//                         Without it one is started from what the machine has (an installed Postgres, else the embedded one's
//                         binaries), and is gone at the end.
//   --folder              work in a copy of the example there, not in examples/NAME
//
// An example is a project with a run.mjs: `export default async ({ env, scale, log, must, folder, tdbt, sql, database }) => {}`.
//   env       PGHOST, PGPORT, PGUSER, PGPASSWORD: the server       scale   number to multiply the example's rows by
//   must      (claim, holds) shows a claim that holds, and ends the run with one that does not
//   tdbt      (...words) runs tdbt in the folder, shows what it says, gives its output; throws when it fails
//   sql       (text, database) → rows of the last statement         database (name) makes an empty database and gives its name
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'

const root = fileURLToPath(new URL('..', import.meta.url))
const examples = join(root, 'examples')
const names = readdirSync(examples).filter((name) => existsSync(join(examples, name, 'run.mjs')))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' }, folder: { type: 'string' } },
})
const [name] = positionals
const scale = Number(values.scale)
if (!names.includes(name) || positionals.length > 1 || !(scale > 0)) {
  process.stderr.write(`npm run example -- NAME [--scale 0.1] [--folder DIR]\nNAME is one of ${names.join(', ')}\n`)
  process.exit(2)
}

const log = (text = '') => process.stdout.write(`${text}\n`)

/** A server: host, port, user, password, where it is from, and how to stop it. */
async function server() {
  const given = process.env.TDBT_EXAMPLE_PG_URL
  if (given) {
    const url = new URL(given)
    const user = decodeURIComponent(url.username || 'postgres')
    const place = {
      host: url.hostname,
      port: Number(url.port || 5432),
      user,
      password: decodeURIComponent(url.password),
    }
    return { ...place, label: `${place.host}:${place.port}, from TDBT_EXAMPLE_PG_URL`, stop: async () => {} }
  }
  // The tests' own server; its sources are TypeScript, so they are bundled first.
  const { build } = await import('esbuild')
  const outfile = join(root, 'node_modules/.cache/tdbt/postgres-server.mjs')
  await build({
    entryPoints: [join(root, 'tests/support/postgres-server.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  delete process.env.TDBT_TEST_POSTGRES
  return await (await import(pathToFileURL(outfile).href)).startTestPostgres()
}

async function sql(place, text, database) {
  const { host, port, user, password } = place
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  try {
    const result = await client.query(text)
    return (Array.isArray(result) ? result.at(-1) : result).rows
  } finally {
    await client.end()
  }
}

function tdbt(folder, env, words) {
  log(
    `\n$ tdbt ${words.map((word) => (/[\s{]/.test(word) ? JSON.stringify(word.replace(/\s+/g, ' ')) : word)).join(' ')}`,
  )
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(root, 'bin/tdbt.js'), ...words], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      process.stdout.write(text)
    })
    child.on('error', fail)
    child.on('close', (code) =>
      code === 0 ? done(output) : fail(new Error(`tdbt ${words.join(' ')} ended with ${code}`)),
    )
  })
}

const from = process.hrtime.bigint()
let folder = join(examples, name)
if (values.folder) {
  folder = resolve(values.folder)
  mkdirSync(folder, { recursive: true })
  const kept = (path) => !/^(?:target|data|\.tdbt)(?:\/|$)/.test(relative(join(examples, name), path))
  cpSync(join(examples, name), folder, { recursive: true, filter: kept })
}
const place = await server()
try {
  log(`${name} at scale ${scale}, on Postgres: ${place.label}`)
  const env = { PGHOST: place.host, PGPORT: String(place.port), PGUSER: place.user, PGPASSWORD: place.password }
  const { default: run } = await import(pathToFileURL(join(examples, name, 'run.mjs')).href)
  await run({
    env,
    scale,
    log,
    must: (claim, holds) => {
      if (!holds) throw new Error(`It does not hold that ${claim}`)
      log(`  holds: ${claim}`)
    },
    folder,
    tdbt: (...words) => tdbt(folder, env, words),
    sql: (text, database) => sql(place, text, database),
    database: async (wanted) => {
      const made = `tdbt_example_${wanted}`
      await sql(place, `drop database if exists "${made}" with (force)`, 'postgres')
      await sql(place, `create database "${made}"`, 'postgres')
      return made
    },
  })
  log(`\n${name} stands, in ${(Number(process.hrtime.bigint() - from) / 1e9).toFixed(1)} s.`)
} catch (error) {
  log(`\n${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  await place.stop()
}
