import { formatError, type LogLevel, type RunEvent } from '../../core/index.ts'
import type { TextSink } from '../terminal.ts'
import { type Printer, type PrinterOptions, shownLevels } from './printer.ts'
import { finishLine, startLine } from './result-lines.ts'
import { wallClock } from './wall-clock.ts'

/**
 * The lines of a log file. `debug` (dbt's form for files): time to the microsecond, level, thread, below a line that begins each
 * command; `text`: the time and the message, as on a terminal.
 */
export function logPrinter(
  sink: TextSink,
  options: PrinterOptions & { readonly invocationId: string; readonly form: 'debug' | 'text' },
): Printer {
  const shown = shownLevels(options)
  const clock = wallClock()
  const exact = (date: Date): string => `${clock(date)}.${String(date.getMilliseconds()).padStart(3, '0')}000`
  const write = (level: LogLevel, message: string): void => {
    if (!shown[level]) return
    const now = options.now()
    const head = options.form === 'debug' ? `${exact(now)} [${level.padEnd(5)}] [MainThread]: ` : `${clock(now)}  `
    sink.write(`${head}${message}\n`)
  }
  if (options.form === 'debug' && options.level !== 'none') {
    const line = '='.repeat(30)
    sink.write(`\n\n${line} ${exact(options.now())} | ${options.invocationId} ${line}\n`)
  }
  const emit = (event: RunEvent): void => {
    switch (event.type) {
      case 'log':
        write(event.level, event.message)
        return
      case 'print':
        write('info', event.message)
        return
      case 'warning':
        write('warn', formatError(event.error))
        return
      case 'sql':
        write('debug', `On ${event.connection}: ${event.sql}`)
        return
      case 'node_start':
        write('info', `${event.index} of ${event.total} ${startLine(event).text} [RUN]`)
        return
      case 'node_finish': {
        const made = finishLine(event)
        const level = made.tone === 'bad' ? 'error' : made.tone === 'warn' ? 'warn' : 'info'
        write(level, `${event.index} of ${event.total} ${made.text} [${made.status}]`)
        return
      }
      case 'run_start':
      case 'run_finish':
        return
    }
  }
  return {
    emit,
    line: (message, level = 'info') => write(level, message),
    gap: () => write('info', ''),
    data: (text) => write('info', text),
    failure: (text) => write('error', text),
    close: () => {},
  }
}
