import type { Flags } from '../core/index.ts'
import { lazyDict, PyObject, type PyValue, pyRepr, toPython } from '../jinja/index.ts'

/** The variable `flags`: how tdbt was called, under dbt's upper-case names. Behaviour flags of the project are there too. */
export class FlagsObject extends PyObject {
  readonly $type = 'Namespace'
  readonly #flags: Flags
  #named: Readonly<Record<string, unknown>> | undefined

  constructor(flags: Flags) {
    super()
    this.#flags = flags
  }

  override $attr(name: string): PyValue | undefined {
    const named = this.#all()
    return Object.hasOwn(named, name) ? toPython(named[name] ?? null) : undefined
  }

  override $repr(): string {
    const parts = Object.entries(this.#all()).map(([key, value]) => `${key}=${pyRepr(toPython(value ?? null))}`)
    return `Namespace(${parts.join(', ')})`
  }

  /** Made when first asked: most templates ask nothing. */
  #all(): Readonly<Record<string, unknown>> {
    if (this.#named !== undefined) return this.#named
    const flags = this.#flags
    const behavior: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(flags.behavior)) behavior[key.toUpperCase()] = value
    this.#named = {
      ...behavior,
      USE_EXPERIMENTAL_PARSER: false,
      STATIC_PARSER: true,
      WARN_ERROR: flags.warnError,
      WARN_ERROR_OPTIONS: flags.warnErrorOptions,
      WRITE_JSON: flags.writeJson,
      PARTIAL_PARSE: flags.partialParse,
      USE_COLORS: flags.useColors,
      PROFILES_DIR: flags.profilesDir,
      DEBUG: flags.debug,
      LOG_FORMAT: flags.logFormat,
      VERSION_CHECK: flags.version_check,
      FAIL_FAST: flags.failFast,
      SEND_ANONYMOUS_USAGE_STATS: false,
      PRINTER_WIDTH: 80,
      INDIRECT_SELECTION: flags.indirectSelection,
      LOG_CACHE_EVENTS: false,
      QUIET: flags.quiet,
      NO_PRINT: !flags.print,
      CACHE_SELECTED_ONLY: flags.cacheSelectedOnly,
      INTROSPECT: flags.introspect,
      TARGET_PATH: flags.targetPath,
      LOG_PATH: 'logs',
      INVOCATION_COMMAND: `tdbt ${flags.which}`,
      EMPTY: flags.empty,
      FULL_REFRESH: flags.fullRefresh,
      STORE_FAILURES: flags.storeFailures,
      WHICH: subcommand(flags),
    }
    return this.#named
  }
}

/** dbt's name of a command of two words is the second: `generate`, `freshness`. */
function subcommand(flags: Flags): string {
  return flags.which.split(' ').at(-1) ?? flags.which
}

/** `invocation_args_dict`: the same facts as a dict with lower-case names. */
export function invocationArguments(flags: Flags): PyValue {
  return lazyDict({
    which: subcommand(flags),
    invocation_command: `tdbt ${flags.which}`,
    target: flags.target,
    profile: flags.profile,
    threads: flags.threads,
    project_dir: flags.projectDir,
    profiles_dir: flags.profilesDir,
    target_path: flags.targetPath,
    full_refresh: flags.fullRefresh,
    fail_fast: flags.failFast,
    empty: flags.empty,
    store_failures: flags.storeFailures,
    defer: flags.defer,
    favor_state: flags.favorState,
    state: flags.state,
    indirect_selection: flags.indirectSelection,
    introspect: flags.introspect,
    warn_error: flags.warnError,
    warn_error_options: flags.warnErrorOptions,
    quiet: flags.quiet,
    print: flags.print,
    debug: flags.debug,
    use_colors: flags.useColors,
    log_format: flags.logFormat,
    partial_parse: flags.partialParse,
    write_json: flags.writeJson,
    version_check: flags.version_check,
    cache_selected_only: flags.cacheSelectedOnly,
    event_time_start: flags.eventTimeStart,
    event_time_end: flags.eventTimeEnd,
    sample: flags.sample,
  })
}
