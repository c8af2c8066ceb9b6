import picocolors from 'picocolors'
import { formatError, type LogLevel, type RunEvent } from '../../core/index.ts'
import type { Terminal, TextSink } from '../terminal.ts'
import { type Printer, type PrinterOptions, shownLevels } from './printer.ts'
import { finishLine, type ResultLine, startLine } from './result-lines.ts'
import { wallClock } from './wall-clock.ts'

const LINE_WIDTH = 80

/**
 * Lines for people, in the form that users of dbt know: time, then the message. On a terminal a status line below them
 * shows how far the run is and what it is at.
 */
export function textPrinter(
  terminal: Terminal,
  options: PrinterOptions & {
    readonly useColors: boolean
    readonly live: boolean
    readonly width?: number | undefined
  },
): Printer {
  const colors = picocolors.createColors(options.useColors)
  const status = options.live && !options.quiet ? new StatusLine(terminal.stdout, colors.dim) : undefined

  const shown = shownLevels(options)
  const clock = wallClock()

  const write = (sink: TextSink, text: string): void => {
    status?.clear()
    sink.write(`${text}\n`)
    status?.draw()
  }
  const line = (message: string, level: LogLevel = 'info'): void => {
    if (!shown[level]) return
    const painted = level === 'error' ? colors.red(message) : level === 'warn' ? colors.yellow(message) : message
    const head = `${clock(options.now())}  `
    write(terminal.stdout, head + painted.replaceAll('\n', `\n${head}`))
  }
  const result = (line_: ResultLine, index: number, total: number): string => {
    const width = options.width ?? LINE_WIDTH
    const prefix = `${index} of ${total} ${line_.text} `
    const padded = prefix.length > width - 3 ? `${prefix.slice(0, width - 3)}...` : prefix.padEnd(width, '.')
    return `${padded} [${paint(line_)}]`
  }
  const paint = ({ status: text, tone }: ResultLine): string => {
    switch (tone) {
      case 'good':
        return colors.green(text)
      case 'warn':
        return colors.yellow(text)
      case 'bad':
        return colors.red(text)
      case 'plain':
        return text
    }
  }

  const emit = (event: RunEvent): void => {
    switch (event.type) {
      case 'log':
        line(event.message, event.level)
        return
      case 'print':
        write(terminal.stdout, event.message)
        return
      case 'warning':
        line(formatError(event.error), 'warn')
        return
      case 'sql':
        if (shown.debug) line(`On ${event.connection}: ${event.sql}`, 'debug')
        return
      case 'run_start':
        status?.begin(event.total)
        return
      case 'node_start':
        status?.started(event.node.unique_id, event.node.name)
        if (shown.info) line(result(startLine(event), event.index, event.total))
        return
      case 'node_finish': {
        status?.finished(event.node.unique_id)
        const made = finishLine(event)
        const level = made.tone === 'bad' ? 'error' : made.tone === 'warn' ? 'warn' : 'info'
        if (shown[level]) {
          write(terminal.stdout, `${clock(options.now())}  ${result(made, event.index, event.total)}`)
        }
        return
      }
      case 'run_finish':
        status?.end()
        return
    }
  }

  return {
    emit,
    line,
    gap: () => line(''),
    data: (text) => write(terminal.stdout, text),
    failure: (text) => {
      status?.end()
      write(terminal.stderr, paintError(text, colors))
    },
    ...(status ? { status: (text: string | undefined) => status.say(text) } : {}),
    close: () => status?.end(),
  }
}

/** Colours the head of each error and its caret line. */
function paintError(text: string, colors: ReturnType<typeof picocolors.createColors>): string {
  return text
    .split('\n')
    .map((line) => {
      if (/^T\d{4} /.test(line)) return colors.bold(colors.red(line))
      if (/^\s+(> \d+ \||\|\s*\^)/.test(line)) return colors.red(line)
      if (/^ {2}(found|expected|next): /.test(line)) return colors.cyan(line)
      return line
    })
    .join('\n')
}

/** The one line at the foot of a terminal that is drawn again and again. */
class StatusLine {
  private readonly running = new Map<string, string>()
  private total = 0
  private done = 0
  private shown = false
  private said: string | undefined

  constructor(
    private readonly sink: TextSink,
    private readonly dim: (text: string) => string,
  ) {}

  begin(total: number): void {
    this.total = total
    this.done = 0
  }

  started(id: string, name: string): void {
    this.running.set(id, name)
  }

  finished(id: string): void {
    this.running.delete(id)
    this.done++
  }

  /** A text instead of the bar. */
  say(text: string | undefined): void {
    this.said = text
    this.clear()
    this.draw()
  }

  end(): void {
    this.clear()
    this.said = undefined
    this.total = 0
    this.running.clear()
  }

  clear(): void {
    if (this.shown) this.sink.write('\r\x1b[2K')
    this.shown = false
  }

  draw(): void {
    if (this.total === 0 && this.said === undefined) return
    const width = Math.max(20, (this.sink.columns ?? 80) - 1)
    const share = this.done / this.total
    const cells = 16
    const bar = '█'.repeat(Math.round(share * cells)).padEnd(cells, '░')
    const text = this.said ?? `${bar} ${this.done}/${this.total}  ${[...this.running.values()].join(', ')}`
    this.sink.write(this.dim(text.length > width ? `${text.slice(0, width - 1)}…` : text))
    this.shown = true
  }
}
