import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { TdbtError } from '../core/index.ts'

const BLOCK = 512
const unzip = promisify(gunzip)

/**
 * Unpacks a .tar.gz into `folder` and gives the one folder that it holds. Entries that would leave `folder` are refused (T1010);
 * devices are left out.
 */
export async function unpackTarball(bytes: Buffer, folder: string, what: string): Promise<string> {
  const broken = (reason: string, cause?: unknown): TdbtError =>
    new TdbtError('T1010', `The archive of ${what} cannot be unpacked`, { found: reason, cause })
  let tar: Buffer
  try {
    tar = await unzip(bytes)
  } catch (cause) {
    throw broken('not a .tar.gz', cause)
  }
  await mkdir(folder, { recursive: true })
  const inside = (name: string): string => {
    const path = resolve(folder, name)
    if (path !== resolve(folder) && !path.startsWith(`${resolve(folder)}${sep}`)) {
      throw broken(`'${name}' lies outside of the archive`)
    }
    return path
  }
  // Links come last: what is written must not go through them.
  const links: { readonly path: string; readonly target: string }[] = []
  for (const entry of entries(tar, broken)) {
    const path = inside(entry.name)
    switch (entry.type) {
      case '5':
        await mkdir(path, { recursive: true })
        break
      case '0':
      case '\0':
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, entry.data, { mode: entry.executable ? 0o755 : 0o644 })
        break
      case '2':
        inside(relative(folder, resolve(dirname(path), entry.target)))
        links.push({ path, target: entry.target })
        break
    }
  }
  for (const link of links) {
    await mkdir(dirname(link.path), { recursive: true })
    await symlink(link.target, link.path).catch(() => undefined)
  }
  const top = await readdir(folder)
  const [first] = top
  if (first === undefined || top.length !== 1) {
    throw broken(`${top.length} entries at the top: ${top.slice(0, 5).join(', ')}`)
  }
  return join(folder, first)
}

interface TarEntry {
  readonly name: string
  readonly type: string
  readonly target: string
  readonly executable: boolean
  readonly data: Buffer
}

type Broken = (reason: string) => TdbtError

/** ustar, with the long names of GNU tar and pax. */
function* entries(tar: Buffer, broken: Broken): Generator<TarEntry> {
  let longName: string | undefined
  let longTarget: string | undefined
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return
    const text = (start: number, length: number): string => {
      const field = header.subarray(start, start + length)
      const end = field.indexOf(0)
      return field.toString('utf8', 0, end === -1 ? length : end)
    }
    const octal = (start: number, length: number): number => Number.parseInt(text(start, length).trim() || '0', 8)
    const size = octal(124, 12)
    if (!Number.isSafeInteger(size) || at + BLOCK + size > tar.length) throw broken('it ends too early')
    const data = tar.subarray(at + BLOCK, at + BLOCK + size)
    const type = text(156, 1) || '0'
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    switch (type) {
      case 'L':
        longName = data.toString('utf8').replace(/\0+$/, '')
        continue
      case 'K':
        longTarget = data.toString('utf8').replace(/\0+$/, '')
        continue
      case 'x': {
        const fields = paxFields(data)
        longName = fields.get('path') ?? longName
        longTarget = fields.get('linkpath') ?? longTarget
        continue
      }
      case 'g':
        continue
    }
    const prefix = text(257, 5) === 'ustar' && text(257, 8) !== 'ustar  ' ? text(345, 155) : ''
    yield {
      name: longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`),
      type,
      target: longTarget ?? text(157, 100),
      executable: (octal(100, 8) & 0o100) !== 0,
      data,
    }
    longName = undefined
    longTarget = undefined
  }
}

/** Records `LENGTH key=value\n` of a pax header. */
function paxFields(data: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at)
    const length = Number(data.toString('utf8', at, space))
    if (space === -1 || !Number.isInteger(length) || length <= 0) break
    const record = data.toString('utf8', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    fields.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return fields
}
