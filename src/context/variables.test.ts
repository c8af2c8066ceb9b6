import { expect, test } from 'vitest'
import type { Flags, Invocation, JsonObject, ProjectConfig, RunEvent } from '../core/index.ts'
import { compileTemplate, drive, Pending, PyFunction, type PyValue, pyStr } from '../jinja/index.ts'
import { type BaseVariablesOptions, baseVariables, type ContextProject, yamlVariables } from './index.ts'

const FLAGS: Flags = {
  fullRefresh: true,
  failFast: false,
  empty: false,
  storeFailures: false,
  threads: 4,
  target: null,
  profile: null,
  profilesDir: null,
  projectDir: '/p',
  targetPath: null,
  warnError: false,
  warnErrorOptions: {},
  quiet: false,
  debug: false,
  useColors: false,
  logFormat: 'text',
  partialParse: true,
  cacheSelectedOnly: false,
  indirectSelection: 'eager',
  introspect: true,
  defer: false,
  favorState: false,
  state: null,
  deferState: null,
  version_check: true,
  print: true,
  writeJson: true,
  eventTimeStart: null,
  eventTimeEnd: null,
  sample: null,
  which: 'run',
  behavior: { my_flag: true },
}

function projectConfig(name: string, vars: JsonObject): ProjectConfig {
  return {
    name,
    version: null,
    profile: null,
    root: `/${name}`,
    fileName: 'dbt_project.yml',
    modelPaths: [],
    macroPaths: [],
    seedPaths: [],
    testPaths: [],
    analysisPaths: [],
    snapshotPaths: [],
    docsPaths: [],
    functionPaths: [],
    targetPath: 'target',
    packagesInstallPath: 'dbt_packages',
    cleanTargets: [],
    onRunStart: [],
    onRunEnd: [],
    dispatch: [],
    vars,
    flags: {},
    quoting: {},
    configTrees: {},
    targets: null,
    defaultTarget: null,
    requireDbtVersion: [],
    queryComment: null,
    restrictAccess: false,
    raw: {},
  }
}

const PROJECT: ContextProject = {
  config: projectConfig('shop', {
    who: 'root',
    shared: 'root',
    utils: { shared: 'root for utils' },
    shop: { own: 'root for shop' },
    text: 'see {{ target.name }}',
    list: [1, 2],
  }),
  target: {
    profileName: 'prof',
    targetName: 'dev',
    type: 'embedded',
    database: 'db',
    schema: 'sch',
    threads: 4,
    credentials: { host: 'h', user: 'u', password: 'geheim', pass: 'geheim', port: 5432 },
  },
  adapter: { type: 'postgres' },
  packages: [projectConfig('utils', { shared: 'utils', only: 'utils', utils: { deep: 1 } })],
}

const events: RunEvent[] = []

function invocation(vars: JsonObject = {}): Invocation {
  return {
    invocationId: 'id-1',
    startedAt: new Date('2024-05-06T07:08:09.123Z'),
    env: { HOME: '/root', DBT_ENV_SECRET_KEY: 's3cret', DBT_ENV_CUSTOM_ENV_TEAM: 'a' },
    vars,
    flags: FLAGS,
    command: 'run',
    now: () => new Date('2024-05-06T07:08:10Z'),
  }
}

function render(source: string, options: Partial<BaseVariablesOptions> = {}): string {
  const variables = baseVariables({
    project: PROJECT,
    invocation: invocation(),
    packageName: 'shop',
    emit: (event) => events.push(event),
    ...options,
  })
  return compileTemplate(source, { file: 'm.sql' }).render(variables)
}

test('vars: the root project over the package, the command line over all', () => {
  expect(render("{{ var('who') }} {{ var('own') }} {{ var('no', 'default') }} {{ var('list')[1] }}")).toBe(
    'root root for shop default 2',
  )
  const utils = { packageName: 'utils' }
  expect(render("{{ var('shared') }} {{ var('only') }} {{ var('deep') }} {{ var('who') }}", utils)).toBe(
    'root for utils utils 1 root',
  )
  const cli = { ...utils, invocation: invocation({ shared: 'cli', only: null }) }
  expect(render("{{ var('shared') }} {{ var('only', 'x') }} {{ var.has_var('only') }}", cli)).toBe('cli None True')
  expect(render("{{ var('text') }}")).toBe('see dev')
})

test("at run time a var's text sees the names that it is given and may wait for what it calls", async () => {
  const later = new PyFunction('later', () => Pending.of(async () => 'relation'))
  const variables = baseVariables({
    project: PROJECT,
    invocation: invocation({ table: '{{ later() }}' }),
    packageName: 'shop',
    emit: () => undefined,
    execute: true,
    runNames: new Map([['later', later]]),
  })
  const template = compileTemplate("from {{ var('table') }}", { file: 'm.sql' })
  expect(await drive(template.renderResumable(variables))).toBe('from relation')
})

test('a missing var is None while parsing and an error with what is there at run time', () => {
  expect(render("{{ var('nope') }}")).toBe('None')
  expect(() => render("{{ var('onw') }}", { execute: true, node: { name: 'm', unique_id: 'model.shop.m' } })).toThrow(
    expect.objectContaining({
      code: 'T1012',
      message: expect.stringContaining(
        'Required var \'onw\' not found in config:\nVars supplied to m = {\n    "list": [1, 2],',
      ),
      details: expect.objectContaining({ hint: "Did you mean 'own'?" }),
    }),
  )
})

test('env_var: value, default, missing, secrets', () => {
  expect(render("{{ env_var('HOME') }} {{ env_var('NO', 'd') }} {{ env_var('NO', 3) }}")).toBe('/root d 3')
  expect(() => render("{{ env_var('NO') }}")).toThrow("Env var required but not provided: 'NO'")
  expect(() => render("{{ env_var('DBT_ENV_SECRET_KEY') }}")).toThrow('allowed only in profiles.yml')
  const profile = yamlVariables({ kind: 'profile' }, { invocation: invocation(), emit: () => undefined })
  expect(compileTemplate("{{ env_var('DBT_ENV_SECRET_KEY') }}", { file: 'profiles.yml' }).render(profile)).toBe(
    's3cret',
  )
})

test('target has dbt’s keys and no secrets', () => {
  expect(
    render('{{ target.name }} {{ target.type }} {{ target.dbname }} {{ target.schema }} {{ target.threads }}'),
  ).toBe('dev postgres db sch 4')
  expect(render('{{ target.host }} {{ target.retries }} {{ target.get("password") }} {{ "pass" in target }}')).toBe(
    'h 1 None False',
  )
  expect(render('{{ target | string }}')).not.toContain('geheim')
  expect(render('{{ env.profile_name }}')).toBe('prof')
})

test('facts of the run', () => {
  expect(render('{{ run_started_at }} {{ run_started_at.strftime("%Y%m%d %H %Z") }}')).toBe(
    '2024-05-06 07:08:09.123000+00:00 20240506 07 UTC',
  )
  expect(render('{{ invocation_id }} {{ dbt_version[:4] }} {{ project_name }} {{ thread_id }}')).toBe(
    'id-1 1.11 shop Thread-1',
  )
  expect(render('{{ flags.FULL_REFRESH }} {{ flags.WHICH }} {{ flags.MY_FLAG }} {{ flags.NOPE is defined }}')).toBe(
    'True run True False',
  )
  expect(render('{{ dbt_metadata_envs.TEAM }} {{ invocation_args_dict.full_refresh }} {{ execute }}')).toBe(
    'a True False',
  )
  expect(render('{{ modules.datetime.datetime.now().isoformat() }}')).toBe('2024-05-06T07:08:10')
})

test('collections', () => {
  expect(render('{{ set([1, 2, 2]) }} {{ set(1) }} {{ set(1, 2) }} {{ zip([1, 2], "ab") | list }} {{ zip(1) }}')).toBe(
    "{1, 2} None 2 [(1, 'a'), (2, 'b')] None",
  )
  expect(() => render('{{ set_strict(1) }}')).toThrow("'int' object is not iterable")
  expect(() => render('{{ zip_strict(1) }}')).toThrow()
  expect(render('{{ tojson({"b": [1, none], "a": 1.0}) }} {{ tojson({"b": 1, "a": 2}, sort_keys=true) }}')).toBe(
    '{"b": [1, null], "a": 1.0} {"a": 2, "b": 1}',
  )
  expect(render('{{ fromjson("{\\"a\\": [1]}").a[0] }} {{ fromjson("nope", "x") }}')).toBe('1 x')
  expect(render('{{ fromyaml("a:\\n  - yes\\n") }} {{ fromyaml("a: [", 1) }} {{ toyaml({"a": [1, "x"]}) }}')).toBe(
    "{'a': [True]} 1 a:\n- 1\n- x\n",
  )
  expect(render('{{ local_md5("hello") }}')).toBe('5d41402abc4b2a76b9719d911017c592')
  expect(render('{{ diff_of_two_dicts({"A": ["x", "Y"], "b": ["z"], "c": ["q"]}, {"a": ["X"], "C": ["q"]}) }}')).toBe(
    "{'A': ['Y'], 'b': ['z']}",
  )
  expect(render('{{ try_or_compiler_error("bad", set, [1]) }}')).toBe('{1}')
  expect(() => render('{{ try_or_compiler_error("bad " ~ 1, set_strict, 1) }}')).toThrow('bad 1')
})

test('log and print are events', () => {
  events.length = 0
  expect(render('{{ log("a") }}{{ log([1], info=true) }}{{ print("c") }}')).toBe('')
  expect(events).toEqual([
    { type: 'log', level: 'debug', message: 'a' },
    { type: 'log', level: 'info', message: '[1]' },
    { type: 'print', message: 'c' },
  ])
  events.length = 0
  render('{{ exceptions.warn("careful") }}')
  expect(events).toEqual([{ type: 'warning', error: expect.objectContaining({ message: 'careful' }) }])
})

test('exceptions carry the node', () => {
  const node = { name: 'm', unique_id: 'model.shop.m' }
  const fails = (source: string): unknown => {
    try {
      return render(source, { node })
    } catch (error) {
      return error
    }
  }
  expect(fails('{{ exceptions.raise_compiler_error("no " ~ 1) }}')).toMatchObject({
    code: 'T4001',
    message: 'no 1',
    details: { nodeId: 'model.shop.m' },
  })
  expect(fails('{{ exceptions.raise_database_error("db") }}')).toMatchObject({ code: 'T5003', message: 'db' })
  expect(
    fails(
      '{{ exceptions.raise_contract_error([{"name": "a", "data_type": "INT"}, {"name": "b", "data_type": "TEXT"}], [{"name": "a", "data_type": "TEXT"}, {"name": "c", "data_type": "DATE"}]) }}',
    ),
  ).toMatchObject({
    code: 'T6005',
    message: `This model has an enforced contract that failed.
Please ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.

| column_name | definition_type | contract_type | mismatch_reason       |
| ----------- | --------------- | ------------- | --------------------- |
| a           | TEXT            | INT           | data type mismatch    |
| b           |                 | TEXT          | missing in definition |
| c           | DATE            |               | missing in contract   |
`,
  })
})

test('builtins are the variables, also those that a macro replaces', () => {
  expect(render('{{ builtins.project_name }} {{ builtins["var"]("who") }} {{ "builtins" in builtins }}')).toBe(
    'shop root False',
  )
})

test('files of a project get what dbt gives them', () => {
  const common = { invocation: invocation({ v: 'cli' }), emit: () => undefined }
  const names = (variables: Map<string, PyValue>): string[] =>
    ['target', 'project_name', 'var', 'env_var', 'ref', 'modules'].filter((name) => variables.has(name))
  expect(names(yamlVariables({ kind: 'profile' }, common))).toEqual(['var', 'env_var', 'modules'])
  expect(names(yamlVariables({ kind: 'project', project: PROJECT }, common))).toEqual([
    'target',
    'var',
    'env_var',
    'modules',
  ])
  const properties = yamlVariables({ kind: 'properties', project: PROJECT, packageName: 'utils' }, common)
  expect(names(properties)).toEqual(['target', 'project_name', 'var', 'env_var', 'modules'])
  const read = (variables: Map<string, PyValue>, source: string): string =>
    compileTemplate(source, { file: 'f.yml' }).render(variables)
  expect(read(properties, "{{ var('only') }} {{ var('v') }}")).toBe('utils cli')
  expect(read(properties, "{{ var('text') }}")).toBe('see {{ target.name }}')
  expect(() => read(yamlVariables({ kind: 'profile' }, common), "{{ var('only') }}")).toThrow("Required var 'only'")
  expect(pyStr(properties.get('project_name') ?? null)).toBe('shop')
})
