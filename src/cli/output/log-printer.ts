import { formatError, type LogLevel, type RunEvent } from '../../core/index.ts'
import type { TextSink } from '../terminal.ts'
import { isShown, type Printer, type PrinterOptions } from './printer.ts'
import { finishLine, startLine } from './result-lines.ts'

/**
 * The lines of a log file. `debug` (dbt's form for files): time to the microsecond, level, thread, below a line that begins each
 * command; `text`: the time and the message, as on a terminal.
 */
export function logPrinter(
  sink: TextSink,
  options: PrinterOptions & { readonly invocationId: string; readonly form: 'debug' | 'text' },
): Printer {
  const write = (level: LogLevel, message: string): void => {
    if (!isShown(level, options)) return
    const time = clock(options.now(), options.form === 'debug')
    const head = options.form === 'debug' ? `${time} [${level.padEnd(5)}] [MainThread]: ` : `${time}  `
    sink.write(`${head}${message}\n`)
  }
  if (options.form === 'debug' && options.level !== 'none') {
    const line = '='.repeat(30)
    sink.write(`\n\n${line} ${clock(options.now(), true)} | ${options.invocationId} ${line}\n`)
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

function clock(date: Date, exact: boolean): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return exact ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}000` : time
}
