import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { loadPackedCode } from './packed-code.ts'

const SOURCE = '(function(require,base){return {add:(a,b)=>a+b,base,sep:require("node:path").sep}})'

interface Program {
  add(a: number, b: number): number
  readonly base: string
  readonly sep: string
}

function inFolder(work: (folder: string, load: () => ReturnType<typeof loadPackedCode<Program>>) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'tdbt-packed-'))
  try {
    const url = pathToFileURL(`${folder}/`)
    work(folder, () => loadPackedCode<Program>(url, { XDG_CACHE_HOME: join(folder, 'cache') }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const kept = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.bin'))

test('without a packed script there is nothing to load', () => {
  inFolder((_, load) => expect(load()).toBeUndefined())
})

test('what V8 compiled is kept once for each command, and used', () => {
  inFolder((folder, load) => {
    writeFileSync(join(folder, 'packed.cjs'), SOURCE)
    const first = load()
    expect([first?.exports.add(1, 2), first?.exports.base]).toEqual([3, pathToFileURL(`${folder}/`).href])
    expect(kept(folder)).toEqual([])
    first?.keep('ls')
    const [name = ''] = kept(folder)
    const inode = statSync(join(folder, name)).ino
    const second = load()
    expect(second?.exports.add(1, 2)).toBe(3)
    second?.keep('ls')
    expect(statSync(join(folder, name)).ino).toBe(inode)
    second?.keep('run')
    const head: unknown = JSON.parse(readFileSync(join(folder, name), 'latin1').split('\n')[0] ?? '')
    expect(head).toMatchObject({ commands: ['ls', 'run'] })
    expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([])
  })
})

test('what is torn, of another script or nonsense is made anew', () => {
  inFolder((folder, load) => {
    writeFileSync(join(folder, 'packed.cjs'), SOURCE)
    load()?.keep('ls')
    const path = join(folder, kept(folder)[0] ?? '')
    const whole = readFileSync(path)
    const flipped = Buffer.from(whole)
    flipped.writeUInt8(255 - (whole.at(-5) ?? 0), whole.length - 5)
    for (const torn of [whole.subarray(0, whole.length - 9), flipped, Buffer.from('x'), Buffer.alloc(0)]) {
      writeFileSync(path, torn)
      const loaded = load()
      expect(loaded?.exports.add(2, 2)).toBe(4)
      loaded?.keep('ls')
      expect(readFileSync(path).length).toBeGreaterThan(100)
    }
    writeFileSync(join(folder, 'packed.cjs'), SOURCE.replace('a+b', 'a*b  '))
    expect(load()?.exports.add(3, 5)).toBe(15)
  })
})

test('where the script stands cannot be written to, the cache folder of the user is used; where neither can, nothing is kept', () => {
  inFolder((folder, load) => {
    writeFileSync(join(folder, 'packed.cjs'), SOURCE)
    load()?.keep('ls')
    const [name = ''] = kept(folder)
    // A folder of that name cannot be replaced by a file, not even by root.
    rmSync(join(folder, name))
    mkdirSync(join(folder, name, 'in the way'), { recursive: true })
    load()?.keep('ls')
    expect(kept(join(folder, 'cache/tdbt'))).toHaveLength(1)
    rmSync(join(folder, 'cache'), { recursive: true })
    writeFileSync(join(folder, 'cache'), 'no folder')
    const loaded = load()
    loaded?.keep('ls')
    expect(loaded?.exports.add(1, 1)).toBe(2)
  })
})
