import { formatError, type GraphNode, type LogLevel, type NodeResult, type RunEvent } from '../../core/index.ts'
import type { TextSink } from '../terminal.ts'
import { warningName } from '../warn.ts'
import { EVENT_CODES } from './event-codes.ts'
import { type Printer, type PrinterOptions, shownLevels } from './printer.ts'
import { finishLine, startLine } from './result-lines.ts'

type Finish = Extract<RunEvent, { type: 'node_finish' }>
type Fields = Readonly<Record<string, unknown>>

export interface JsonPrinterOptions extends PrinterOptions {
  readonly invocationId: string
  readonly pid: number
  /** Whether what the command gives (`ls`, `show`) stands between the records as it is; in a log file it is a record. */
  readonly rawData: boolean
}

/** One JSON object a line, `info` and `data` as in dbt's structured logs, with dbt's event names where the event is one of dbt's. */
export function jsonPrinter(sink: TextSink, options: JsonPrinterOptions): Printer {
  const shown = shownLevels(options)
  /** Nodes at work, by unique_id: what happens on their connection is told with them. */
  const running = new Map<string, Fields>()

  const write = (name: string, level: LogLevel, msg: string, data: Fields = {}, thread = 'MainThread'): void => {
    if (!shown[level] && name !== 'PrintEvent') return
    const record = {
      data: 'msg' in data ? data : { msg, ...data },
      info: {
        category: '',
        code: EVENT_CODES[name] ?? '',
        extra: {},
        invocation_id: options.invocationId,
        level,
        msg,
        name,
        pid: options.pid,
        thread,
        ts: options.now().toISOString(),
      },
    }
    sink.write(`${JSON.stringify(record)}\n`)
  }
  const ofNode = (id: string | undefined): Fields => {
    if (id === undefined) return {}
    return { node_info: running.get(id) ?? { unique_id: id } }
  }

  const emit = (event: RunEvent): void => {
    switch (event.type) {
      case 'log': {
        const name = event.name ?? (event.level === 'debug' ? 'JinjaLogDebug' : 'JinjaLogInfo')
        write(name, event.level, event.message, { ...ofNode(event.nodeId), ...event.data })
        return
      }
      case 'print':
        write('PrintEvent', 'info', event.message)
        return
      case 'warning':
        write(warningName(event.error), 'warn', event.error.message, {
          code: event.error.code,
          location: event.error.details.location ?? null,
          text: formatError(event.error),
        })
        return
      case 'sql':
        write('SQLQuery', 'debug', event.sql, {
          conn_name: event.connection,
          sql: event.sql,
          ...(running.has(event.connection) ? ofNode(event.connection) : {}),
        })
        return
      case 'run_start':
        return
      case 'node_start': {
        const node = nodeInfo(event.node, 'started', options.now().toISOString(), '')
        running.set(event.node.unique_id, node)
        write('NodeStart', 'debug', `Began running node ${event.node.unique_id}`, { node_info: node })
        const { text } = startLine(event)
        write('LogStartLine', 'info', `${event.index} of ${event.total} ${text}`, {
          description: text.replace(/^START /, ''),
          index: event.index,
          total: event.total,
          node_info: node,
        })
        return
      }
      case 'node_finish':
        finish(event)
        return
      case 'run_finish':
        write('EndRunResult', 'debug', `Ran ${event.results.length} nodes`, {
          elapsed_time: event.elapsedSeconds,
          results: event.results.map(runResult),
        })
        return
    }
  }
  const finish = (event: Finish): void => {
    const line = finishLine(event)
    const { result, node } = event
    const startedAt = String(running.get(node.unique_id)?.['node_started_at'] ?? '')
    const info = nodeInfo(node, result.status, startedAt, options.now().toISOString())
    running.delete(node.unique_id)
    write(
      resultEventName(event),
      line.tone === 'bad' ? 'error' : line.tone === 'warn' && result.status !== 'skipped' ? 'warn' : 'info',
      `${event.index} of ${event.total} ${line.text} [${line.status}]`,
      {
        description: startLine({ ...event, type: 'node_start' }).text.replace(/^START /, ''),
        index: event.index,
        total: event.total,
        status: result.status,
        execution_time: result.execution_time,
        num_failures: result.failures ?? 0,
        node_info: info,
        ...(result.status === 'error' ? { error: result.message } : {}),
      },
    )
    write('NodeFinished', 'debug', `Finished running node ${node.unique_id}`, {
      node_info: info,
      run_result: runResult(result),
    })
  }
  return {
    emit,
    line: (message, level = 'info', name = 'Note', data = {}) => write(name, level, message, data),
    gap: () => {},
    data: (text) => {
      if (options.rawData) sink.write(`${text}\n`)
      else write('Note', 'info', text)
    },
    failure: (text, name = 'MainEncounteredError') => write(name, 'error', text, { exc: text }),
    close: () => {},
  }
}

function resultEventName(event: Finish): string {
  switch (event.result.status) {
    case 'skipped':
      return 'SkippingDetails'
    case 'no-op':
      return 'LogNodeNoOpResult'
    default:
      break
  }
  switch (event.node.resource_type) {
    case 'model':
      return 'LogModelResult'
    case 'seed':
      return 'LogSeedResult'
    case 'snapshot':
      return 'LogSnapshotResult'
    case 'test':
    case 'unit_test':
      return 'LogTestResult'
    case 'source':
      return 'LogFreshnessResult'
    case 'function':
      return 'LogFunctionResult'
    case 'operation':
      return 'LogHookEndLine'
    default:
      return 'LogNodeResult'
  }
}

function runResult(result: NodeResult): Fields {
  return {
    status: result.status,
    message: result.message ?? '',
    execution_time: result.execution_time,
    num_failures: result.failures ?? 0,
    thread: result.thread_id,
    adapter_response: result.adapter_response,
    timing_info: result.timing,
  }
}

function nodeInfo(
  node: GraphNode,
  status: NodeResult['status'] | 'started',
  startedAt: string,
  finishedAt: string,
): Fields {
  const relation =
    'relation_name' in node
      ? {
          database: 'database' in node ? (node.database ?? '') : '',
          schema: node.schema,
          alias: 'alias' in node ? node.alias : node.name,
          relation_name: node.relation_name ?? '',
        }
      : {}
  return {
    unique_id: node.unique_id,
    node_name: node.name,
    node_path: node.path,
    resource_type: node.resource_type,
    materialized: node.config.materialized ?? '',
    meta: node.config['meta'] ?? {},
    node_checksum: 'checksum' in node ? ((node.checksum as { readonly checksum?: string } | null)?.checksum ?? '') : '',
    node_status: status,
    node_started_at: startedAt,
    node_finished_at: finishedAt,
    node_relation: relation,
  }
}
