import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyBinaries, usableBinaries } from './binaries-session.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tdbt-binaries-'))
  const root = join(folder, 'package', 'native')
  mkdirSync(join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'lib'))
  for (const name of ['postgres', 'initdb', 'pg_ctl']) writeFileSync(join(root, 'bin', name), name, { mode: 0o644 })
  writeFileSync(join(root, 'lib', 'libpq.so.5.18'), 'library')
  writeFileSync(
    join(root, 'pg-symlinks.json'),
    JSON.stringify([
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    ]),
  )
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('makes the links and execute bits that an install without scripts leaves out', async () => {
  const root = join(folder, 'package', 'native')
  symlinkSync('libpq.so.4.nowhere', join(root, 'lib', 'libpq.so')) // dangling: made anew
  await usableBinaries({ root, version: '18.4.0' })
  await usableBinaries({ root, version: '18.4.0' })
  expect(readlinkSync(join(root, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18')
  expect(readFileSync(join(root, 'lib', 'libpq.so'), 'utf8')).toBe('library')
  expect(statSync(join(root, 'bin', 'initdb')).mode & 0o111).toBe(0o111)
})

test('a copy is whole, with links that stay inside it', async () => {
  const root = join(folder, 'package', 'native')
  const copy = await copyBinaries({ root, version: '18.4.0' }, join(folder, 'cache', 'postgres-18.4.0'))
  expect(copy.root).toBe(join(folder, 'cache', 'postgres-18.4.0', 'native'))
  expect(lstatSync(join(copy.root, 'lib', 'libpq.so.5')).isSymbolicLink()).toBe(true)
  rmSync(join(folder, 'package'), { recursive: true })
  expect(readFileSync(join(copy.root, 'lib', 'libpq.so.5'), 'utf8')).toBe('library')
})
