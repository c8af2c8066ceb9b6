import { parse as parseYaml } from 'yaml'
import { type Flags, isJsonObject, type Json, type JsonObject, TdbtError } from '../core/index.ts'
import { OPTIONS, type OptionName } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Values of the options that were given, on the command line or in the environment; undefined = not given. */
export interface GivenOptions {
  boolean(name: OptionName): boolean | undefined
  string(name: OptionName): string | undefined
  number(name: OptionName): number | undefined
  array(name: OptionName): readonly string[] | undefined
}

const TRUE_WORDS = new Set(['1', 't', 'true', 'y', 'yes', 'on'])
const FALSE_WORDS = new Set(['0', 'f', 'false', 'n', 'no', 'off', ''])

/** Command line first, then `DBT_*` of the environment. Throws T0002 for a word that is no boolean or number. */
export function givenOptions(parsed: Readonly<Record<string, unknown>>, env: Terminal['env']): GivenOptions {
  const raw = (name: OptionName): unknown => {
    const value = parsed[name]
    // yargs gives an empty list for an array option that was not given.
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return value
    const variables = [OPTIONS.find((row) => row.name === name)?.env ?? []].flat()
    // dbt reads each under its old name and under the prefix that it keeps for itself.
    const names = variables.flatMap((variable) => [variable, variable.replace(/^DBT_(?!ENGINE_)/, 'DBT_ENGINE_')])
    return names.map((variable) => env[variable]).find((text) => text !== undefined && text !== '')
  }
  return {
    boolean(name) {
      const value = raw(name)
      if (value === undefined || typeof value === 'boolean') return value
      const word = String(value).toLowerCase()
      if (TRUE_WORDS.has(word)) return true
      if (FALSE_WORDS.has(word)) return false
      throw new TdbtError('T0002', `--${name} is a switch.`, { found: String(value), expected: 'true or false' })
    },
    string(name) {
      const value = raw(name)
      if (value === undefined) return undefined
      return Array.isArray(value) ? String(value[value.length - 1]) : String(value)
    },
    number(name) {
      const value = raw(name)
      if (value === undefined) return undefined
      const number = Number(Array.isArray(value) ? value[value.length - 1] : value)
      if (Number.isNaN(number)) {
        throw new TdbtError('T0002', `--${name} takes a number.`, { found: String(value), expected: 'a number' })
      }
      return number
    },
    array(name) {
      // --models is --select under an older name.
      const value = raw(name) ?? (name === 'select' ? raw('models') : undefined)
      if (value === undefined) return undefined
      if (Array.isArray(value)) return value.map(String)
      return String(value)
        .split(/[\s,]+/)
        .filter(Boolean)
    },
  }
}

/** A YAML mapping given as an option's value. Throws T0002 when it is something else. */
export function yamlOption(name: OptionName, text: string | undefined): JsonObject {
  if (text === undefined || text.trim() === '') return {}
  let value: unknown
  try {
    value = parseYaml(text, { version: '1.1' })
  } catch (cause) {
    throw new TdbtError('T0002', `--${name} is no valid YAML.`, {
      found: text,
      expected: "a mapping such as '{key: value}'",
      cause,
    })
  }
  if (!isJsonObject(value)) {
    throw new TdbtError('T0002', `--${name} must be a mapping.`, {
      found: text,
      expected: "a mapping such as '{key: value}'",
    })
  }
  return JSON.parse(JSON.stringify(value)) as JsonObject
}

/** The flags of one call: given options over the project's `flags:` over dbt's defaults. */
export function resolveFlags(options: {
  readonly given: GivenOptions
  readonly projectFlags: JsonObject
  readonly projectDir: string
  readonly command: string
  readonly useColors: boolean
}): Flags {
  const { given, projectFlags } = options
  const fromProject = (name: string): Json | undefined => projectFlags[name.replaceAll('-', '_')]
  const bool = (name: OptionName, fallback: boolean): boolean => {
    const value = given.boolean(name)
    if (value !== undefined) return value
    const project = fromProject(name)
    return typeof project === 'boolean' ? project : fallback
  }
  const text = (name: OptionName): string | null => {
    const value = given.string(name)
    if (value !== undefined) return value
    const project = fromProject(name)
    return typeof project === 'string' ? project : null
  }
  const logFormat = text('log-format')
  const indirect = text('indirect-selection')
  const warnErrorOptions = given.string('warn-error-options')
  const projectWarnErrorOptions = fromProject('warn-error-options')
  return {
    fullRefresh: bool('full-refresh', false),
    failFast: bool('fail-fast', false),
    empty: bool('empty', false),
    storeFailures: bool('store-failures', false),
    batchTests: bool('batch-tests', true),
    threads: bool('single-threaded', false) ? 1 : (given.number('threads') ?? null),
    target: given.string('target') ?? null,
    profile: given.string('profile') ?? null,
    profilesDir: given.string('profiles-dir') ?? null,
    projectDir: options.projectDir,
    targetPath: given.string('target-path') ?? null,
    warnError: bool('warn-error', false),
    warnErrorOptions:
      warnErrorOptions !== undefined
        ? yamlOption('warn-error-options', warnErrorOptions)
        : isJsonObject(projectWarnErrorOptions)
          ? projectWarnErrorOptions
          : {},
    quiet: bool('quiet', false),
    debug: bool('debug', false),
    useColors: options.useColors,
    logFormat: logFormat === 'json' || logFormat === 'debug' ? logFormat : 'text',
    partialParse: bool('partial-parse', true),
    cacheSelectedOnly: bool('cache-selected-only', false),
    maximumSeedSizeMib: given.number('maximum-seed-size-mib') ?? Number(fromProject('maximum-seed-size-mib') ?? 1),
    logCacheEvents: bool('log-cache-events', false),
    injectEphemeralCtes: bool('inject-ephemeral-ctes', true),
    indirectSelection: indirect === 'cautious' || indirect === 'buildable' || indirect === 'empty' ? indirect : 'eager',
    introspect: bool('introspect', true),
    defer: bool('defer', false),
    favorState: bool('favor-state', false),
    state: given.string('state') ?? null,
    deferState: given.string('defer-state') ?? null,
    version_check: bool('version-check', true),
    print: bool('print', true),
    writeJson: bool('write-json', true),
    eventTimeStart: given.string('event-time-start') ?? null,
    eventTimeEnd: given.string('event-time-end') ?? null,
    sample: given.string('sample') ?? null,
    which: options.command,
    behavior: projectFlags,
  }
}
