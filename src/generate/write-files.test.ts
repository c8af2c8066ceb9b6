import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type ChunkSource, localChunks } from './chunks.ts'
import { generateTables } from './generate.ts'
import { filesOf, mergeMetadata } from './metadata.ts'
import { progress } from './progress.ts'
import { readGeneratorSpec } from './read-spec.ts'
import { writeFiles } from './write-files.ts'

const base = mkdtempSync(join(tmpdir(), 'tdbt-files-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const spec = readGeneratorSpec(
  'spec.yml',
  `tables:
  - name: t
    rows: 40
    columns:
      - {name: id, type: integer, sequence: {start: 1}}
  - name: u
    rows: 90
    by_day: day
    columns:
      - {name: day, type: date, date: {from: 2025-01-30, to: 2025-02-01, precision: day}}
`,
)
const tables = generateTables(spec)

test('files, by day where a table says so, with their figures', async () => {
  const folder = join(base, 'plain')
  const written = await writeFiles(folder, tables, localChunks(tables, { chunkRows: 7 }))
  expect(readdirSync(folder).sort()).toEqual(['t.csv', 'u_20250130.csv', 'u_20250131.csv', 'u_20250201.csv'])
  expect(readFileSync(join(folder, 't.csv'), 'utf8').split('\n').slice(0, 3)).toEqual(['id', '1', '2'])
  expect(written.map((table) => [table.name, table.rows, table.files.length])).toEqual([
    ['t', 40, 1],
    ['u', 90, 3],
  ])
  const february = readFileSync(join(folder, 'u_20250201.csv'), 'utf8').trimEnd().split('\n').slice(1)
  expect(new Set(february)).toEqual(new Set(['2025-02-01']))
  expect(written[1]?.files.map((file) => file.rows).reduce((a, b) => a + b)).toBe(90)
})

test('a run that breaks off leaves what was there, and nothing of its own', async () => {
  const folder = join(base, 'broken')
  await writeFiles(folder, tables, localChunks(tables))
  const before = readFileSync(join(folder, 't.csv'), 'utf8')
  const whole = localChunks(tables, { chunkRows: 10 })
  const breaking: ChunkSource = {
    async *chunks(index) {
      for await (const chunk of whole.chunks(index)) {
        if (index === 1) throw new Error('power cut')
        yield chunk
      }
    },
    async [Symbol.asyncDispose]() {},
  }
  writeFileSync(join(folder, 'mine.txt'), 'x')
  await expect(writeFiles(folder, tables, breaking)).rejects.toThrow('power cut')
  expect(readFileSync(join(folder, 't.csv'), 'utf8')).toBe(before)
  expect(readdirSync(folder).sort()).toEqual([
    'mine.txt',
    't.csv',
    'u_20250130.csv',
    'u_20250131.csv',
    'u_20250201.csv',
  ])
})

test('a folder that cannot be made is T7002', async () => {
  writeFileSync(join(base, 'file'), '')
  await expect(writeFiles(join(base, 'file/x'), tables, localChunks(tables))).rejects.toMatchObject({ code: 'T7002' })
})

test('another form goes through the converter, file by file', async () => {
  const folder = join(base, 'other')
  const seen: string[] = []
  const written = await writeFiles(folder, tables, localChunks(tables), {
    convert: {
      extension: 'txt',
      run: async (csv, columns, file) => {
        seen.push(`${columns.map((column) => `${column.name} ${column.type}`).join()} ${readFileSync(csv).length > 0}`)
        writeFileSync(file, 'converted')
      },
    },
  })
  expect(seen).toEqual(['id integer true', 'day date true', 'day date true', 'day date true'])
  expect(readdirSync(folder).sort()).toEqual(['t.txt', 'u_20250130.txt', 'u_20250131.txt', 'u_20250201.txt'])
  expect(written[0]?.files[0]).toMatchObject({ path: 't.txt', bytes: 9, rows: 40 })
})

test('metadata keeps what is said of other specs; a torn file counts as none', () => {
  const entry = (name: string, path: string) => ({ spec: { name }, tables: [{ files: [{ path }] }] })
  const one = JSON.stringify(mergeMetadata(null, [entry('b', 'b.csv')]))
  const two = JSON.stringify(mergeMetadata(one, [entry('a', 'a.csv')]))
  expect(filesOf(two, 'a')).toEqual(['a.csv'])
  expect(filesOf(two, 'b')).toEqual(['b.csv'])
  expect(mergeMetadata(two, [entry('a', 'x.csv')])).toEqual({ specs: [entry('a', 'x.csv'), entry('b', 'b.csv')] })
  expect(mergeMetadata('{"specs": [', [entry('a', 'x.csv')])).toEqual({ specs: [entry('a', 'x.csv')] })
})

test('progress speaks of rate and time left', () => {
  let now = 1000
  const state = progress('shop', 10_000, () => now)
  now += 2000
  state.add(2500)
  expect(state.text()).toBe('shop: 2,500 of 10,000 rows (25%), 1,250 rows/s, 6 s left')
  now += 600_000
  expect(state.text()).toContain('30 min')
})
