import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import yargs from 'yargs'
import { asTdbtError, formatError, nearest, TdbtError } from '../core/index.ts'
import type { CommandRow, ExitCode } from './command.ts'
import { COMMANDS } from './command-table.ts'
import { givenOptions, resolveFlags, yamlOption } from './flags.ts'
import { openPrinter } from './open-printer.ts'
import { GLOBAL_OPTIONS, OPTIONS, type OptionName } from './options.ts'
import { reportResources } from './output/resource-report.ts'
import { findProjectDir, readProjectFlags } from './project-dir.ts'
import { type Terminal, withoutSecrets } from './terminal.ts'

/**
 * One call of tdbt: finds the command, reads its options, runs it, prints errors. Never throws, never exits; the exit code is
 * what it gives. SIGINT aborts the command's signal once; a second one ends the process as the shell would.
 */
export async function runCli(argv: readonly string[], bare: Terminal): Promise<number> {
  const terminal = withoutSecrets(bare)
  try {
    const { row, rest } = findCommand(argv, terminal)
    if (row === undefined) return rest
    return await runCommand(row, rest, terminal)
  } catch (thrown) {
    const error = asTdbtError(thrown)
    terminal.stderr.write(`${formatError(error)}\n`)
    return 2
  }
}

/** The command that the words ask for, if there is one. */
export function commandName(argv: readonly string[]): string | undefined {
  const first = commandIndex(argv)
  const words = [argv[first], `${argv[first]} ${argv[first + 1]}`]
  return COMMANDS.find((row) => [row.name, ...(row.aliases ?? [])].some((name) => words.includes(name)))?.name
}

type Found =
  | { readonly row: CommandRow; readonly rest: readonly string[] }
  | { readonly row: undefined; readonly rest: ExitCode }

/** The command's words may stand behind global options, as dbt allows; they are looked for among the bare words. */
function findCommand(argv: readonly string[], terminal: Terminal): Found {
  const wantsHelp = argv.includes('--help') || argv.includes('-h')
  if (argv.length === 0 || argv[0] === 'help' || (wantsHelp && argv.every((word) => word.startsWith('-')))) {
    terminal.stdout.write(`${overview(terminal)}\n`)
    return { row: undefined, rest: argv.length === 0 ? 2 : 0 }
  }
  if (argv.includes('--version')) {
    terminal.stdout.write(`tdbt ${terminal.version}\n`)
    return { row: undefined, rest: 0 }
  }
  const first = commandIndex(argv)
  const word = argv[first] ?? ''
  const second = argv[first + 1] ?? ''
  for (const row of COMMANDS) {
    for (const name of [row.name, ...(row.aliases ?? [])]) {
      const words = name.split(' ')
      if (words[0] !== word || (words.length === 2 && words[1] !== second)) continue
      const rest = [...argv.slice(0, first), ...argv.slice(first + words.length)]
      return { row, rest }
    }
  }
  const group = COMMANDS.filter((row) => row.name.startsWith(`${word} `)).map((row) => row.name)
  const names = COMMANDS.flatMap((row) => [row.name, ...(row.aliases ?? [])])
  const near = nearest(word, names)
  throw new TdbtError('T0002', group.length > 0 ? `'${word}' needs a second word.` : `No such command: '${word}'.`, {
    found: `tdbt ${argv.join(' ')}`,
    expected: (group.length > 0 ? group : names).join(', '),
    hint: near ? `Did you mean 'tdbt ${near}'?` : "'tdbt --help' lists the commands.",
  })
}

/** Index of the first word that is neither an option nor the value of one. */
function commandIndex(argv: readonly string[]): number {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (!word.startsWith('-')) return index
    const name = word.replace(/^--?/, '').replace(/=.*/, '')
    const row = OPTIONS.find((option) => option.name === name || option.alias?.includes(name))
    if (row && row.type !== 'boolean' && !word.includes('=')) index++
  }
  return argv.length
}

function overview(terminal: Terminal): string {
  const width = Math.max(...COMMANDS.map((row) => row.name.length))
  const lines = COMMANDS.map((row) => `  ${row.name.padEnd(width)}  ${row.describe}`)
  return [
    `tdbt ${terminal.version}: SQL-first data transformation`,
    '',
    'Usage: tdbt <command> [options]',
    '',
    ...lines,
    '',
    "'tdbt <command> --help' shows a command's options and examples.",
  ].join('\n')
}

async function runCommand(row: CommandRow, argv: readonly string[], terminal: Terminal): Promise<number> {
  const names = [...new Set<OptionName>([...row.options, ...GLOBAL_OPTIONS])]
  const parser = yargs([...argv])
    .scriptName(`tdbt ${row.name}`)
    .usage(`$0 ${row.positional ?? ''} [options]\n\n${row.describe}`)
    .parserConfiguration({
      'camel-case-expansion': false,
      'duplicate-arguments-array': true,
      'parse-positional-numbers': false,
    })
    .version(false)
    .exitProcess(false)
    .wrap(Math.min(110, terminal.stdout.columns ?? 110))
    .fail((message, error) => {
      throw new TdbtError('T0002', message ?? error.message, { hint: `'tdbt ${row.name} --help' lists the options.` })
    })
  for (const option of OPTIONS.filter((candidate) => names.includes(candidate.name))) {
    parser.option(option.name, {
      alias: [...(option.alias ?? [])],
      type: option.type,
      describe: option.describe,
      hidden: option.hidden ?? false,
      group: option.global ? 'Global options:' : 'Options:',
      // Several values after one flag are a list only where dbt takes a list.
      ...(option.choices ? { choices: option.choices } : {}),
      ...(option.type === 'array' ? {} : { requiresArg: option.type !== 'boolean' }),
    })
  }
  for (const [example, what] of row.examples) parser.example(example, what)
  if (argv.includes('--help') || argv.includes('-h')) {
    const help = await parser.help(false).getHelp()
    terminal.stdout.write(`${help}\n`)
    return 0
  }
  const parsed: Readonly<Record<string, unknown>> = await parser.help(false).parseAsync()
  refuseUnknown(row, parsed, names)
  const positionals = Array.isArray(parsed['_']) ? parsed['_'].map(String) : []
  const allowed = row.positional === undefined ? 0 : 1
  if (positionals.length > allowed) {
    throw new TdbtError('T0002', `'tdbt ${row.name}' takes no word '${positionals[allowed]}'.`, {
      hint: `'tdbt ${row.name} --help' shows how it is called.`,
    })
  }

  const given = givenOptions(parsed, terminal.env)
  const asked = given.string('project-dir')
  const projectDir = asked === undefined ? findProjectDir(terminal.cwd) : resolve(terminal.cwd, asked)
  if (asked !== undefined && !existsSync(projectDir)) {
    throw new TdbtError('T0002', `The folder of --project-dir is not there: '${asked}'.`, { found: projectDir })
  }
  const useColors = given.boolean('use-colors') ?? (Boolean(terminal.stdout.isTTY) && !terminal.env['NO_COLOR'])
  const projectFlags = await readProjectFlags(projectDir)
  const flags = resolveFlags({ given, projectFlags, projectDir, command: row.name, useColors })
  const now = (): Date => new Date()
  const invocation = {
    invocationId: randomUUID(),
    startedAt: now(),
    env: terminal.env,
    vars: yamlOption('vars', given.string('vars')),
    flags,
    command: row.name,
    now,
  }
  const { quiet, debug } = flags
  const { invocationId } = invocation
  const printer = await openPrinter({
    ...{ given, projectFlags, projectDir, terminal, invocationId, now, quiet, debug, useColors },
  })

  const abort = new AbortController()
  let interrupts = 0
  const release = terminal.onInterrupt(() => {
    interrupts++
    if (interrupts > 1) process.exit(130)
    printer.line('Stopping: running statements are cancelled. Press Ctrl-C again to leave at once.', 'warn')
    abort.abort(new TdbtError('T0003', 'Interrupted.'))
  })
  let code = 2
  try {
    const command = await row.load()
    code = await command({ terminal, invocation, given, positionals, printer, signal: abort.signal })
    return code
  } catch (thrown) {
    const error = asTdbtError(thrown)
    printer.failure(formatError(error), error.details.event)
    if (flags.debug && error.code === 'T0001') printer.failure(String((thrown as Error).stack ?? thrown))
    return 2
  } finally {
    reportResources({ printer, terminal, invocation, success: code === 0, show: given.boolean('show-resource-report') })
    printer.close()
    release()
  }
}

/** yargs' own strict mode does not know of `--no-` forms of hidden options, nor of near names. */
function refuseUnknown(row: CommandRow, parsed: Readonly<Record<string, unknown>>, names: readonly OptionName[]): void {
  const known = new Set<string>(['_', '$0', 'help'])
  for (const option of OPTIONS.filter((candidate) => names.includes(candidate.name))) {
    known.add(option.name)
    for (const alias of option.alias ?? []) known.add(alias)
  }
  for (const key of Object.keys(parsed)) {
    if (known.has(key)) continue
    const near = nearest(key, known)
    throw new TdbtError('T0002', `'tdbt ${row.name}' has no option '--${key}'.`, {
      hint: near ? `Did you mean '--${near}'?` : `'tdbt ${row.name} --help' lists the options.`,
    })
  }
}
