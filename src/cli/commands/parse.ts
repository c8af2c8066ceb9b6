import { writeManifest, writeSemanticManifest } from '../../artifacts/index.ts'
import type { CommandRun } from '../command.ts'
import { openProject } from '../open-project.ts'

export const parse: CommandRun = async (context) => {
  const { invocation, printer } = context
  const { project, targetDir } = await openProject(context)
  if (invocation.flags.writeJson) {
    await writeManifest(targetDir, { manifest: project.manifest, invocation })
    await writeSemanticManifest(targetDir, project.manifest)
  }
  const seconds = (invocation.now().getTime() - invocation.startedAt.getTime()) / 1000
  printer.line(`Performance info: parsed in ${seconds.toFixed(2)}s`, 'info', 'ParsePerfInfo')
  return 0
}
