import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tdbt } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** A load that finds no room says so and leaves the table as it was. Needs a small disk of its own, which only root can mount. */

function mount(sizeMb: number): { readonly dir: string; grow(mb: number): void; unmount(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'tdbt-small-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=755`, 'tmpfs', dir], { stdio: 'pipe' })
  return {
    dir,
    grow: (mb) => void execFileSync('mount', ['-o', `remount,size=${mb}m`, dir]),
    unmount: () => {
      execFileSync('umount', ['-l', dir])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function canMount(): boolean {
  try {
    mount(1).unmount()
    return true
  } catch {
    console.warn('Loads on a full disk are not tried: this user cannot mount a small one.')
    return false
  }
}

const possible = canMount()
const BIG_ROWS = 1_000_000
const SMALL = 'id,name\n1,x\n'

let server: TestPostgres | undefined
let big: string
beforeAll(async () => {
  if (!possible) return
  big = mkdtempSync(join(tmpdir(), 'tdbt-big-'))
  const rows = Array.from({ length: BIG_ROWS }, (_, index) => `${index},a name that takes some room on a disk ${index}`)
  writeFileSync(join(big, 'big.csv'), `id,name\n${rows.join('\n')}\n`)
})
afterAll(async () => {
  await server?.stop()
  if (possible) rmSync(big, { recursive: true, force: true })
})

function project(dir: string, target: unknown): void {
  mkdirSync(join(dir, 'models'), { recursive: true })
  writeFileSync(join(dir, 'project.yaml'), `name: full\ntargets: {dev: ${JSON.stringify(target)}}\n`)
  writeFileSync(
    join(dir, 'models/s.yml'),
    `sources: [{name: lake, schema: bronze, tables: [{name: t, load: {files: "{{ env_var('FILES') }}"}}]}]\n`,
  )
  writeFileSync(join(dir, 'small.csv'), SMALL)
}

async function tryFull(dir: string, errorCode: RegExp, room: () => void): Promise<void> {
  const load = (files: string) => tdbt(['load'], { cwd: dir, env: { FILES: files }, timeoutMs: 180_000 })
  const first = await load('small.csv')
  expect(first.code, first.output).toBe(0)
  const full = await load(join(big, 'big.csv'))
  expect(full.code, full.output).toBe(1)
  expect(full.output).toMatch(/No space left on device|Check free disk space/)
  expect(full.output).toMatch(errorCode)
  expect(full.output).toContain('next: Make room on the disk of the engine')
  room()
  const shown = await tdbt(['show', '--quiet', '--output', 'json', '--inline', 'select id, name from bronze.t'], {
    cwd: dir,
    env: { FILES: 'small.csv' },
  })
  expect(shown.code, shown.output).toBe(0)
  expect(JSON.parse(shown.stdout)).toMatchObject({ show: [{ id: 1, name: 'x' }] })
  const again = await load('small.csv')
  expect(again.code, again.output).toBe(0)
}

test.runIf(possible)('Postgres, a tablespace that is full', async () => {
  server = await startTestPostgres()
  const disk = mount(24)
  try {
    chmodSync(disk.dir, 0o777)
    const folder = join(disk.dir, 'space')
    mkdirSync(folder)
    const [owner] = await server.query(
      `select (pg_stat_file('PG_VERSION')).size, current_setting('data_directory') as dir`,
    )
    execFileSync('chown', ['--reference', String(owner?.['dir']), folder])
    await server.query(`create tablespace small_disk location '${folder}'`)
    const database = await server.createDatabase('full_disk')
    await server.query(`alter database ${database} set default_tablespace = small_disk`)
    const { host, port, user, password } = server
    project(disk.dir, { type: 'postgres', host, port, user, password, dbname: database, schema: 'gold' })
    await tryFull(disk.dir, /T5003/, () => {})
    await server.query(`drop schema bronze cascade`, database)
    await server.query('drop tablespace small_disk')
  } finally {
    disk.unmount()
  }
})

test.runIf(possible)('the embedded engine, a disk that is full', async () => {
  const disk = mount(110)
  try {
    project(disk.dir, { type: 'embedded', backend: 'native', schema: 'gold' })
    // Its journal needs room even to start: that is given back, as a person would.
    await tryFull(disk.dir, /T500[13]/, () => disk.grow(400))
  } finally {
    disk.unmount()
  }
})

test.runIf(possible)('DuckDB, a disk that is full', async () => {
  const disk = mount(8)
  const dir = mkdtempSync(join(tmpdir(), 'tdbt-full-'))
  try {
    project(dir, { type: 'duckdb', path: join(disk.dir, 'warehouse.duckdb'), schema: 'gold' })
    await tryFull(dir, /T500[13]/, () => disk.grow(100))
  } finally {
    disk.unmount()
    rmSync(dir, { recursive: true, force: true })
  }
})
