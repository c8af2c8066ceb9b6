import { compileNode, findMacro, nodeVariables, SqlResults, settle, wait } from '../compile/index.ts'
import { callMacro, createGlobals, inferSeedTable, Table } from '../context/index.ts'
import type { ManifestNode, SeedNode } from '../core/index.ts'
import { drive, type PyValue, pyStr, type Resumable } from '../jinja/index.ts'
import type { NodeOutcome, NodeWork } from './run-state.ts'

/** Compiles a node and reads its rows, at most `limit` (null: all). */
export async function runShow(work: NodeWork, node: ManifestNode, limit: number | null): Promise<NodeOutcome> {
  const { scope, clock, runtime } = work
  const compiled = await clock.time('compile', () => drive(compileNode(scope, node)))
  return await clock.time('execute', async () => {
    const variables = nodeVariables({
      scope,
      node,
      results: new SqlResults(),
      compiled,
      batch: null,
      useCte: () => undefined,
    })
    const globals = createGlobals({
      library: runtime.project.library,
      packageName: node.package_name,
      flavour: 'resumable',
      variables,
    })
    scope.bind(globals)
    const header = node.config['sql_header']
    const macro = findMacro(runtime, 'get_show_sql', null)
    const rendered = await drive(
      settle(
        callMacro(
          globals,
          macro,
          [],
          new Map<string, PyValue>([
            ['compiled_code', compiled.node.compiled_code],
            ['sql_header', typeof header === 'string' ? header : null],
            ['limit', limit],
          ]),
        ),
      ),
    )
    const sql = pyStr(rendered)
    const result = await drive(execute(work, sql))
    return {
      status: 'success',
      message: null,
      adapterResponse: result.response,
      table: Table.fromResult(result.columns, result.rows),
      compiledCode: sql,
    }
  })
}

function* execute(
  work: NodeWork,
  sql: string,
): Resumable<Awaited<ReturnType<NodeWork['scope']['connection']['execute']>>> {
  return yield* wait(work.scope.connection.execute(sql, { autoBegin: false }))
}

/** The rows of a seed's file. */
export async function showSeed(work: NodeWork, node: SeedNode): Promise<NodeOutcome> {
  await work.clock.time('compile', async () => undefined)
  return await work.clock.time('execute', async () => {
    const { column_types: types, delimiter } = node.config
    const table = inferSeedTable(await work.runtime.readSeed(node), {
      delimiter: typeof delimiter === 'string' ? delimiter : ',',
      columnTypes: types ?? {},
      file: node.original_file_path,
    })
    return { status: 'success', message: null, table }
  })
}
