import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonObject, nearest, TdbtError } from '../core/index.ts'
import { isRecord, mapTree, type RenderString } from './native-render.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'

/**
 * selectors.yml as the manifest holds it: by name, each definition with its CLI-style parts written out. Empty without a file.
 * Throws T1014 with the place of what is wrong.
 */
export function readSelectors(root: string, render: RenderString): JsonObject {
  const path = join(root, 'selectors.yml')
  if (!existsSync(path)) return {}
  const yaml = readYaml(readFileSync(path, 'utf8'), 'selectors.yml')
  if (yaml.value === null) return {}
  const data = mapTree(yaml.value, (value) => (typeof value === 'string' ? render(value, yaml.file) : value))
  const list = isRecord(data) ? data['selectors'] : undefined
  if (!Array.isArray(list)) throw bad(yaml, [], "selectors.yml must hold a list 'selectors'")
  const out: Record<string, JsonObject> = {}
  let defaultName: string | undefined
  for (const [index, selector] of list.entries()) {
    const at = ['selectors', index]
    const name: unknown = isRecord(selector) ? selector['name'] : undefined
    if (!isRecord(selector) || typeof name !== 'string') throw bad(yaml, at, 'Every selector needs a name')
    const definition = selector['definition']
    if (definition === undefined || definition === null) throw bad(yaml, at, `Selector '${name}' has no 'definition'`)
    if (selector['default'] === true) {
      if (defaultName !== undefined) throw bad(yaml, at, `Both '${defaultName}' and '${name}' are the default selector`)
      defaultName = name
    }
    out[name] = { ...selector, definition: define(definition, out, yaml, at) as JsonObject } as JsonObject
  }
  return out
}

function bad(yaml: YamlFile, path: readonly (string | number)[], message: string): TdbtError {
  return new TdbtError('T1014', message, { location: yaml.locate(path), source: yaml.source })
}

type Known = Readonly<Record<string, JsonObject>>

function define(definition: unknown, known: Known, yaml: YamlFile, path: readonly (string | number)[]): unknown {
  if (typeof definition === 'string') return fromText(definition)
  if (!isRecord(definition)) throw bad(yaml, path, 'A definition must be a text or a mapping')
  for (const kind of ['union', 'intersection']) {
    const parts = definition[kind]
    if (!Array.isArray(parts)) continue
    return {
      [kind]: parts.map((part) =>
        typeof part === 'string' || isRecord(part) ? define(part, known, yaml, path) : part,
      ),
    }
  }
  const [key] = Object.keys(definition)
  if (key === undefined) throw bad(yaml, path, 'An empty definition selects nothing')
  const value = definition[key]
  const expanded = Array.isArray(value) ? value.map((part) => define(part, known, yaml, path)) : value
  if (key === 'exclude') return { exclude: expanded }
  if (Object.keys(definition).length === 1) return { method: key, value: expanded }
  if (key === 'method' && value === 'selector') {
    const name = String(definition['value'])
    const selector = known[name]
    if (!selector) {
      const near = nearest(name, Object.keys(known))
      throw bad(
        yaml,
        path,
        `There is no selector '${name}' above this one${near === undefined ? '' : `: did you mean '${near}'?`}`,
      )
    }
    return selector['definition']
  }
  return definition
}

const SPEC =
  /^(?<childrens>@)?(?:(?<parentsDepth>\d*)(?<parents>\+))?(?:(?<method>[\w.]+):)?(?<value>.*?)(?:(?<children>\+)(?<childrenDepth>\d*))?$/

// One criterion in the command line's form: `tag:nightly`, `+orders`, `@source:raw`, `2+path:models/x+`.
function fromText(text: string): Record<string, unknown> {
  const groups = SPEC.exec(text)?.groups ?? {}
  const value = groups['value'] ?? text
  const [method = '', ...methodArguments] = (groups['method'] ?? defaultMethod(value)).split('.')
  const out: Record<string, unknown> = { method: [method, ...methodArguments].join('.'), value }
  if (groups['childrens']) out['childrens_parents'] = true
  if (groups['parents']) {
    out['parents'] = true
    if (groups['parentsDepth']) out['parents_depth'] = groups['parentsDepth']
  }
  if (groups['children']) {
    out['children'] = true
    if (groups['childrenDepth']) out['children_depth'] = groups['childrenDepth']
  }
  return out
}

function defaultMethod(value: string): string {
  if (/\.(?:sql|py|csv)$/i.test(value)) return value.includes('/') ? 'path' : 'file'
  return value.includes('/') ? 'path' : 'fqn'
}
