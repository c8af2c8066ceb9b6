import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import {
  type Invocation,
  type JsonObject,
  nearest,
  type ProjectConfig,
  type TargetConfig,
  TdbtError,
} from '../core/index.ts'
import { isRecord, mapTree, type RenderString } from './native-render.ts'
import { placed } from './project-file.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'

/** Keys of a connection under the names that dbt-postgres lets stand for them. */
const CREDENTIAL_ALIASES: Readonly<Record<string, string>> = { dbname: 'database', pass: 'password' }

/** What choosing a target needs to know of the project; the file's `profile`, `targets` and `target` come unrendered or rendered alike. */
export interface ProfileRequest {
  readonly invocation: Invocation
  /** Absolute folder of the project. */
  readonly root: string
  readonly project: Pick<ProjectConfig, 'name' | 'profile' | 'targets' | 'defaultTarget' | 'fileName'>
  /** The project file, for places of errors in its `targets`. */
  readonly projectYaml: YamlFile
  readonly render: RenderString
}

interface Found {
  readonly profileName: string
  readonly targetName: string
  readonly output: Readonly<Record<string, unknown>>
  readonly yaml: YamlFile
  readonly path: readonly string[]
}

/**
 * The connection to use, in dbt's order: `targets` of project.yaml, else profiles.yml in --profiles-dir, DBT_PROFILES_DIR, the
 * project's folder, ~/.dbt; a project.yaml that names neither gets the embedded engine. Throws T1005 (no such profile or
 * target), T1006 (the entry cannot be right), each with the place.
 */
export function resolveTarget(request: ProfileRequest): TargetConfig {
  return targetOf(request, find(request))
}

/**
 * A connection of that name: of `connections` in the project file, else of `targets` there, else an output of the profile. Throws T1005 when there is none,
 * T1006 when the entry cannot be right.
 */
export function resolveConnection(request: ProfileRequest, name: string): TargetConfig {
  const { project, projectYaml } = request
  const written = isRecord(projectYaml.value) ? projectYaml.value['connections'] : undefined
  const connections = isRecord(written) ? written : {}
  const { profileName, outputs, yaml, path } = outputsOf(request)
  const own = connections[name]
  if (isRecord(own)) {
    const at = ['connections', name]
    return targetOf(request, { profileName: project.name, targetName: name, output: own, yaml: projectYaml, path: at })
  }
  const output = outputs[name]
  if (isRecord(output)) return targetOf(request, { profileName, targetName: name, output, yaml, path: [...path, name] })
  const names = [...Object.keys(connections), ...Object.keys(outputs)]
  const near = nearest(name, names)
  throw new TdbtError('T1005', `There is no connection '${name}'.`, {
    location: projectYaml.locate(['connections', name]),
    source: projectYaml.source,
    found: names.length === 0 ? 'no connections' : names.map((each) => `'${each}'`).join(', '),
    expected: `'${name}' under connections: in ${projectYaml.file}, or an output of that name in profiles.yml`,
    hint: near === undefined ? `Add it: connections: {${name}: {type: postgres, …}}.` : `Did you mean '${near}'?`,
  })
}

/** All outputs that a connection may be named after; none where the profile is not there. */
function outputsOf(request: ProfileRequest): {
  readonly profileName: string
  readonly outputs: Readonly<Record<string, unknown>>
  readonly yaml: YamlFile
  readonly path: readonly string[]
} {
  const { invocation, project, projectYaml } = request
  const profileName = invocation.flags.profile ?? project.profile ?? project.name
  if (project.targets !== null && invocation.flags.profile === null) {
    return { profileName, outputs: project.targets, yaml: projectYaml, path: ['targets'] }
  }
  const { path } = profilesFile(request)
  if (path === undefined) return { profileName, outputs: {}, yaml: projectYaml, path: [] }
  const yaml = readProfiles(request, path)
  const profile = isRecord(yaml.value) ? yaml.value[profileName] : undefined
  const outputs = isRecord(profile) ? profile['outputs'] : undefined
  return { profileName, outputs: isRecord(outputs) ? outputs : {}, yaml, path: [profileName, 'outputs'] }
}

function readProfiles({ root }: ProfileRequest, path: string): YamlFile {
  const shown = relative(root, path)
  return readYaml(readFileSync(path, 'utf8'), shown.startsWith('..') ? path : shown)
}

function targetOf(request: ProfileRequest, found: Found): TargetConfig {
  const { invocation, render } = request
  const data = mapTree(found.output, (value, path) => {
    if (typeof value !== 'string') return value
    try {
      return render(value, found.yaml.file)
    } catch (error) {
      // dbt leaves a password alone that only looks like Jinja.
      if (path.includes('password') || path.includes('pass')) return value
      throw placed(error, found.yaml, [...found.path, ...path])
    }
  }) as Record<string, unknown>

  const fail = (
    key: string | null,
    message: string,
    details: { found?: string; expected?: string; hint?: string } = {},
  ) =>
    new TdbtError('T1006', message, {
      location: found.yaml.locate(key === null ? found.path : [...found.path, key]),
      source: found.yaml.source,
      ...details,
    })
  const { type, threads: rawThreads, ...rest } = data
  if (typeof type !== 'string' || type === '') {
    throw fail(null, `Target '${found.targetName}' of profile '${found.profileName}' has no 'type'`, {
      expected: 'type: postgres, embedded, duckdb or trino',
    })
  }
  const threads = invocation.flags.threads ?? integer(rawThreads ?? 1)
  if (threads === undefined || threads < 1) {
    throw fail('threads', "'threads' must be a whole number of at least 1", { found: String(rawThreads) })
  }
  const credentials: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(rest)) {
    const name = CREDENTIAL_ALIASES[key] ?? key
    if (name in credentials) {
      throw fail(key, `Both '${key}' and '${name}' are given for target '${found.targetName}'`, {
        hint: `Keep one of the two.`,
      })
    }
    credentials[name] = value
  }
  const embedded = type === 'embedded'
  // A store of files has neither.
  const bare = type === 's3'
  const database = credentials['database'] ?? (embedded ? 'tdbt' : type === 'duckdb' || bare ? '' : undefined)
  const schema = credentials['schema'] ?? (embedded ? 'public' : type === 'duckdb' ? 'main' : bare ? '' : undefined)
  for (const [key, value] of [
    ['schema', schema],
    ['database', database],
  ] as const) {
    if (typeof value === 'string' && value !== '') continue
    if (value === '' && bare) continue
    // DuckDB's is named after its file: its adapter completes the target.
    if (value === '' && key === 'database' && type === 'duckdb') continue
    if (value !== undefined && value !== null && typeof value !== 'object') continue
    throw fail(null, `Target '${found.targetName}' of profile '${found.profileName}' has no '${key}'`, {
      expected: key === 'database' ? 'dbname: <name of the database>' : 'schema: <schema to build in>',
    })
  }
  return {
    profileName: found.profileName,
    targetName: found.targetName,
    type,
    database: String(database),
    schema: String(schema),
    threads,
    credentials: { ...credentials, database: String(database), schema: String(schema) } as JsonObject,
  }
}

function find(request: ProfileRequest): Found {
  const { invocation, project, projectYaml, render } = request
  const targets = project.targets
  const profileName = invocation.flags.profile ?? project.profile
  if (targets !== null && invocation.flags.profile === null) {
    const fallback = project.defaultTarget ?? ('dev' in targets ? 'dev' : Object.keys(targets)[0]) ?? 'dev'
    const targetName = invocation.flags.target ?? fallback
    const output = pickOutput(targets, targetName, project.name, projectYaml, ['targets'])
    return {
      profileName: project.profile ?? project.name,
      targetName,
      output,
      yaml: projectYaml,
      path: ['targets', targetName],
    }
  }
  if (profileName === null) {
    if (project.fileName === 'project.yaml') {
      return { profileName: project.name, targetName: 'dev', output: { type: 'embedded' }, yaml: projectYaml, path: [] }
    }
    throw new TdbtError('T1005', `${project.fileName} names no profile`, {
      location: projectYaml.locate([]),
      source: projectYaml.source,
      expected: 'profile: <a name in profiles.yml>',
      hint: 'Add a line `profile: name`, or pass --profile.',
    })
  }
  const { path, searched } = profilesFile(request)
  if (path === undefined) {
    throw new TdbtError('T1005', `Profile '${profileName}' not found: there is no profiles.yml`, {
      location: projectYaml.locate(['profile']),
      source: projectYaml.source,
      found: `no profiles.yml in ${searched.join(', ')}`,
      hint: 'Write one there, or pass --profiles-dir.',
    })
  }
  const yaml = readProfiles(request, path)
  const profiles = isRecord(yaml.value) ? yaml.value : {}
  const profile = profiles[profileName]
  if (!isRecord(profile)) {
    const names = Object.keys(profiles).filter((name) => name !== 'config')
    const near = nearest(profileName, names)
    throw new TdbtError('T1005', `Could not find profile named '${profileName}'`, {
      location: yaml.locate([profileName]),
      source: yaml.source,
      found:
        names.length === 0 ? 'an empty file' : `profiles ${names.map((name) => `'${name}'`).join(', ')} in ${path}`,
      hint: near === undefined ? `Add '${profileName}' to ${path}.` : `Did you mean '${near}'?`,
    })
  }
  const outputs = profile['outputs']
  if (!isRecord(outputs)) {
    throw new TdbtError('T1006', `Profile '${profileName}' has no 'outputs'`, {
      location: yaml.locate([profileName]),
      source: yaml.source,
      expected: 'outputs: {<target>: {type: …}}',
    })
  }
  const written = profile['target']
  const targetName =
    invocation.flags.target ??
    (typeof written === 'string' ? String(render(written, yaml.file)) : written == null ? 'default' : String(written))
  const output = pickOutput(outputs, targetName, profileName, yaml, [profileName, 'outputs'])
  return { profileName, targetName, output, yaml, path: [profileName, 'outputs', targetName] }
}

function pickOutput(
  outputs: Readonly<Record<string, unknown>>,
  targetName: string,
  profileName: string,
  yaml: YamlFile,
  path: readonly string[],
): Readonly<Record<string, unknown>> {
  const output = outputs[targetName]
  if (isRecord(output)) return output
  const names = Object.keys(outputs)
  const near = nearest(targetName, names)
  throw new TdbtError(
    targetName in outputs ? 'T1006' : 'T1005',
    `The profile '${profileName}' does not have a target named '${targetName}'.`,
    {
      location: yaml.locate([...path, targetName]),
      source: yaml.source,
      expected: `one of ${names.map((name) => `'${name}'`).join(', ')}`,
      hint: near === undefined ? 'Name one of them with --target.' : `Did you mean '${near}'?`,
    },
  )
}

function profilesFile({ invocation, root }: ProfileRequest): { path: string | undefined; searched: readonly string[] } {
  const home = invocation.env['HOME'] ?? homedir()
  const named = invocation.flags.profilesDir ?? invocation.env['DBT_PROFILES_DIR']
  const folders = named ? [resolve(named)] : [root, join(home, '.dbt')]
  const path = folders.map((folder) => join(folder, 'profiles.yml')).find((candidate) => existsSync(candidate))
  return { path, searched: folders }
}

function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}
