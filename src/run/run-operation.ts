import { compileNode, createRuntime, findMacro, type Runtime, type Scope, settle } from '../compile/index.ts'
import { callMacro } from '../context/index.ts'
import { type AdapterResponse, asTdbtError, type NodeResult, TdbtError } from '../core/index.ts'
import { drive, type PyValue, toPython } from '../jinja/index.ts'
import type { RunOperationOptions, RunOperationOutcome } from './options.ts'
import { NodeClock, withConnection } from './run-state.ts'

interface Operation {
  readonly uniqueId: string
  readonly name: string
  readonly run: (scope: Scope) => Promise<AdapterResponse>
}

function macroOperation(runtime: Runtime, called: string, args: RunOperationOptions['args']): Operation {
  const dot = called.indexOf('.')
  const packageName = dot < 0 ? null : called.slice(0, dot)
  const name = called.slice(dot + 1)
  const macro = findMacro(runtime, name, packageName)
  return {
    uniqueId: macro.unique_id,
    name: `macro_${name}`,
    run: async (scope) => {
      const kwargs = new Map<string, PyValue>(Object.entries(args).map(([key, value]) => [key, toPython(value)]))
      const globals = scope.macroGlobals()
      // dbt's `model` of an operation is the macro itself.
      globals.set('model', toPython(macro))
      await drive(settle(callMacro(globals, macro, [], kwargs)))
      return {}
    },
  }
}

/** dbt 1.12's `--sql`: the text is compiled as `show --inline` compiles it, and sent. */
function sqlOperation(node: Exclude<RunOperationOptions['macro'], string>): Operation {
  return {
    uniqueId: node.unique_id,
    name: node.name,
    run: async (scope) => {
      const compiled = await drive(compileNode(scope, node, { write: false }))
      const result = await scope.connection.execute(compiled.node.compiled_code, { autoBegin: false })
      return result.response
    },
  }
}

/**
 * Calls a macro, or sends SQL, from outside, its statements committing one by one. Errors are in the outcome; a macro that is not there is thrown (T2005).
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
  const { macro } = options
  const operation = typeof macro === 'string' ? macroOperation(runtime, macro, options.args) : sqlOperation(macro)
  const clock = new NodeClock(invocation.now)
  await clock.time('compile', async () => undefined)
  let error: TdbtError | null = null
  let response: AdapterResponse = {}
  const cancel = (): void => void engine.cancelAll()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    await clock.time('execute', () =>
      withConnection(
        runtime,
        { name: operation.name, packageName: runtime.rootPackage, node: null, autocommit: true },
        async (scope) => {
          response = await operation.run(scope)
        },
      ),
    )
  } catch (thrown) {
    error = asTdbtError(thrown)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
  const result: NodeResult = {
    unique_id: operation.uniqueId,
    status: error === null ? 'success' : 'error',
    timing: clock.timing,
    thread_id: 'MainThread',
    execution_time: clock.elapsedSeconds(),
    adapter_response: response,
    message: null,
    failures: error === null ? 0 : 1,
    compiled: false,
    compiled_code: null,
    relation_name: null,
    batch_results: null,
  }
  return { result, error, success: error === null }
}
