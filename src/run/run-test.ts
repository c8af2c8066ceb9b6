import {
  type CompiledEntry,
  compileNode,
  compileUnitTest,
  planUnitTest,
  storesFailures,
  targetPath,
  textPath,
} from '../compile/index.ts'
import { Table } from '../context/index.ts'
import {
  type AdapterResponse,
  type Flags,
  isEscalated,
  isJsonObject,
  type Json,
  TdbtError,
  type TestNode,
  type UnitTestNode,
} from '../core/index.ts'
import { drive, type PyValue, pyStr, toHost } from '../jinja/index.ts'
import { materialize } from './materialize.ts'
import type { NodeOutcome, NodeWork } from './run-state.ts'
import { type DiffTable, tableDiff } from './table-diff.ts'
import type { BatchSeat } from './test-batch.ts'

/** What a test's query answered. */
interface Verdict {
  readonly failures: number
  readonly shouldWarn: boolean
  readonly shouldError: boolean
}

const TRUE = new Set(['y', 'yes', 't', 'true', 'on', '1'])
const FALSE = new Set(['n', 'no', 'f', 'false', 'off', '0'])

function asBoolean(value: unknown, node: TestNode): boolean {
  if (typeof value !== 'string') return Boolean(value)
  const word = value.toLowerCase()
  if (TRUE.has(word)) return true
  if (FALSE.has(word)) return false
  throw new TdbtError(
    'T6003',
    `The macro 'get_test_sql' returns '${value}'. It is not type 'bool' and cannot not be converted reliably to a bool.`,
    {
      nodeId: node.unique_id,
    },
  )
}

function verdictOf(table: Table, node: TestNode): Verdict {
  const internal = (what: string) =>
    new TdbtError('T6003', `dbt internally failed to execute ${node.unique_id}: ${what}`, { nodeId: node.unique_id })
  if (table.rows.length !== 1) throw internal(`Returned ${table.rows.length} rows, but expected 1 row`)
  if (table.columnNames.length !== 3) {
    throw internal(`Returned ${table.columnNames.length} columns, but expected 3 columns`)
  }
  const cells = [...(table.rows[0] ?? [])]
  const cell = (name: string): unknown => {
    const index = table.columnNames.findIndex((column) => column.toLowerCase() === name)
    const value = cells[index] ?? null
    return typeof value === 'object' && value !== null ? Number(pyStr(value)) : toHost(value)
  }
  const failures = Number(cell('failures') ?? Number.NaN)
  if (!Number.isFinite(failures)) {
    throw new TdbtError('T6003', "None is not of type 'integer'", {
      nodeId: node.unique_id,
      hint: `fail_calc (${String(node.config.fail_calc ?? 'count(*)')}) gave null; make it give a number, e.g. with coalesce.`,
    })
  }
  return {
    failures,
    shouldWarn: asBoolean(cell('should_warn'), node),
    shouldError: asBoolean(cell('should_error'), node),
  }
}

function outcomeOf(
  node: TestNode,
  verdict: Verdict,
  flags: Flags,
): Pick<NodeOutcome, 'status' | 'message' | 'failures'> {
  const { failures } = verdict
  const got = `Got ${failures} ${failures === 1 ? 'result' : 'results'}, configured to`
  const severity = String(node.config.severity ?? 'ERROR').toUpperCase()
  if (severity === 'ERROR' && verdict.shouldError) {
    return { status: 'fail', message: `${got} fail if ${String(node.config.error_if ?? '!= 0')}`, failures }
  }
  if (!verdict.shouldWarn) return { status: 'pass', message: null, failures: 0 }
  const condition = String(node.config.warn_if ?? '!= 0')
  return isEscalated('LogTestResult', flags)
    ? { status: 'fail', message: `${got} fail if ${condition}`, failures }
    : { status: 'warn', message: `${got} warn if ${condition}`, failures }
}

/** Runs a data test: compiles it, lets its materialization count, and judges by severity and thresholds. */
export async function runTest(work: NodeWork, node: TestNode): Promise<NodeOutcome> {
  const { scope, clock, runtime } = work
  const compiled = await clock.time('compile', () => drive(compileNode(scope, node)))
  return await clock.time('execute', async () => {
    const main = (await askedTogether(work, node, compiled)) ?? (await materialized(work, node, compiled))
    const verdict = verdictOf(main.table, node)
    return { ...outcomeOf(node, verdict, runtime.invocation.flags), adapterResponse: main.response }
  })
}

interface Main {
  readonly table: Table
  readonly response: AdapterResponse
}

/** The test's question as the macros word it, asked with others where it has a seat among them and sends nothing else. */
async function materialized(work: NodeWork, node: TestNode, compiled: CompiledEntry): Promise<Main> {
  const { seat, scope } = work
  const compiledSql = compiled.node.compiled_code
  if (seat !== undefined && asksOnlyMain(work, node, seat)) {
    scope.connection.answerNextBy((sql, text) => seat.ask({ node, compiledSql, sql, plain: null, text: () => text }))
  } else {
    seat?.leave()
  }
  const materialization = String(node.config.materialized ?? 'test')
  const { results } = await materialize(work, { node, compiled, materialization, dependsOnItsMacros: true })
  const main = results.main()
  if (main === null) throw new TdbtError('T6003', 'The test ran no query named main', { nodeId: node.unique_id })
  return main
}

/** Has the macros word the test's question, and asks it nobody. */
async function learnWording(work: NodeWork, node: TestNode, compiled: CompiledEntry, seat: BatchSeat): Promise<void> {
  const { scope, runtime } = work
  let asked: string | undefined
  scope.connection.answerNextBy(async (sql) => {
    asked = sql
    return { columns: [], rows: [], response: {} }
  })
  await materialize(work, { node, compiled, materialization: 'test', dependsOnItsMacros: true })
  if (asked === undefined) return
  const known = compiled.node.macros?.length ?? 0
  const macros = runtime.compiled.get(node.unique_id)?.node.macros?.slice(known) ?? []
  seat.wordings.learn(node, compiled.node.compiled_code, asked, macros)
}

/** True where the built-in materialization sends one query and nothing else: one that keeps its failures, or whose own template asked before, does not. */
function asksOnlyMain({ scope, runtime }: NodeWork, node: TestNode, seat: BatchSeat): boolean {
  if (!scope.connection.isFresh || storesFailures(runtime, node.config.store_failures)) return false
  return String(node.config.materialized ?? 'test') === 'test' && seat.wordings.isBuiltIn(node)
}

/** Asks the question in the words that the macros found for another test of the same settings; null where there was none yet. */
async function askedTogether(work: NodeWork, node: TestNode, compiled: CompiledEntry): Promise<Main | null> {
  const { seat, scope, runtime } = work
  const compiledSql = compiled.node.compiled_code
  if (seat === undefined || compiledSql.trim() === '' || !asksOnlyMain(work, node, seat)) return null
  const wording = await seat.wordings.find(node, () => learnWording(work, node, compiled, seat))
  if (wording === undefined) {
    // As it was before the wording was looked for.
    runtime.compiled.set(node.unique_id, compiled)
    return null
  }
  const macros = [...(compiled.node.macros ?? []), ...wording.macros]
  runtime.compiled.set(node.unique_id, { ...compiled, node: { ...compiled.node, macros } })
  const sql = `${wording.head}${compiledSql}${wording.tail}`
  const path = textPath(node, null)
  work.executedPath = targetPath(scope, 'run', node.package_name, path)
  runtime.executed.set(node.unique_id, work.executedPath)
  await runtime.write('run', `${node.package_name}/${path}`, sql)
  const { plain } = wording
  const result = await seat.ask({ node, compiledSql, sql, plain, text: () => scope.connection.commented(sql) })
  return { table: Table.fromResult(result.columns, result.rows), response: result.response }
}

/** The rows of one side of a unit test's answer, without the column that tells the sides apart. */
function sideOf(table: Table, side: 'actual' | 'expected'): DiffTable {
  const names = table.columnNames.map((name) => name.toLowerCase())
  const marker = names.indexOf('actual_or_expected')
  const rows = table.rows.map((row) => [...row]).filter((row) => row[marker] === side)
  const cell = (value: PyValue | undefined) => (value === undefined || value === null ? null : pyStr(value))
  return {
    columns: names.filter((_, index) => index !== marker),
    rows: rows.map((row) => row.filter((_, index) => index !== marker).map(cell)),
  }
}

/** Runs a unit test: the model's SQL over the given rows, compared with the expected ones. */
export async function runUnitTest(work: NodeWork, test: UnitTestNode): Promise<NodeOutcome> {
  const { clock, runtime } = work
  await clock.time('compile', async () => undefined)
  return await clock.time('execute', async () => {
    const plan = planUnitTest(runtime, test)
    const { scope, entry } = await drive(compileUnitTest(plan, work.scope))
    const unitWork: NodeWork = { runtime: plan.runtime, scope, clock, executedPath: null }
    let results: Awaited<ReturnType<typeof materialize>>['results']
    try {
      ;({ results } = await materialize(unitWork, { node: plan.node, compiled: entry, materialization: 'unit' }))
    } catch (error) {
      if (!(error instanceof TdbtError)) throw error
      throw new TdbtError(
        error.code === 'T5008' ? 'T5008' : 'T6003',
        `An error occurred during execution of unit test '${test.name}'. There may be an error in the unit test definition: check the data types.\n ${error.message}`,
        { ...error.details, nodeId: test.unique_id, cause: error },
      )
    } finally {
      work.executedPath = unitWork.executedPath
    }
    runtime.compiled.set(test.unique_id, entry)
    const main = results.main()
    if (main === null) throw new TdbtError('T6003', 'The unit test ran no query named main', { nodeId: test.unique_id })
    const diff = tableDiff(sideOf(main.table, 'expected'), sideOf(main.table, 'actual'))
    if (diff === null) return { status: 'pass', message: null, failures: 0, adapterResponse: main.response }
    return {
      status: 'fail',
      message: `\n\nactual differs from expected:\n\n${diff}\n\n`,
      failures: 1,
      adapterResponse: main.response,
    }
  })
}

/** A plain object of a value from outside, or an empty one. */
export function objectOf(value: unknown): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : {}
}
