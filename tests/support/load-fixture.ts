import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAdapter } from '../../src/adapters/index.ts'
import type { Flags, Invocation, JsonObject } from '../../src/core/index.ts'
import { type LoadedProject, loadProject } from '../../src/project/index.ts'
import { loadStdlib } from '../../src/stdlib/index.ts'

const NOW = new Date('2026-01-02T03:04:05Z')

/** An invocation of `parse` in a folder, at a fixed time and with no environment but what is given. */
export function parseInvocation(
  projectDir: string,
  given: { vars?: JsonObject; env?: Record<string, string>; flags?: Partial<Flags> } = {},
): Invocation {
  const flags: Flags = {
    fullRefresh: false,
    failFast: false,
    empty: false,
    storeFailures: false,
    threads: null,
    target: null,
    profile: null,
    profilesDir: null,
    projectDir,
    targetPath: null,
    warnError: false,
    warnErrorOptions: {},
    quiet: false,
    debug: false,
    useColors: false,
    logFormat: 'text',
    partialParse: false,
    cacheSelectedOnly: false,
    indirectSelection: 'eager',
    introspect: true,
    defer: false,
    favorState: false,
    state: null,
    deferState: null,
    version_check: true,
    print: true,
    writeJson: true,
    eventTimeStart: null,
    eventTimeEnd: null,
    sample: null,
    which: 'parse',
    behavior: {},
    ...given.flags,
  }
  return {
    invocationId: '00000000-0000-4000-8000-000000000000',
    startedAt: NOW,
    env: { HOME: '/nowhere', ...given.env },
    vars: given.vars ?? {},
    flags,
    command: 'parse',
    now: () => NOW,
  }
}

/** Loads a project as the command line does. */
export function load(projectDir: string, given: Parameters<typeof parseInvocation>[1] = {}): Promise<LoadedProject> {
  return loadProject({
    invocation: parseInvocation(projectDir, given),
    adapterFor: loadAdapter,
    stdlib: loadStdlib(),
    emit: () => undefined,
  })
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/project/${name}`, import.meta.url))
}

/** Runs `use` in a folder that holds the files given (a minimal project file is added), and removes it. */
export async function withProject<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tdbt-project-'))
  try {
    for (const [path, text] of Object.entries({ 'project.yaml': 'name: shop\n', ...files })) {
      const target = join(folder, path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, text)
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
