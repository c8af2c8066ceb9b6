import { formatError, type LogLevel, type NodeResult, type RunEvent } from '../../core/index.ts'
import type { Terminal } from '../terminal.ts'
import { isShown, type Printer, type PrinterOptions } from './printer.ts'
import { finishLine, startLine } from './result-lines.ts'

type Finish = Extract<RunEvent, { type: 'node_finish' }>

/** One JSON object a line, `info` and `data` as in dbt's structured logs, with dbt's event names where the event is one of dbt's. */
export function jsonPrinter(terminal: Terminal, options: PrinterOptions & { readonly invocationId: string }): Printer {
  const write = (name: string, level: LogLevel, msg: string, data: Readonly<Record<string, unknown>> = {}): void => {
    if (!isShown(level, options) && name !== 'PrintEvent') return
    const record = {
      data: { msg, ...data },
      info: {
        category: '',
        code: '',
        extra: {},
        invocation_id: options.invocationId,
        level,
        msg,
        name,
        pid: terminal.pid,
        thread: 'MainThread',
        ts: options.now().toISOString(),
      },
    }
    terminal.stdout.write(`${JSON.stringify(record)}\n`)
  }

  const emit = (event: RunEvent): void => {
    switch (event.type) {
      case 'log':
        write(
          'JinjaLogInfo',
          event.level,
          event.message,
          event.nodeId ? { node_info: { unique_id: event.nodeId } } : {},
        )
        return
      case 'print':
        write('PrintEvent', 'info', event.message)
        return
      case 'warning':
        write('Warning', 'warn', event.error.message, {
          code: event.error.code,
          location: event.error.details.location ?? null,
          text: formatError(event.error),
        })
        return
      case 'sql':
        write('SQLQuery', 'debug', event.sql, { conn_name: event.connection, sql: event.sql })
        return
      case 'run_start':
        write('ConcurrencyLine', 'info', `Concurrency: ${event.threads} threads (target='${event.target}')`, {
          num_threads: event.threads,
          target_name: event.target,
          node_count: event.total,
        })
        return
      case 'node_start':
        write('LogStartLine', 'info', `${event.index} of ${event.total} ${startLine(event).text}`, {
          index: event.index,
          total: event.total,
          node_info: nodeInfo(event.node, 'started'),
        })
        return
      case 'node_finish':
        finish(event)
        return
      case 'run_finish':
        write('EndOfRun', 'debug', 'run finished', { elapsed: event.elapsedSeconds })
        return
    }
  }
  const finish = (event: Finish): void => {
    const line = finishLine(event)
    const { result } = event
    write(
      resultEventName(event),
      line.tone === 'bad' ? 'error' : line.tone === 'warn' ? 'warn' : 'info',
      `${event.index} of ${event.total} ${line.text} [${line.status}]`,
      {
        index: event.index,
        total: event.total,
        status: result.status,
        execution_time: result.execution_time,
        num_failures: result.failures,
        node_info: nodeInfo(event.node, result.status),
        ...(result.status === 'error' ? { error: result.message } : {}),
      },
    )
  }
  return {
    emit,
    line: (message, level = 'info', name = 'Note') => write(name, level, message),
    gap: () => {},
    data: (text) => terminal.stdout.write(`${text}\n`),
    failure: (text) => write('MainEncounteredError', 'error', text),
    close: () => {},
  }
}

function resultEventName(event: Finish): string {
  if (event.result.status === 'skipped') return 'SkippingDetails'
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
    case 'operation':
      return 'LogHookEndLine'
    default:
      return 'LogNodeResult'
  }
}

function nodeInfo(node: Finish['node'], status: NodeResult['status'] | 'started'): Readonly<Record<string, unknown>> {
  return {
    unique_id: node.unique_id,
    node_name: node.name,
    node_path: node.path,
    resource_type: node.resource_type,
    materialized: node.config.materialized ?? '',
    node_status: status,
    node_relation:
      'relation_name' in node
        ? { schema: node.schema, alias: 'alias' in node ? node.alias : node.name, relation_name: node.relation_name }
        : {},
  }
}
