import { isAbsolute, resolve } from 'node:path'
import { type Json, type JsonObject, type TargetConfig, TdbtError } from '../../core/index.ts'
import { attachSql } from './attach-sql.ts'
import { databaseName } from './database-name.ts'
import { quoteIdentifier, stringLiteral } from './quote.ts'
import { secretSql } from './secret-sql.ts'

/** What a profile says of a DuckDB database, under dbt-duckdb's keys, as what is to be done. */
export interface DuckdbCredentials {
  /** `:memory:`, or an absolute path. */
  readonly path: string
  /** Options the database is opened with. */
  readonly config: Readonly<Record<string, string>>
  readonly extensions: readonly ExtensionSource[]
  /** Run once the database is open: secrets, then ATTACH. */
  readonly setup: readonly string[]
  /** SET statements of each connection. */
  readonly settings: readonly string[]
  /** How often to try to open a file that another process has open. */
  readonly connectAttempts: number
  readonly disableTransactions: boolean
}

export interface ExtensionSource {
  readonly load: string
  /** Tried where it does not load; null for a file. */
  readonly install: string | null
  readonly name: string
}

/** What dbt-duckdb has and tdbt has not. */
const REFUSED: Readonly<Record<string, string>> = {
  remote: 'Buena Vista servers',
  plugins: 'dbt-duckdb’s Python plugins',
  filesystems: 'fsspec filesystems, which are Python’s',
  module_paths: 'Python modules',
  flights: 'MotherDuck Flights',
  motherduck_token: 'MotherDuck',
  is_ducklake: 'DuckLake',
}

/** What the variable `target` shows in dbt-duckdb, whether it is in the profile or not. */
const DEFAULTS: JsonObject = {
  config_options: null,
  extensions: null,
  settings: {},
  external_root: '.',
  use_credential_provider: null,
  attach: null,
  filesystems: null,
  remote: null,
  plugins: null,
  disable_transactions: false,
}

/** The target with its database named after `path`. Throws T1006 where `database` says something else, as dbt-duckdb does. */
export function completeTarget(target: TargetConfig): TargetConfig {
  const path = pathOf(target)
  const name = databaseName(path)
  const given = target.database
  const aliases = objects(target, 'attach').map((entry) => entry['alias'])
  if (given !== '' && given !== name && !aliases.includes(given)) {
    throw new TdbtError('T1006', `\`database\` of target "${target.targetName}" does not fit its \`path\``, {
      found: given,
      expected: `${name}, as DuckDB names the database of ${path}, or the alias of an attached one`,
      hint: 'Leave `database` out.',
    })
  }
  const database = given === '' ? name : given
  return { ...target, database, credentials: { ...DEFAULTS, ...target.credentials, path, database } }
}

/** Reads a target's credentials. Throws T1006 naming the key that cannot be right, T5007 for what tdbt does not do. */
export function readCredentials(target: TargetConfig, projectRoot: string): DuckdbCredentials {
  const { credentials } = target
  for (const [key, what] of Object.entries(REFUSED)) {
    const value = credentials[key] ?? null
    if (value === null || value === false || (Array.isArray(value) && value.length === 0)) continue
    throw unsupported(`\`${key}\` of target "${target.targetName}": ${what}`)
  }
  const path = pathOf(target)
  for (const each of [path, ...objects(target, 'attach').map((entry) => String(entry['path'] ?? ''))]) {
    if (/^(?:md|motherduck):/i.test(each)) throw unsupported(`MotherDuck (${each})`)
    if (/ducklake:/i.test(each)) throw unsupported(`DuckLake (${each})`)
  }
  const config: Record<string, string> = {}
  for (const [key, value] of Object.entries(object(target, 'config_options'))) config[key] = text(value)
  if (credentials['read_only'] === true) config['access_mode'] = 'READ_ONLY'
  const retries = object(target, 'retries')
  const provider = credentials['use_credential_provider'] ?? null
  if (provider !== null && provider !== 'aws') throw invalid(target, 'use_credential_provider', provider, 'aws')
  const secrets = [
    ...objects(target, 'secrets'),
    ...(provider === null ? [] : [{ type: 's3', provider: 'credential_chain' }]),
  ]
  const attempts = Number(retries['connect_attempts'] ?? 1)
  if (!Number.isInteger(attempts) || attempts < 1)
    throw invalid(target, 'retries', retries, 'connect_attempts: 1 or more')
  return {
    path: path === ':memory:' || isAbsolute(path) ? path : resolve(projectRoot, path),
    config,
    extensions: list(target, 'extensions').map((entry) => extension(target, entry)),
    setup: [
      ...secrets.map(secretSql),
      ...objects(target, 'attach').map((entry) => attachSql(inProject(entry, projectRoot))),
    ],
    settings: Object.entries(object(target, 'settings')).map(
      ([key, value]) => `SET ${key} = ${stringLiteral(text(value))}`,
    ),
    connectAttempts: attempts,
    disableTransactions: credentials['disable_transactions'] === true,
  }
}

function pathOf(target: TargetConfig): string {
  const path = target.credentials['path'] ?? ':memory:'
  if (typeof path !== 'string') throw invalid(target, 'path', path, 'a path, or :memory:')
  return path === '' ? ':memory:' : path
}

/** A file among the attached is found from the project, as the database itself is. */
function inProject(entry: JsonObject, projectRoot: string): JsonObject {
  const path = entry['path']
  const plain = (entry['type'] ?? null) === null || entry['type'] === 'duckdb' || entry['type'] === 'sqlite'
  if (typeof path !== 'string' || !plain || path === ':memory:' || /^[a-z][a-z0-9+.-]+:/i.test(path)) return entry
  return { ...entry, path: isAbsolute(path) ? path : resolve(projectRoot, path) }
}

function extension(target: TargetConfig, entry: Json): ExtensionSource {
  if (typeof entry === 'string' && /\.duckdb_extension$/.test(entry))
    return { name: entry, load: `LOAD ${stringLiteral(entry)}`, install: null }
  if (typeof entry === 'string')
    return { name: entry, load: `LOAD ${named(entry)}`, install: `INSTALL ${named(entry)}` }
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
    const { name, repo } = entry as JsonObject
    if (typeof name === 'string' && typeof repo === 'string') {
      const from = /^\w+$/.test(repo) ? repo : stringLiteral(repo)
      return { name, load: `LOAD ${named(name)}`, install: `INSTALL ${named(name)} FROM ${from}` }
    }
  }
  throw invalid(target, 'extensions', entry, 'a name, the path of a .duckdb_extension, or {name: …, repo: …}')
}

function named(extensionName: string): string {
  return /^\w+$/.test(extensionName) ? extensionName : quoteIdentifier(extensionName)
}

function text(value: Json): string {
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function object(target: TargetConfig, key: string): JsonObject {
  const value = target.credentials[key] ?? null
  if (value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject
  throw invalid(target, key, value, 'a mapping')
}

function list(target: TargetConfig, key: string): readonly Json[] {
  const value = target.credentials[key] ?? null
  if (value === null) return []
  if (Array.isArray(value)) return value
  throw invalid(target, key, value, 'a list')
}

function objects(target: TargetConfig, key: string): readonly JsonObject[] {
  return list(target, key).map((entry) => {
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) return entry as JsonObject
    throw invalid(target, key, entry, 'a list of mappings')
  })
}

function invalid(target: TargetConfig, key: string, value: Json, expected: string): TdbtError {
  return new TdbtError('T1006', `\`${key}\` of target "${target.targetName}" cannot be right`, {
    found: key === 'secrets' ? 'something else' : JSON.stringify(value),
    expected,
    hint: 'Correct it in the profile.',
  })
}

function unsupported(what: string): TdbtError {
  return new TdbtError('T5007', `tdbt does not work with ${what}`, {
    hint: 'Take it out of the profile, or run this target with dbt-duckdb.',
  })
}
