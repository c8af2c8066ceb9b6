import { loadAdapter } from '../../adapters/index.ts'
import { asTdbtError, formatError } from '../../core/index.ts'
import { loadProfile } from '../../project/index.ts'
import type { CommandRun } from '../command.ts'

/** Codes of what can be wrong with a profile. */
const PROFILE_CODES: ReadonlySet<string> = new Set(['T1005', 'T1006'])

/** Checks, one after the other, what a run needs: project file, profile, connection. Exit code 1 when one fails. */
export const debug: CommandRun = async (context) => {
  const { invocation, given, printer, terminal } = context
  const connectionOnly = given.boolean('connection') ?? false
  printer.line(`Running with tdbt=${terminal.version}`, 'info', 'MainReportVersion')
  printer.line(`tdbt version: ${terminal.version}`)
  printer.line(`node version: ${terminal.env['npm_config_node_version'] ?? process.version}`)
  printer.line(`os: ${process.platform} ${process.arch}`)
  let loaded: Awaited<ReturnType<typeof loadProfile>>
  try {
    loaded = await loadProfile({ invocation, adapterFor: loadAdapter })
  } catch (thrown) {
    const error = asTdbtError(thrown)
    printer.line('1 check failed:', 'error')
    const what = PROFILE_CODES.has(error.code) ? 'Profile' : 'Project'
    printer.line(`${what} loading failed for the following reason:`, 'error')
    printer.failure(formatError(error))
    const profilesDir = given.string('profiles-dir')
    if (what === 'Profile' && profilesDir !== undefined) {
      printer.line(`tdbt looked for a profiles.yml file in ${profilesDir}`, 'error')
    }
    return 1
  }
  const { config, target, adapter } = loaded
  if (connectionOnly) printer.line('Skipping steps before connection verification')
  else {
    printer.line(`Using project file at ${config.root}/${config.fileName}`)
    printer.line(`  ${config.fileName} file [OK found and valid]`)
  }
  printer.line(`Using profile ${target.profileName}, target ${target.targetName}`)
  printer.line('Connection:')
  printer.line(`  type: ${target.type}`)
  printer.line(`  schema: ${target.schema}`)
  printer.line(`  threads: ${target.threads}`)
  for (const [key, value] of Object.entries(target.credentials)) {
    if (!/pass|token|secret|key/i.test(key) && typeof value !== 'object') printer.line(`  ${key}: ${String(value)}`)
  }
  try {
    await using engine = await adapter.open({
      target,
      projectRoot: config.root,
      env: invocation.env,
      emit: printer.emit,
      applicationName: `tdbt/${terminal.version} ${invocation.invocationId}`,
    })
    for (const [label, value] of await engine.describe()) printer.line(`  ${label}: ${value}`)
    printer.line('  Connection test: [OK connection ok]')
  } catch (thrown) {
    printer.line('  Connection test: [ERROR]', 'error')
    printer.line('1 check failed:', 'error')
    printer.failure(formatError(asTdbtError(thrown)))
    return 1
  }
  printer.line('All checks passed!')
  return 0
}
