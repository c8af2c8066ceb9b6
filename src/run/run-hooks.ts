import { compileNode, type Runtime } from '../compile/index.ts'
import { asTdbtError, isJsonObject, type NodeResult, type OperationNode } from '../core/index.ts'
import { drive, PyTuple, type PyValue } from '../jinja/index.ts'
import type { RunnableResource } from './plan.ts'
import { ResultObject } from './result-object.ts'
import { NodeClock, withConnection } from './run-state.ts'

/** A hook's statement: its text, or the `sql` of the dict that it rendered to. */
function statementOf(rendered: string): string {
  try {
    const parsed: unknown = JSON.parse(rendered)
    if (isJsonObject(parsed) && typeof parsed['sql'] === 'string') return parsed['sql']
  } catch {
    // Not JSON: the usual case, plain SQL.
  }
  return rendered
}

/** The value as its type says it, whatever was assigned to it in between. */
function settled<T>(value: T): T {
  return value
}

export interface HooksOptions {
  readonly runtime: Runtime
  readonly when: 'on-run-start' | 'on-run-end'
  readonly hooks: readonly OperationNode[]
  /** Results so far and the schemas they are in: variables of on-run-end hooks. */
  readonly extra: ReadonlyMap<string, PyValue>
  readonly onStart: (hook: OperationNode, index: number) => void
  readonly onFinish: (hook: OperationNode, index: number, result: NodeResult, error: unknown) => void
}

/** The variables of on-run-end hooks. */
export function hookVariables(
  runtime: Runtime,
  finished: readonly { readonly result: NodeResult; readonly node: RunnableResource }[],
): ReadonlyMap<string, PyValue> {
  const places = new Map<string, PyValue>()
  const schemas = new Set<string>()
  for (const { result, node } of finished) {
    if (!('schema' in node) || node.schema === null || !isRelational(node)) continue
    if (result.status === 'error' || result.status === 'fail' || result.status === 'skipped') continue
    const database = 'database' in node && typeof node.database === 'string' ? node.database : null
    places.set(JSON.stringify([database, node.schema]), new PyTuple([database, String(node.schema)]))
    schemas.add(String(node.schema))
  }
  return new Map<string, PyValue>([
    ['schemas', [...schemas]],
    ['database_schemas', [...places.values()]],
    [
      'results',
      finished
        .filter(({ result }) => result.thread_id !== 'main' || result.status === 'error')
        .map(({ result, node }) => new ResultObject(result, node, runtime)),
    ],
  ])
}

function isRelational(node: RunnableResource): boolean {
  return ['model', 'seed', 'snapshot', 'function'].includes(node.resource_type)
}

/**
 * Runs project hooks one after the other, outside a transaction. After a failed one the rest is skipped. An error in a hook's template (not in its SQL)
 * is thrown, as dbt does.
 */
export async function runHooks(options: HooksOptions): Promise<readonly NodeResult[]> {
  const { runtime, when, hooks } = options
  const results: NodeResult[] = []
  let failed = false
  await withConnection(
    runtime,
    { name: 'master', packageName: runtime.rootPackage, node: null, autocommit: true },
    async (scope) => {
      for (const [position, hook] of hooks.entries()) {
        const name = `${hook.package_name}.${when}.${position}`
        const clock = new NodeClock(runtime.invocation.now)
        let outcome: { status: NodeResult['status']; message: string } = {
          status: 'skipped',
          message: `${name} skipped`,
        }
        let failure: unknown
        if (!failed) {
          const entry = await clock.time('compile', () => drive(compileNode(scope, hook, { extra: options.extra })))
          runtime.compiled.set(hook.unique_id, { ...entry, node: { ...entry.node, index: position + 1 } })
          options.onStart(hook, position + 1)
          const sql = statementOf(entry.node.compiled_code)
          await clock.time('execute', async () => {
            try {
              if (sql.trim() !== '') await scope.connection.execute(sql, { autoBegin: false })
              outcome = { status: 'success', message: `${name} passed` }
            } catch (error) {
              failure = error
              failed = true
              outcome = { status: 'error', message: `${name} failed, error:\n ${asTdbtError(error).message}` }
            }
          })
        }
        const { status, message } = settled(outcome)
        const result: NodeResult = {
          unique_id: hook.unique_id,
          status,
          timing: clock.timing,
          thread_id: 'main',
          execution_time: clock.elapsedSeconds(),
          adapter_response: {},
          message,
          failures: status === 'success' ? 0 : 1,
          compiled: runtime.compiled.has(hook.unique_id),
          compiled_code: runtime.compiled.get(hook.unique_id)?.node.compiled_code ?? null,
          relation_name: null,
          batch_results: null,
        }
        results.push(result)
        options.onFinish(hook, position + 1, result, failure)
      }
    },
  )
  return results
}
