/**
 * The command line's options, one row each: dbt's names, with the environment variable and the key of the project's `flags:`
 * that set them when the command line does not (dbt's order: command line, environment, project, default).
 */
export interface OptionRow {
  readonly name: string
  readonly alias?: readonly string[]
  readonly type: 'boolean' | 'string' | 'number' | 'array'
  readonly describe: string
  readonly default?: boolean | string | number
  readonly choices?: readonly string[]
  readonly env?: string
  /** Shown in --help of the commands that take it; global ones are taken by every command. */
  readonly global?: boolean
  readonly hidden?: boolean
}

const rows = [
  // Global
  { name: 'project-dir', type: 'string', describe: 'Folder of the project', env: 'DBT_PROJECT_DIR', global: true },
  { name: 'profiles-dir', type: 'string', describe: 'Folder of profiles.yml', env: 'DBT_PROFILES_DIR', global: true },
  {
    name: 'profile',
    type: 'string',
    describe: "Profile to use instead of the project's",
    env: 'DBT_PROFILE',
    global: true,
  },
  {
    name: 'target',
    alias: ['t'],
    type: 'string',
    describe: 'Target (connection) to use',
    env: 'DBT_TARGET',
    global: true,
  },
  {
    name: 'target-path',
    type: 'string',
    describe: 'Folder that artifacts are written to',
    env: 'DBT_TARGET_PATH',
    global: true,
  },
  { name: 'vars', type: 'string', describe: "Variables as YAML, e.g. '{start: 2024-01-01}'", global: true },
  {
    name: 'log-format',
    type: 'string',
    choices: ['text', 'json', 'debug', 'default'],
    describe: 'Lines for people or for machines',
    env: 'DBT_LOG_FORMAT',
    global: true,
  },
  {
    name: 'log-format-file',
    type: 'string',
    describe: 'Taken and not used: tdbt writes no log file',
    env: 'DBT_LOG_FORMAT_FILE',
    global: true,
    hidden: true,
  },
  {
    name: 'log-level',
    type: 'string',
    choices: ['debug', 'info', 'warn', 'error', 'none'],
    describe: 'Least level shown',
    env: 'DBT_LOG_LEVEL',
    global: true,
  },
  {
    name: 'log-level-file',
    type: 'string',
    describe: 'Taken and not used: tdbt writes no log file',
    env: 'DBT_LOG_LEVEL_FILE',
    global: true,
    hidden: true,
  },
  {
    name: 'log-path',
    type: 'string',
    describe: 'Taken and not used: tdbt writes no log file',
    env: 'DBT_LOG_PATH',
    global: true,
    hidden: true,
  },
  {
    name: 'quiet',
    alias: ['q'],
    type: 'boolean',
    describe: 'Errors and printed output only',
    env: 'DBT_QUIET',
    global: true,
  },
  {
    name: 'debug',
    alias: ['d'],
    type: 'boolean',
    describe: 'Show every statement that is sent',
    env: 'DBT_DEBUG',
    global: true,
  },
  {
    name: 'use-colors',
    type: 'boolean',
    describe: 'Colours (default: on a terminal without NO_COLOR)',
    env: 'DBT_USE_COLORS',
    global: true,
  },
  {
    name: 'use-colors-file',
    type: 'boolean',
    describe: 'Taken and not used',
    env: 'DBT_USE_COLORS_FILE',
    global: true,
    hidden: true,
  },
  { name: 'warn-error', type: 'boolean', describe: 'Warnings are errors', env: 'DBT_WARN_ERROR', global: true },
  {
    name: 'warn-error-options',
    type: 'string',
    describe: 'Which warnings are errors, as YAML',
    env: 'DBT_WARN_ERROR_OPTIONS',
    global: true,
  },
  { name: 'partial-parse', type: 'boolean', describe: 'Use the parse cache', env: 'DBT_PARTIAL_PARSE', global: true },
  { name: 'write-json', type: 'boolean', describe: 'Write artifacts to target/', env: 'DBT_WRITE_JSON', global: true },
  { name: 'print', type: 'boolean', describe: 'Show what print() writes', env: 'DBT_PRINT', global: true },
  {
    name: 'version-check',
    type: 'boolean',
    describe: 'Hold the project against require-dbt-version',
    env: 'DBT_VERSION_CHECK',
    global: true,
  },
  {
    name: 'static-parser',
    type: 'boolean',
    describe: "Taken for dbt's sake: tdbt has one parser",
    env: 'DBT_STATIC_PARSER',
    global: true,
    hidden: true,
  },
  {
    name: 'use-experimental-parser',
    type: 'boolean',
    describe: "Taken for dbt's sake",
    env: 'DBT_USE_EXPERIMENTAL_PARSER',
    global: true,
    hidden: true,
  },
  {
    name: 'send-anonymous-usage-stats',
    type: 'boolean',
    describe: "Taken for dbt's sake: tdbt sends nothing",
    env: 'DBT_SEND_ANONYMOUS_USAGE_STATS',
    global: true,
    hidden: true,
  },
  {
    name: 'populate-cache',
    type: 'boolean',
    describe: "Taken for dbt's sake",
    env: 'DBT_POPULATE_CACHE',
    global: true,
    hidden: true,
  },
  {
    name: 'cache-selected-only',
    type: 'boolean',
    describe: 'Read the catalog of selected schemas only',
    env: 'DBT_CACHE_SELECTED_ONLY',
    global: true,
  },
  {
    name: 'introspect',
    type: 'boolean',
    describe: 'Let compile ask the database',
    env: 'DBT_INTROSPECT',
    global: true,
  },
  {
    name: 'single-threaded',
    type: 'boolean',
    describe: 'One worker',
    env: 'DBT_SINGLE_THREADED',
    global: true,
    hidden: true,
  },
  {
    name: 'fail-fast',
    alias: ['x'],
    type: 'boolean',
    describe: 'Stop at the first failure',
    env: 'DBT_FAIL_FAST',
    global: true,
  },
  { name: 'upload-artifacts', type: 'boolean', describe: "Taken for dbt's sake", global: true, hidden: true },
  { name: 'show-all-deprecations', type: 'boolean', describe: "Taken for dbt's sake", global: true, hidden: true },
  {
    name: 'log-cache-events',
    type: 'boolean',
    describe: "Taken for dbt's sake",
    env: 'DBT_LOG_CACHE_EVENTS',
    global: true,
    hidden: true,
  },
  {
    name: 'printer-width',
    type: 'number',
    describe: 'Width of result lines',
    env: 'DBT_PRINTER_WIDTH',
    global: true,
    hidden: true,
  },
  { name: 'threads', type: 'number', describe: "Workers at once (default: the target's)", global: true },
  // Selection
  {
    name: 'select',
    alias: ['s'],
    type: 'array',
    describe: 'What to run: names, tag:, path:, +parents, children+, …',
  },
  {
    name: 'models',
    alias: ['m', 'model'],
    type: 'array',
    describe: "dbt's older word for --select; in `ls` it asks for models alone",
    hidden: true,
  },
  { name: 'exclude', type: 'array', describe: 'What to leave out, in the same language' },
  { name: 'selector', type: 'string', describe: 'A selector of selectors.yml' },
  {
    name: 'indirect-selection',
    type: 'string',
    choices: ['eager', 'cautious', 'buildable', 'empty'],
    describe: 'Which tests come along with selected nodes',
    env: 'DBT_INDIRECT_SELECTION',
  },
  {
    name: 'resource-type',
    alias: ['resource-types'],
    type: 'array',
    describe: 'Only these kinds of resources',
    env: 'DBT_RESOURCE_TYPES',
  },
  {
    name: 'exclude-resource-type',
    alias: ['exclude-resource-types'],
    type: 'array',
    describe: 'All but these kinds of resources',
    env: 'DBT_EXCLUDE_RESOURCE_TYPES',
  },
  { name: 'state', type: 'string', describe: 'Folder with artifacts of an earlier run', env: 'DBT_STATE' },
  {
    name: 'defer',
    type: 'boolean',
    describe: "Refs to what is not built point at the state's relations",
    env: 'DBT_DEFER',
  },
  {
    name: 'defer-state',
    type: 'string',
    describe: 'Folder with the manifest to defer to (default: --state)',
    env: 'DBT_DEFER_STATE',
  },
  { name: 'favor-state', type: 'boolean', describe: 'Defer even where a relation is built', env: 'DBT_FAVOR_STATE' },
  // Running
  {
    name: 'full-refresh',
    alias: ['f'],
    type: 'boolean',
    describe: 'Rebuild incremental models and seeds from nothing',
    env: 'DBT_FULL_REFRESH',
  },
  { name: 'empty', type: 'boolean', describe: 'Build with no rows: schema only', env: 'DBT_EMPTY' },
  { name: 'sample', type: 'string', describe: 'Build with a slice of time', env: 'DBT_SAMPLE' },
  {
    name: 'store-failures',
    type: 'boolean',
    describe: 'Keep failing rows of tests in tables',
    env: 'DBT_STORE_FAILURES',
  },
  {
    name: 'event-time-start',
    type: 'string',
    describe: 'First moment of microbatch models',
    env: 'DBT_EVENT_TIME_START',
  },
  {
    name: 'event-time-end',
    type: 'string',
    describe: 'Moment after the last of microbatch models',
    env: 'DBT_EVENT_TIME_END',
  },
  { name: 'show', type: 'boolean', describe: 'Show a sample of what a seed loaded' },
  { name: 'export-saved-queries', type: 'boolean', describe: "Taken for dbt's sake", hidden: true },
  { name: 'inline', type: 'string', describe: 'SQL with Jinja to use instead of a model' },
  { name: 'limit', type: 'number', describe: 'Rows to show; -1 for all', default: 5 },
  { name: 'output', alias: ['o'], type: 'string', describe: 'Form of the output' },
  { name: 'output-keys', type: 'array', describe: 'Keys of JSON output' },
  { name: 'args', type: 'string', describe: 'Arguments of the macro as YAML', default: '{}' },
  { name: 'sql', type: 'string', describe: 'SQL with Jinja to run instead of a macro' },
  // docs, ci, generate and the rest
  { name: 'compile', type: 'boolean', describe: 'Compile before the catalog is read', default: true },
  { name: 'empty-catalog', type: 'boolean', describe: 'Do not ask the database', env: 'DBT_EMPTY_CATALOG' },
  { name: 'static', type: 'boolean', describe: "Taken for dbt's sake: the site is always one static file" },
  { name: 'port', type: 'number', describe: 'Port to serve on', default: 8080 },
  { name: 'host', type: 'string', describe: 'Address to serve on', default: '127.0.0.1' },
  { name: 'browser', type: 'boolean', describe: 'Open a browser', default: false },
  { name: 'config-dir', type: 'boolean', describe: 'Show where profiles.yml is looked for' },
  { name: 'connection', type: 'boolean', describe: 'Test the connection only' },
  {
    name: 'clean-project-files-only',
    type: 'boolean',
    describe: 'Refuse to delete outside the project',
    default: true,
  },
  { name: 'junit', type: 'string', describe: 'Write results as JUnit XML to this file' },
  {
    name: 'base',
    type: 'string',
    describe: "Git revision to compare with (default: the pull request's base, else the main branch)",
  },
  { name: 'scale', type: 'number', describe: 'Multiply row counts', default: 1 },
  { name: 'folder', type: 'string', describe: "Folder for generated files (default: the spec's)" },
  { name: 'upgrade', type: 'boolean', describe: 'Resolve package versions anew' },
  { name: 'lock', type: 'boolean', describe: 'Write package-lock.yml only' },
  { name: 'add-package', type: 'string', describe: 'Add a package to packages.yml, NAME@VERSION' },
  { name: 'source', type: 'string', describe: 'Where --add-package takes it from', default: 'hub' },
  { name: 'skip-profile-setup', type: 'boolean', describe: "Taken for dbt's sake" },
] as const satisfies readonly OptionRow[]

export type OptionName = (typeof rows)[number]['name']

export const OPTIONS: readonly (OptionRow & { readonly name: OptionName })[] = rows

export const GLOBAL_OPTIONS: readonly OptionName[] = OPTIONS.filter((row) => row.global).map((row) => row.name)

export const SELECTION_OPTIONS: readonly OptionName[] = [
  'select',
  'models',
  'exclude',
  'selector',
  'indirect-selection',
  'state',
  'defer',
  'defer-state',
  'favor-state',
]
