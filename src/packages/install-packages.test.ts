import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TdbtError } from '../core/index.ts'
import { addPackage } from './add-package.ts'
import { type InstallOptions, installPackages } from './install-packages.ts'
import { lockHash } from './lock-file.ts'
import { readPackages } from './read-packages.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tdbt-deps-test-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, name)), { recursive: true })
    writeFileSync(join(base, name), text)
  }
}

const project = (name: string): string => `name: ${name}\nversion: '1.0'\n`
const root = (): string => join(base, 'shop')

interface Ran {
  readonly lines: readonly string[]
  readonly warnings: readonly TdbtError[]
}

async function install(options: Partial<InstallOptions> = {}): Promise<Ran> {
  const lines: string[] = []
  const warnings: TdbtError[] = []
  await installPackages({
    root: root(),
    projectName: 'shop',
    installPath: 'dbt_packages',
    env: { PATH: process.env['PATH'], DBT_PACKAGE_HUB_URL: 'https://hub.test/' },
    render: (text) => text,
    upgrade: false,
    lockOnly: false,
    versionCheck: true,
    dbtVersion: '1.11.16',
    fetch: async () => new Response('', { status: 404 }),
    signal: new AbortController().signal,
    say: (line) => lines.push(line),
    warn: (error) => warnings.push(error),
    ...options,
  })
  return { lines, warnings }
}

const installed = (): readonly string[] => readdirSync(join(root(), 'dbt_packages')).sort()

test('the hash of a list is dbt’s', () => {
  const { cases } = JSON.parse(readFileSync(new URL('cases/lock-hashes.json', import.meta.url), 'utf8')) as {
    cases: { yaml: string; hash: string }[]
  }
  expect(cases.length).toBeGreaterThan(5)
  for (const recorded of cases) {
    write({ 'shop/packages.yml': recorded.yaml })
    expect({ yaml: recorded.yaml, hash: lockHash(readPackages(root(), (text) => text)) }).toEqual(recorded)
  }
})

test('local packages are linked, and what they need comes along', async () => {
  write({
    'shop/packages.yml': 'packages:\n  - local: ../one\n',
    'one/dbt_project.yml': project('first'),
    'one/packages.yml': 'packages:\n  - local: ../two\n',
    'two/dbt_project.yml': project('second'),
  })
  const { lines } = await install()
  expect(installed()).toEqual(['first', 'second'])
  expect(lstatSync(join(root(), 'dbt_packages/first')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(root(), 'package-lock.yml'), 'utf8')).toMatch(
    /^packages:\n {2}- local: \.\.\/one\n {4}name: first\n {2}- local: \.\.\/two\n {4}name: second\nsha1_hash: \w{40}\n$/,
  )
  expect(lines).toContain('Installed from <local @ ../one>')
})

test('the lock file decides until the list changes or --upgrade', async () => {
  write({
    'shop/packages.yml': 'packages:\n  - local: ../one\n',
    'one/dbt_project.yml': project('first'),
    'two/dbt_project.yml': project('second'),
  })
  await install({ lockOnly: true })
  expect(existsSync(join(root(), 'dbt_packages'))).toBe(false)
  const again = await install()
  expect(again.lines.some((line) => line.startsWith('Updating lock file'))).toBe(false)
  expect((await install({ upgrade: true })).lines.some((line) => line.startsWith('Updating lock file'))).toBe(true)
  write({ 'shop/packages.yml': 'packages:\n  - local: ../two\n' })
  await install()
  expect(installed()).toEqual(['second'])
})

test('a failure leaves the installed packages as they were', async () => {
  write({ 'shop/packages.yml': 'packages:\n  - local: ../one\n', 'one/dbt_project.yml': project('first') })
  await install()
  write({ 'shop/packages.yml': 'packages:\n  - local: ../gone\n' })
  await expect(install()).rejects.toThrow(/No dbt_project.yml found/)
  expect(installed()).toEqual(['first'])
})

test.each([
  ['two packages of one name', { 'two/dbt_project.yml': 'name: first\n' }, /duplicate project "first"/],
  ['a package named as the project', { 'two/dbt_project.yml': 'name: shop\n' }, /same name as the root project/],
  ['a name that leaves the folder', { 'two/dbt_project.yml': 'name: ../../etc\n' }, /Invalid package name/],
])('refused: %s', async (_what, files, message) => {
  write({
    'shop/packages.yml': 'packages:\n  - local: ../one\n  - local: ../two\n',
    'one/dbt_project.yml': project('first'),
  })
  write(files)
  await expect(install()).rejects.toThrow(message)
})

test.each([
  ['- package: dbt_utils\n    version: 1.0.0', /require a namespace/],
  ['- package: a/b', /missing the version/],
  ['- local: ""', /A local package is missing the value/],
  ['- local: ../x\n    branch: y', /'branch' is not a key of a local package/],
  ['- private: a/b', /private package a\/b/],
])('a broken entry names its place: %s', async (entry, message) => {
  write({ 'shop/packages.yml': `packages:\n  ${entry}\n` })
  const error = await install().catch((thrown: unknown) => thrown as TdbtError)
  expect(error).toMatchObject({ code: 'T1010', details: { location: { file: 'packages.yml', line: 2 } } })
  expect(String((error as TdbtError).message)).toMatch(message)
})

describe('git', () => {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: join(base, 'repo'),
      stdio: 'pipe',
    })
      .toString()
      .trim()

  test('a tag, the default branch with a warning, a commit, a subdirectory', async () => {
    write({
      'repo/dbt_project.yml': project('tool'),
      'repo/macros/a.sql': 'one',
      'repo/sub/dbt_project.yml': project('part'),
    })
    git('init', '--quiet', '-b', 'main', '.')
    git('add', '.')
    git('commit', '--quiet', '-m', 'one')
    git('tag', 'v1')
    const first = git('rev-parse', 'HEAD')
    write({ 'repo/macros/a.sql': 'two' })
    git('commit', '--quiet', '-am', 'two')
    const macro = (): string => readFileSync(join(root(), 'dbt_packages/tool/macros/a.sql'), 'utf8')
    const list = (rest: string): void =>
      write({ 'shop/packages.yml': `packages:\n  - git: file://${base}/repo\n${rest}` })

    list('    revision: v1\n')
    expect((await install()).warnings).toEqual([])
    expect(macro()).toBe('one')
    expect(readFileSync(join(root(), 'package-lock.yml'), 'utf8')).toContain(`revision: ${first}`)
    list('')
    expect((await install()).warnings.map((error) => error.code)).toEqual(['T1018'])
    expect(macro()).toBe('two')
    list(`    revision: ${first}\n    subdirectory: sub\n`)
    expect((await install()).lines).toContain('and subdirectory sub')
    expect(installed()).toEqual(['part'])
    list('    revision: nowhere\n')
    await expect(install()).rejects.toMatchObject({ code: 'T1017' })
    expect(installed()).toEqual(['part'])
  })
})

describe('hub', () => {
  function hub(answers: Readonly<Record<string, unknown>>): InstallOptions['fetch'] {
    return async (url) => {
      const answer = answers[url]
      if (answer === undefined) return new Response('', { status: 404 })
      return answer instanceof Buffer ? new Response(new Uint8Array(answer)) : Response.json(answer)
    }
  }
  const version = (require: string, packages: readonly unknown[] = []): unknown => ({
    name: 'tool',
    packages,
    require_dbt_version: [require],
    downloads: { tarball: 'https://files.test/tool.tar.gz' },
  })
  const archive = (): Buffer => {
    write({ 'owner-tool-1a2b3c/dbt_project.yml': project('tool'), 'owner-tool-1a2b3c/macros/a.sql': 'one' })
    return execFileSync('tar', ['-cz', '-C', base, 'owner-tool-1a2b3c'])
  }

  test('the newest version that the bounds and this dbt allow is downloaded', async () => {
    write({ 'shop/packages.yml': "packages:\n  - package: owner/tool\n    version: ['>=1.0.0', '<2.0.0']\n" })
    const fetch = hub({
      'https://hub.test/api/v1/index.json': ['owner/tool'],
      'https://hub.test/api/v1/owner/tool.json': {
        name: 'tool',
        namespace: 'owner',
        versions: {
          '0.9.0': version('>=1.0.0'),
          '1.2.0': version('>=1.0.0,<2.0.0'),
          '1.10.0': version('>=1.0.0'),
          '1.11.0-rc1': version('>=1.0.0'),
          '1.12.0': version('>=2.0.0'),
          '2.0.0': version('>=1.0.0'),
        },
      },
      'https://files.test/tool.tar.gz': archive(),
    })
    const { lines } = await install({ fetch })
    expect(lines).toContain('Installed from version 1.10.0')
    expect(lines).toContain('Updated version available: 2.0.0')
    expect(readFileSync(join(root(), 'dbt_packages/tool/macros/a.sql'), 'utf8')).toBe('one')
    await expect(install({ fetch, upgrade: true, dbtVersion: '0.1.0' })).rejects.toThrow(/matching compatible version/)
  })

  test('no connection, no such package', async () => {
    write({ 'shop/packages.yml': 'packages:\n  - package: owner/tool\n    version: 1.0.0\n' })
    const refused = async (): Promise<Response> => {
      throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND hub.test') })
    }
    await expect(install({ fetch: refused })).rejects.toMatchObject({
      code: 'T1017',
      details: { found: 'getaddrinfo ENOTFOUND hub.test' },
    })
    const fetch = hub({ 'https://hub.test/api/v1/index.json': ['owner/other'] })
    await expect(install({ fetch })).rejects.toThrow(/was not found in the package index/)
  })

  test('a tarball by its address', async () => {
    write({ 'shop/packages.yml': 'packages:\n  - tarball: https://files.test/tool.tar.gz\n    name: renamed\n' })
    await install({ fetch: hub({ 'https://files.test/tool.tar.gz': archive() }) })
    expect(installed()).toEqual(['renamed'])
  })
})

test('--add-package keeps comments and replaces the entry of the same package', () => {
  write({
    'shop/packages.yml':
      '# ours\npackages:\n  - git: https://github.com/dbt-labs/dbt-utils.git # old\n  - local: ../one\n',
  })
  const lines: string[] = []
  const say = (line: string): unknown => lines.push(line)
  addPackage({ root: root(), package: 'dbt-labs/dbt_utils@>=1.0.0,<2.0.0', source: 'hub', say })
  expect(readFileSync(join(root(), 'packages.yml'), 'utf8')).toBe(
    '# ours\npackages:\n  - local: ../one\n  - package: dbt-labs/dbt_utils\n    version:\n      - ">=1.0.0"\n      - <2.0.0\n',
  )
  expect(() => addPackage({ root: root(), package: 'a/b', source: 'hub', say })).toThrow(/needs a version/)
})
