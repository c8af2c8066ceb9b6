import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { findResource, type NodeResult } from '../../core/index.ts'
import type { RunOutcome } from '../../run/index.ts'
import type { CommandContext } from '../command.ts'
import type { OpenProject } from '../open-project.ts'

/** Writes results as JUnit XML, the form that CI systems read: a suite for each kind of resource, a case for each node. */
export async function writeJunit(
  file: string,
  context: CommandContext,
  open: OpenProject,
  outcome: RunOutcome,
): Promise<void> {
  const path = resolve(context.terminal.cwd, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, junitXml(open, outcome))
}

function junitXml(open: Pick<OpenProject, 'project'>, outcome: Pick<RunOutcome, 'results' | 'elapsedSeconds'>): string {
  const suites = new Map<string, NodeResult[]>()
  for (const result of outcome.results) {
    const kind = findResource(open.project.manifest, result.unique_id)?.resource_type ?? 'node'
    const suite = suites.get(kind)
    if (suite) suite.push(result)
    else suites.set(kind, [result])
  }
  const failures = outcome.results.filter((result) => isFailure(result)).length
  const errors = outcome.results.filter((result) => isError(result)).length
  const out = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tdbt" tests="${outcome.results.length}" failures="${failures}" errors="${errors}" time="${outcome.elapsedSeconds.toFixed(3)}">`,
  ]
  for (const [kind, results] of suites) {
    const time = results.reduce((sum, result) => sum + result.execution_time, 0)
    out.push(
      `  <testsuite name="${xml(kind)}" tests="${results.length}" failures="${results.filter(isFailure).length}" errors="${results.filter(isError).length}" skipped="${results.filter((result) => result.status === 'skipped').length}" time="${time.toFixed(3)}">`,
    )
    for (const result of results) out.push(...testCase(open, result))
    out.push('  </testsuite>')
  }
  out.push('</testsuites>', '')
  return out.join('\n')
}

function testCase(open: Pick<OpenProject, 'project'>, result: NodeResult): string[] {
  const node = findResource(open.project.manifest, result.unique_id)
  const head = `    <testcase classname="${xml(node?.fqn.slice(0, -1).join('.') ?? '')}" name="${xml(node?.name ?? result.unique_id)}" file="${xml(node?.original_file_path ?? '')}" time="${result.execution_time.toFixed(3)}"`
  const message = xml(result.message ?? '')
  if (isFailure(result)) return [`${head}>`, `      <failure message="${message}"/>`, '    </testcase>']
  if (isError(result)) return [`${head}>`, `      <error message="${message}"/>`, '    </testcase>']
  if (result.status === 'skipped') return [`${head}>`, '      <skipped/>', '    </testcase>']
  if (result.status === 'warn')
    return [`${head}>`, `      <system-out>warning: ${message}</system-out>`, '    </testcase>']
  return [`${head}/>`]
}

function isFailure(result: NodeResult): boolean {
  return result.status === 'fail'
}

function isError(result: NodeResult): boolean {
  return result.status === 'error' || result.status === 'runtime error' || result.status === 'partial success'
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
}

/** Text for XML: markup escaped, characters that XML 1.0 forbids left out. */
function xml(text: string): string {
  return (
    text
      .replace(/[&<>"'\n]/g, (char) => ESCAPES[char] ?? char)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what XML forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
  )
}
