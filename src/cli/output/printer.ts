import type { EventSink, LogLevel } from '../../core/index.ts'

/**
 * All of a command's output goes through a printer: events of the rooms, lines of the command itself, results that are data.
 * Lines are talk (silenced by --quiet, JSON with --log-format json); `data` is what the user asked for and is always printed.
 */
export interface Printer {
  readonly emit: EventSink
  /** `name` and `data`: dbt's name of the event and its fields, for JSON logs. */
  line(message: string, level?: LogLevel, name?: string, data?: Readonly<Record<string, unknown>>): void
  /** An empty line between paragraphs. */
  gap(): void
  /** What the command was asked to give (`ls`, `show`, `print()`): standard output, as it is. */
  data(text: string): void
  /** An error that ends the command; `name` as for lines. */
  failure(text: string, name?: string): void
  /** The live line at the foot of a terminal says this until it is told `undefined`; printers without one have no such door. */
  status?(text: string | undefined): void
  /** Takes the live status line off the terminal. */
  close(): void
}

export interface PrinterOptions {
  readonly quiet: boolean
  readonly level: LogLevel | 'none'
  readonly now: () => Date
}

const ORDER: readonly string[] = ['debug', 'info', 'warn', 'error', 'none']

/** Which levels a printer shows. */
export function shownLevels(options: PrinterOptions): Readonly<Record<LogLevel, boolean>> {
  const least = options.quiet && options.level !== 'none' ? 'error' : options.level
  const isShown = (level: LogLevel): boolean => ORDER.indexOf(level) >= ORDER.indexOf(least)
  return { debug: isShown('debug'), info: isShown('info'), warn: isShown('warn'), error: isShown('error') }
}
