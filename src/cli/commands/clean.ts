import { rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { TdbtError } from '../../core/index.ts'
import { loadProjectConfig } from '../../project/index.ts'
import type { CommandRun } from '../command.ts'

/** Deletes the clean-targets. Refuses what lies outside the project unless told otherwise. */
export const clean: CommandRun = async (context) => {
  const { invocation, given, printer } = context
  const config = loadProjectConfig(invocation)
  for (const target of config.cleanTargets) {
    const path = resolve(config.root, target)
    const inside = relative(config.root, path)
    const outside = inside === '' || inside.startsWith('..')
    if (outside && (given.boolean('clean-project-files-only') ?? true)) {
      throw new TdbtError('T0002', `tdbt will not clean the following directories outside the project: '${target}'`, {
        found: path,
        expected: `a folder below ${config.root}`,
        hint: 'Take it out of clean-targets, or pass --no-clean-project-files-only.',
      })
    }
    const kept = [...config.modelPaths, ...config.seedPaths, ...config.testPaths, ...config.macroPaths]
    if (kept.some((folder) => resolve(config.root, folder) === path)) {
      throw new TdbtError('T0002', `tdbt will not clean the following source paths: '${target}'`, {
        hint: 'Take it out of clean-targets.',
      })
    }
    printer.line(`Cleaned ${join(config.root, target)}`, 'info', 'ConfirmCleanPath')
    await rm(path, { recursive: true, force: true })
  }
  printer.line('Finished cleaning all paths.', 'info', 'FinishedCleanPaths')
  return 0
}
