import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadAdapter } from '../../src/adapters/index.ts'
import type { Cell } from '../../src/adapters/interface.ts'
import type { NodeResult, TdbtError } from '../../src/core/index.ts'
import { createLoader, type LoadReport } from '../../src/load/index.ts'
import { loadConnection } from '../../src/project/index.ts'
import { projectFolder } from '../support/cli.ts'
import type { TestPostgres } from '../support/postgres-server.ts'
import { type RunProjectOptions, runProject } from '../support/run-project.ts'

/** Where loads are tried: everything that can take one. */
export const ENGINES = ['postgres', 'native', 'pglite', 'duckdb'] as const
export type EngineName = (typeof ENGINES)[number]

export interface Loaded {
  readonly reports: readonly LoadReport[]
  readonly results: readonly NodeResult[]
  readonly errors: ReadonlyMap<string, TdbtError>
  /** Messages of warnings. */
  readonly warnings: readonly string[]
  /** Of the one load that there was. */
  readonly report: LoadReport
  readonly error: TdbtError
}

export interface LoadProject {
  readonly dir: string
  write(name: string, content: string | Uint8Array): void
  /** The sources file, as YAML below `tables:`. */
  tables(yaml: string): void
  load(options?: Partial<Omit<RunProjectOptions, 'dir' | 'runners'>> & { readonly force?: boolean }): Promise<Loaded>
  /** Rows of a query in the target, cells as texts. */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>
  /** The types of a table's columns. */
  types(table: string): Promise<Readonly<Record<string, string>>>
  execute(sql: string): Promise<void>
}

/** A project whose sources are in schema `bronze`, on one of the engines, for as long as `work` takes. `origin` is a connection to a database of the server. */
export async function withLoads(
  engine: EngineName,
  server: TestPostgres,
  work: (project: LoadProject, origin: string) => Promise<void>,
): Promise<void> {
  const database = await server.createDatabase('load_target')
  const origin = await server.createDatabase('load_origin')
  const { host, port, user, password } = server
  const postgres = { type: 'postgres', host, port, user, password }
  const targets: Readonly<Record<EngineName, unknown>> = {
    postgres: { ...postgres, dbname: database, schema: 'gold' },
    native: { type: 'embedded', backend: 'native', schema: 'gold' },
    pglite: { type: 'embedded', backend: 'pglite', schema: 'gold' },
    duckdb: { type: 'duckdb', path: 'target.duckdb', schema: 'gold' },
  }
  const folder = projectFolder({
    'project.yaml': `name: loads
targets: {dev: ${JSON.stringify(targets[engine])}}
connections:
  oltp: ${JSON.stringify({ ...postgres, dbname: origin, schema: 'public' })}
  bucket: {type: s3, endpoint: "{{ env_var('S3_ENDPOINT', '') }}", access_key_id: test-identity, secret_access_key: "{{ env_var('S3_SECRET', '') }}"}
`,
  })
  try {
    await work(new Project(folder.dir), origin)
  } finally {
    folder.dispose()
  }
}

class Project implements LoadProject {
  readonly dir: string

  constructor(dir: string) {
    this.dir = dir
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true })
    writeFileSync(join(this.dir, name), content)
  }

  tables(yaml: string): void {
    const body = yaml
      .split('\n')
      .map((line) => (line === '' ? '' : `      ${line}`))
      .join('\n')
    this.write('models/sources.yml', `sources:\n  - name: lake\n    schema: bronze\n    tables:\n${body}\n`)
  }

  async load(options: Parameters<LoadProject['load']>[0] = {}): Promise<Loaded> {
    const { force = false, ...rest } = options
    const warnings: string[] = []
    let open: ReturnType<typeof createLoader> | undefined
    const runners: RunProjectOptions['runners'] = {
      load: {
        accepts: (node) => typeof node.config['load'] === 'object',
        run: async (work) => {
          open ??= createLoader({
            projectRoot: this.dir,
            env: options?.env ?? process.env,
            emit: work.emit,
            applicationName: 'tdbt tests',
            connection: (name) => loadConnection(work.invocation, name),
            adapterFor: loadAdapter,
            force,
          })
          return await open.run(work)
        },
      },
    }
    try {
      const outcome = await runProject({
        dir: this.dir,
        command: 'load',
        runners,
        onEvent: (event) => {
          if (event.type === 'warning') warnings.push(event.error.message)
        },
        ...rest,
      })
      const reports = open?.reports ?? []
      const [first] = outcome.errors.values()
      return {
        reports,
        results: outcome.results,
        errors: outcome.errors,
        warnings,
        get report() {
          if (reports[0] === undefined) throw first ?? new Error('nothing was loaded')
          return reports[0]
        },
        get error() {
          if (first === undefined) throw new Error('the load did not fail')
          return first
        },
      }
    } finally {
      await open?.close()
    }
  }

  async rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return (await this.#run(sql)).rows.map((row) => row.map(text))
  }

  async types(table: string): Promise<Readonly<Record<string, string>>> {
    const { columns } = await this.#run(`select * from ${table} where 1 = 0`)
    return Object.fromEntries(columns.map(({ name, type }) => [name, type]))
  }

  async execute(sql: string): Promise<void> {
    await this.#run(sql)
  }

  async #run(sql: string) {
    const outcome: { result?: Awaited<ReturnType<import('../../src/adapters/interface.ts').Session['execute']>> } = {}
    // An operation of the project's own engine: what is asked goes where loads go.
    await runProject({
      dir: this.dir,
      command: 'load',
      runners: {
        load: {
          accepts: () => outcome.result === undefined,
          run: async ({ engine }) => {
            if (outcome.result === undefined) {
              const session = await engine.acquire('tests')
              try {
                outcome.result = await session.execute(sql)
              } finally {
                await session.release()
              }
            }
            return { status: 'success', message: '', adapterResponse: {} }
          },
        },
      },
    }).then((run) => {
      for (const error of run.errors.values()) throw error
    })
    if (outcome.result === undefined) throw new Error('there is no source in the project')
    return outcome.result
  }
}

function text(cell: Cell): string | null {
  if (cell === null) return null
  if (cell instanceof Uint8Array) return `0x${Buffer.from(cell).toString('hex')}`
  return Array.isArray(cell) ? JSON.stringify(cell) : String(cell)
}
