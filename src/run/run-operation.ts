import { createRuntime, findMacro, settle } from '../compile/index.ts'
import { callMacro } from '../context/index.ts'
import { asTdbtError, type NodeResult, TdbtError } from '../core/index.ts'
import { drive, type PyValue, toPython } from '../jinja/index.ts'
import type { RunOperationOptions, RunOperationOutcome } from './options.ts'
import { NodeClock, withConnection } from './run-state.ts'

/**
 * Calls a macro from outside, its statements committing one by one. Errors of the macro are in the outcome; a macro that is not there is thrown (T2005).
 */
export async function runOperation(options: RunOperationOptions): Promise<RunOperationOutcome> {
  const { project, invocation, engine, emit, signal } = options
  const runtime = createRuntime({
    project,
    invocation,
    engine,
    emit,
    selected: new Set(),
    signal,
    readSeed: async (node) => {
      throw new TdbtError('T4001', `run-operation cannot read the seed ${node.name}`)
    },
    write: async () => undefined,
  })
  const dot = options.macro.indexOf('.')
  const packageName = dot < 0 ? null : options.macro.slice(0, dot)
  const name = options.macro.slice(dot + 1)
  const macro = findMacro(runtime, name, packageName)
  const clock = new NodeClock(invocation.now)
  await clock.time('compile', async () => undefined)
  let error: TdbtError | null = null
  const cancel = (): void => void engine.cancelAll()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    await clock.time('execute', () =>
      withConnection(
        runtime,
        { name: `macro_${name}`, packageName: runtime.rootPackage, node: null, autocommit: true },
        async (scope) => {
          const kwargs = new Map<string, PyValue>(
            Object.entries(options.args).map(([key, value]) => [key, toPython(value)]),
          )
          await drive(settle(callMacro(scope.macroGlobals(), macro, [], kwargs)))
        },
      ),
    )
  } catch (thrown) {
    error = asTdbtError(thrown)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
  const result: NodeResult = {
    unique_id: macro.unique_id,
    status: error === null ? 'success' : 'error',
    timing: clock.timing,
    thread_id: 'MainThread',
    execution_time: clock.elapsedSeconds(),
    adapter_response: {},
    message: null,
    failures: error === null ? 0 : 1,
    compiled: false,
    compiled_code: null,
    relation_name: null,
    batch_results: null,
  }
  return { result, error, success: error === null }
}
