import { DBT_VERSION, formatError } from '../../core/index.ts'
import { addPackage, installPackages } from '../../packages/index.ts'
import { loadProjectConfig, packageRenderer } from '../../project/index.ts'
import type { CommandRun } from '../command.ts'

/** Installs packages. Needs no profile. */
export const deps: CommandRun = async (context) => {
  const { invocation, given, printer, signal, terminal } = context
  printer.line(`Running with tdbt=${terminal.version}`, 'info', 'MainReportVersion')
  const config = loadProjectConfig(invocation)
  const say = (line: string, event: string): void => printer.line(line, 'info', event)
  const added = given.string('add-package')
  if (added !== undefined) {
    addPackage({ root: config.root, package: added, source: given.string('source') ?? 'hub', say })
  }
  await installPackages({
    root: config.root,
    projectName: config.name,
    installPath: config.packagesInstallPath,
    env: invocation.env,
    render: packageRenderer(invocation),
    upgrade: given.boolean('upgrade') ?? false,
    lockOnly: given.boolean('lock') ?? false,
    versionCheck: invocation.flags.version_check,
    dbtVersion: DBT_VERSION,
    fetch: globalThis.fetch,
    signal,
    say,
    warn: (error) => printer.line(formatError(error), 'warn'),
  })
  return 0
}
