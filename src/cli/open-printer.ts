import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { JsonObject, LogLevel } from '../core/index.ts'
import type { GivenOptions } from './flags.ts'
import type { OptionName } from './options.ts'
import { bothPrinters } from './output/both-printers.ts'
import { openLogFile } from './output/log-file.ts'
import { logPrinter } from './output/log-printer.ts'
import type { Printer, PrinterOptions } from './output/printer.ts'
import { sinkWithoutSecrets, type Terminal } from './terminal.ts'

const TEN_MEGABYTES = 10 * 1024 * 1024
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'none']

export interface OpenPrinterOptions {
  readonly given: GivenOptions
  readonly projectFlags: JsonObject
  readonly projectDir: string
  readonly terminal: Terminal
  readonly invocationId: string
  readonly now: () => Date
  readonly quiet: boolean
  readonly debug: boolean
  readonly useColors: boolean
}

/**
 * The printer of a command: what `--log-format` and `--log-level` say goes to the terminal, what their `-file` forms say to
 * logs/dbt.log (`--log-path`), by default everything. No file where there is no project, and none with `--log-level-file none`.
 */
export async function openPrinter(options: OpenPrinterOptions): Promise<Printer> {
  const { given, projectFlags, terminal, invocationId, now, quiet } = options
  const setting = (name: OptionName): string | undefined => {
    const project = projectFlags[name.replaceAll('-', '_')]
    return (
      given.string(name) ?? (typeof project === 'string' || typeof project === 'number' ? String(project) : undefined)
    )
  }
  const format = setting('log-format') ?? 'text'
  const level = levelOf(setting('log-level'), options.debug ? 'debug' : 'info')
  const shown: PrinterOptions = { quiet, level, now }
  const json =
    format === 'json' || setting('log-format-file') === 'json' ? await import('./output/json-printer.ts') : null
  const toTerminal = await (async (): Promise<Printer> => {
    if (format === 'json' && json) {
      return json.jsonPrinter(terminal.stdout, { ...shown, invocationId, pid: terminal.pid, rawData: true })
    }
    return (await import('./output/text-printer.ts')).textPrinter(terminal, {
      ...shown,
      useColors: options.useColors,
      live: Boolean(terminal.stdout.isTTY),
      width: given.number('printer-width'),
    })
  })()

  const fileLevel = levelOf(setting('log-level-file'), 'debug')
  const hasProject = ['dbt_project.yml', 'project.yaml'].some((name) => existsSync(join(options.projectDir, name)))
  if (fileLevel === 'none' || !hasProject) return toTerminal
  const asked = setting('log-path')
  const folder = asked === undefined ? join(options.projectDir, 'logs') : resolve(terminal.cwd, asked)
  const file = openLogFile(join(folder, 'dbt.log'), {
    maxBytes: Number(setting('log-file-max-bytes') ?? TEN_MEGABYTES),
    onFailure: (cause) => {
      // Nobody misses a file that nobody asked for: projects may stand where they cannot be written to.
      const message = `The log file cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`
      toTerminal.line(message, asked === undefined ? 'debug' : 'warn', 'LogFileFailure')
    },
  })
  const sink = sinkWithoutSecrets(file, terminal.env)
  const filed = { quiet: false, level: fileLevel, now, invocationId }
  const toFile =
    setting('log-format-file') === 'json' && json
      ? json.jsonPrinter(sink, { ...filed, pid: terminal.pid, rawData: false })
      : logPrinter(sink, { ...filed, form: setting('log-format-file') === 'text' ? 'text' : 'debug' })
  const printer = bothPrinters(toTerminal, toFile)
  return {
    ...printer,
    close: () => {
      printer.close()
      file.close()
    },
  }
}

function levelOf(word: string | undefined, fallback: LogLevel): LogLevel | 'none' {
  return word !== undefined && LEVELS.includes(word) ? (word as LogLevel | 'none') : fallback
}
