import type { GraphNode, NodeResult, RunEvent } from '../../core/index.ts'

/** The lines that dbt prints for the start and the end of a node, without time and padding. */

type StartEvent = Extract<RunEvent, { type: 'node_start' }>
type FinishEvent = Extract<RunEvent, { type: 'node_finish' }>

export interface ResultLine {
  readonly text: string
  /** What stands in brackets at the end, and how it is coloured. */
  readonly status: string
  readonly tone: 'good' | 'warn' | 'bad' | 'plain'
}

function relationOf(node: GraphNode): string {
  switch (node.resource_type) {
    case 'model':
    case 'seed':
    case 'snapshot':
    case 'function':
      return `${node.schema}.${node.alias}`
    case 'source':
      return `${node.source_name}.${node.name}`
    case 'unit_test':
      return `${node.model}::${node.name}`
    case 'operation':
      return node.name.replace(/-(\d+)$/, '.$1')
    default:
      return node.name
  }
}

/** What dbt calls the node in its lines: `sql table model shop.orders`. */
function describe(node: GraphNode, action: string | undefined): string {
  const relation = relationOf(node)
  switch (node.resource_type) {
    case 'model':
      return `${node.language} ${node.config.materialized ?? 'view'} model ${relation}`
    case 'seed':
      return `seed file ${relation}`
    case 'snapshot':
      return `snapshot ${relation}`
    case 'test':
      return `test ${relation}`
    case 'unit_test':
      return `unit_test ${relation}`
    case 'source':
      return action === 'load' ? `load of ${relation}` : `freshness of ${relation}`
    case 'operation':
      return `hook: ${relation}`
    default:
      return `${node.resource_type} ${relation}`
  }
}

export function startLine(event: StartEvent): ResultLine {
  return { text: `START ${describe(event.node, event.action)}`, status: 'RUN', tone: 'plain' }
}

export function finishLine(event: FinishEvent): ResultLine {
  const { node, result, action } = event
  const seconds = `in ${result.execution_time.toFixed(2)}s`
  const relation = relationOf(node)
  if (result.status === 'skipped') {
    const kind = node.resource_type === 'test' || node.resource_type === 'unit_test' ? 'test' : 'relation'
    return { text: `SKIP ${kind} ${relation}`, status: 'SKIP', tone: 'warn' }
  }
  if (result.status === 'no-op')
    return { text: `NO-OP ${node.resource_type} ${relation}`, status: `${noOp(event)} ${seconds}`, tone: 'plain' }
  switch (node.resource_type) {
    case 'test':
    case 'unit_test':
      return testLine(relation, result, seconds)
    case 'source':
      if (action === 'load') break
      return freshnessLine(relation, result, seconds)
    default:
      break
  }
  if (result.status === 'error')
    return { text: `ERROR ${doing(node, action)} ${describe(node, action)}`, status: `ERROR ${seconds}`, tone: 'bad' }
  const said = result.adapter_response._message ?? result.message ?? 'OK'
  if (result.status === 'partial success') {
    return {
      text: `PARTIAL SUCCESS ${did(node, action)} ${describe(node, action)}`,
      status: `PARTIAL SUCCESS ${seconds}`,
      tone: 'warn',
    }
  }
  return {
    text: `OK ${did(node, action)} ${describe(node, action)}`.replace('  ', ' '),
    status: `${said || 'OK'} ${seconds}`,
    tone: 'good',
  }
}

/** What a node with nothing to do says: of loads, why. */
function noOp({ action, result }: FinishEvent): string {
  return action === 'load' || action === 'export' ? (result.message ?? 'NO-OP') : 'NO-OP'
}

function did(node: GraphNode, action: string | undefined): string {
  if (action === 'load') return 'finished'
  if (action === 'export') return 'exported'
  switch (node.resource_type) {
    case 'seed':
      return 'loaded'
    case 'snapshot':
      return 'snapshotted'
    case 'operation':
      return ''
    default:
      return 'created'
  }
}

function doing(node: GraphNode, action: string | undefined): string {
  if (action === 'load') return 'in'
  if (action === 'export') return 'exporting'
  switch (node.resource_type) {
    case 'seed':
      return 'loading'
    case 'snapshot':
      return 'snapshotting'
    case 'operation':
      return 'running'
    default:
      return 'creating'
  }
}

function testLine(name: string, result: NodeResult, seconds: string): ResultLine {
  switch (result.status) {
    case 'pass':
    case 'success':
      return { text: `PASS ${name}`, status: `PASS ${seconds}`, tone: 'good' }
    case 'warn':
      return {
        text: `WARN ${result.failures ?? 0} ${name}`,
        status: `WARN ${result.failures ?? 0} ${seconds}`,
        tone: 'warn',
      }
    case 'fail':
      return {
        text: `FAIL ${result.failures ?? 0} ${name}`,
        status: `FAIL ${result.failures ?? 0} ${seconds}`,
        tone: 'bad',
      }
    default:
      return { text: `ERROR ${name}`, status: `ERROR ${seconds}`, tone: 'bad' }
  }
}

function freshnessLine(name: string, result: NodeResult, seconds: string): ResultLine {
  switch (result.status) {
    case 'pass':
    case 'success':
      return { text: `PASS freshness of ${name}`, status: `PASS ${seconds}`, tone: 'good' }
    case 'warn':
      return { text: `WARN freshness of ${name}`, status: `WARN ${seconds}`, tone: 'warn' }
    case 'runtime error':
      return { text: `ERROR freshness of ${name}`, status: `ERROR ${seconds}`, tone: 'bad' }
    default:
      return { text: `ERROR STALE freshness of ${name}`, status: `ERROR STALE ${seconds}`, tone: 'bad' }
  }
}
