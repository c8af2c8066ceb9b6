import type { Invocation } from '../core/index.ts'
import type { GivenOptions } from './flags.ts'
import type { OptionName } from './options.ts'
import type { Printer } from './output/printer.ts'
import type { Terminal } from './terminal.ts'

/** dbt's exit codes: 0 all well, 1 a node failed, 2 the command could not be carried out. */
export type ExitCode = 0 | 1 | 2

/** What a command is given: nothing else of the process is touched. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly invocation: Invocation
  readonly given: GivenOptions
  /** Words after the command's name. */
  readonly positionals: readonly string[]
  readonly printer: Printer
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal
}

export type CommandRun = (context: CommandContext) => Promise<ExitCode>

/** A row of the table of commands; its code is loaded when it is called. */
export interface CommandRow {
  /** As typed: `build`, `docs generate`. */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly describe: string
  readonly options: readonly OptionName[]
  /** `<macro>` or `[name]`, as the usage line shows it. */
  readonly positional?: string
  readonly examples: readonly (readonly [command: string, what: string])[]
  readonly load: () => Promise<CommandRun>
}
