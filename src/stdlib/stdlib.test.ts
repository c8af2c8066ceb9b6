import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compileTemplate, extractBlocks, type MacroDefinition } from '../jinja/index.ts'
import { loadStdlib, loadStdlibDocs } from './index.ts'

const KINDS = ['macro', 'materialization', 'test', 'data_test']

/** Every macro of the built-in packages, with its package and file. */
function definitions(): readonly (MacroDefinition & { readonly package: string; readonly path: string })[] {
  return loadStdlib().flatMap((file) =>
    compileTemplate(file.text, { file: file.path }).macros.map((macro) => ({
      ...macro,
      package: file.package,
      path: file.path,
    })),
  )
}

test('every macro that dbt has is here, in its package, with its parameters', () => {
  const recorded: Record<string, Record<string, string[]>> = JSON.parse(
    readFileSync(new URL('cases/signatures.json', import.meta.url), 'utf8'),
  )
  const found = new Map(
    definitions().map((macro) => [
      `${macro.package}.${macro.name}`,
      macro.parameters.map((parameter) => parameter.name + (parameter.hasDefault ? '=' : '')),
    ]),
  )
  const missing: string[] = []
  for (const [packageName, macros] of Object.entries(recorded)) {
    for (const [name, parameters] of Object.entries(macros)) {
      const ours = found.get(`${packageName}.${name}`)
      // A materialization takes the languages it supports, which are no parameter of ours.
      if (ours === undefined) missing.push(`${packageName}.${name}`)
      else if (!name.startsWith('materialization_')) expect(ours, name).toEqual(parameters)
    }
  }
  expect(missing).toEqual([])
  expect(found.size).toBeGreaterThan(477)
})

test('names are unique in a package, and what is our own is named so', () => {
  const recorded: Record<string, Record<string, string[]>> = JSON.parse(
    readFileSync(new URL('cases/signatures.json', import.meta.url), 'utf8'),
  )
  const seen = new Set<string>()
  for (const macro of definitions()) {
    const key = `${macro.package}.${macro.name}`
    expect(seen.has(key), key).toBe(false)
    seen.add(key)
    if (macro.package === 'tdbt' || recorded[macro.package]?.[macro.name] !== undefined) continue
    const overrides = ['postgres__load_csv_rows', 'duckdb__reset_csv_table']
    expect(overrides.includes(macro.name) || macro.name.startsWith('tdbt_'), key).toBe(true)
  }
})

test('every block that the block lexer finds is a macro that the parser finds', () => {
  for (const file of loadStdlib()) {
    const blocks = extractBlocks(file.text, { file: file.path, kinds: KINDS })
    const macros = compileTemplate(file.text, { file: file.path }).macros
    expect(blocks.length, file.path).toBe(macros.length)
    for (const block of blocks) {
      expect(
        compileTemplate(block.fullBlock, { file: file.path, firstLine: block.line }).macros,
        block.name,
      ).toHaveLength(1)
    }
  }
})

test('every macro dispatches to an implementation that exists', () => {
  const names = new Set(definitions().map((macro) => macro.name))
  for (const file of loadStdlib()) {
    for (const call of compileTemplate(file.text, { file: file.path }).staticCalls()) {
      if (call.name !== 'adapter.dispatch') continue
      const name = call.args[0]?.value
      if (typeof name !== 'string') continue
      expect(
        ['default', 'postgres', 'duckdb'].some((prefix) => names.has(`${prefix}__${name}`)),
        `${file.path}: ${name}`,
      ).toBe(true)
    }
  }
})

test('described macros exist, and each package of ours is described', () => {
  const names = new Set(definitions().map((macro) => `${macro.package}.${macro.name}`))
  const docs = loadStdlibDocs()
  expect(docs.map((file) => file.package)).toContain('tdbt')
  expect(docs.map((file) => file.package)).toContain('dbt')
  for (const file of docs) {
    const described = [...file.text.matchAll(/^ {2}- name: (\S+)$/gm)].map((match) => match[1])
    expect(described.length, file.path).toBeGreaterThan(0)
    for (const name of described) expect(names.has(`${file.package}.${name}`), `${file.path}: ${name}`).toBe(true)
    expect(described.length, file.path).toBe(new Set(described).size)
  }
})

test('files come in one order, with paths as dbt writes them', () => {
  const files = loadStdlib()
  expect(files.map((file) => `${file.package}/${file.path}`)).toEqual(
    [...files].map((file) => `${file.package}/${file.path}`).sort(),
  )
  for (const file of files) expect(file.path).toMatch(/^macros\/[a-z_]+\/[a-z_]+\.sql$/)
})
