import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type FileHash, type ProjectConfig, TdbtError } from '../core/index.ts'
import { type IgnoreTest, parseIgnoreFile } from './dbt-ignore.ts'

/** A file of the project as dbt sees it: text without the white space at both ends. */
export interface SourceFile {
  readonly absolutePath: string
  /** Of seeds nothing but the checksum is kept. */
  readonly kind: 'text' | 'seed'
  /** The folder of the project file that it was found under, e.g. `models`. */
  readonly searchedPath: string
  /** Below that folder: `gold/orders.sql`. */
  readonly relativePath: string
  /** From the package's root: `models/gold/orders.sql`. */
  readonly originalPath: string
  /** For messages: from the root project's folder. */
  readonly displayPath: string
  readonly text: string
  /** The whole text of the file, for code frames. */
  readonly fullText: string
  /** Line of the file on which `text` begins. */
  readonly firstLine: number
  readonly checksum: FileHash
  /** SHA-256 of the file as it was read, in base64. */
  readonly contentHash: () => string
}

/** Every file of one package, by the parser that reads it. Lists are in the order of paths. */
export interface ProjectFiles {
  readonly macros: readonly SourceFile[]
  readonly models: readonly SourceFile[]
  readonly snapshots: readonly SourceFile[]
  readonly analyses: readonly SourceFile[]
  readonly singularTests: readonly SourceFile[]
  readonly genericTests: readonly SourceFile[]
  readonly seeds: readonly SourceFile[]
  readonly docs: readonly SourceFile[]
  readonly properties: readonly SourceFile[]
  readonly fixtures: readonly SourceFile[]
  readonly functions: readonly SourceFile[]
}

const MEBIBYTE = 1024 * 1024

/**
 * Reads the files of a package. `display` is put before their paths in messages. Seeds larger than `maximumSeedMib` (0: none is) are not
 * hashed, as in dbt: their path stands for them. Throws T1013 on what cannot be read.
 */
export function readProjectFiles(config: ProjectConfig, display: string, maximumSeedMib = 1): ProjectFiles {
  const maximumSeedBytes = maximumSeedMib === 0 ? Number.POSITIVE_INFINITY : maximumSeedMib * MEBIBYTE
  const ignoreFile = join(config.root, '.dbtignore')
  const ignore = existsSync(ignoreFile) ? parseIgnoreFile(readFileSync(ignoreFile, 'utf8')) : undefined
  const walked = new Map<string, readonly string[]>()
  const filesBelow = (searched: string): readonly string[] => {
    const known = walked.get(searched)
    if (known) return known
    const found = findFiles(config.root, searched, ignore)
    walked.set(searched, found)
    return found
  }
  const read = (paths: readonly string[], extensions: readonly string[], load = textFile): SourceFile[] =>
    [...new Set(paths.map((path) => path.replace(/\/+$/, '')))].flatMap((searched) => {
      const top = join(config.root, searched)
      return filesBelow(searched)
        .filter((path) => hasExtension(path, extensions))
        .map((relativePath) => load(below(top, relativePath), display, searched, relativePath))
    })
  const testFolders = (folder: string) => config.testPaths.map((path) => `${path.replace(/\/+$/, '')}/${folder}`)
  const allPaths = [
    config.modelPaths,
    config.seedPaths,
    config.snapshotPaths,
    config.analysisPaths,
    config.macroPaths,
    config.testPaths,
    config.functionPaths,
  ].flat()
  return {
    macros: read(config.macroPaths, ['.sql']),
    models: read(config.modelPaths, ['.sql', '.py']),
    snapshots: read(config.snapshotPaths, ['.sql']),
    analyses: read(config.analysisPaths, ['.sql']),
    // Generic tests and fixtures live in folders of their own below the test paths.
    singularTests: read(config.testPaths, ['.sql']).filter(
      (file) => !/^(?:generic|fixtures)\//.test(file.relativePath),
    ),
    genericTests: read(testFolders('generic'), ['.sql']),
    seeds: read(config.seedPaths, ['.csv'], (...file) => loadSeed(...file, maximumSeedBytes)),
    docs: read(config.docsPaths, ['.md']),
    properties: withoutRepeats(read(allPaths, ['.yml', '.yaml'])),
    fixtures: read(testFolders('fixtures'), ['.csv', '.sql']),
    functions: read(config.functionPaths, ['.sql', '.py', '.js']),
  }
}

/** A clean path of `/` below a folder, joined without another look at either. */
function below(top: string, relativePath: string): string {
  const path = sep === '/' ? relativePath : relativePath.replaceAll('/', sep)
  return top.endsWith(sep) ? `${top}${path}` : `${top}${sep}${path}`
}

// A folder may be named for two kinds (models and seeds in one): each properties file counts once.
function withoutRepeats(files: readonly SourceFile[]): SourceFile[] {
  const seen = new Set<string>()
  return files.filter((file) => !seen.has(file.originalPath) && seen.add(file.originalPath))
}

function hasExtension(path: string, extensions: readonly string[]): boolean {
  const lower = path.slice(path.lastIndexOf('.')).toLowerCase()
  return extensions.includes(lower)
}

/** Paths below `searched` of files, sorted; names that begin with `.`, `#` or `~` are left out, as in dbt. */
function findFiles(root: string, searched: string, ignore: IgnoreTest | undefined): string[] {
  const top = join(root, searched)
  if (!existsSync(top)) return []
  const out: string[] = []
  const visit = (folder: string, prefix: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { name } = entry
      const path = `${prefix}${name}`
      if (entry.isDirectory()) visit(join(folder, name), `${path}/`)
      else if (!name.startsWith('.') && !name.startsWith('#') && !name.startsWith('~')) {
        const isFile =
          entry.isFile() ||
          (entry.isSymbolicLink() && statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true)
        if (isFile && !ignore?.(`${searched}/${path}`)) out.push(path)
      }
    }
  }
  visit(top, '')
  return out
}

/** A file of text, read when that is first asked for; throws T1013 then. */
class TextFile implements SourceFile {
  readonly kind = 'text'
  readonly searchedPath: string
  readonly relativePath: string
  readonly originalPath: string
  readonly displayPath: string
  readonly absolutePath: string
  #content: TextContent | undefined

  constructor(absolutePath: string, display: string, searchedPath: string, relativePath: string) {
    this.absolutePath = absolutePath
    this.searchedPath = searchedPath
    this.relativePath = relativePath
    this.originalPath = `${searchedPath}/${relativePath}`
    this.displayPath = display + this.originalPath
  }

  get text(): string {
    return this.#read().text
  }

  get fullText(): string {
    return this.#read().fullText
  }

  get firstLine(): number {
    return this.#read().firstLine
  }

  get checksum(): FileHash {
    return this.#read().checksum
  }

  contentHash(): string {
    return hash('sha256', this.#read().written, 'base64')
  }

  #read(): TextContent {
    this.#content ??= textContent(readText(this.absolutePath, this.displayPath))
    return this.#content
  }
}

interface TextContent extends Pick<SourceFile, 'text' | 'fullText' | 'firstLine' | 'checksum'> {
  readonly written: string
}

function textContent(written: string): TextContent {
  // A byte order mark is no part of the SQL: dbt keeps it and the database refuses it. Its checksum does hold it.
  const hasMark = written.charCodeAt(0) === 0xfeff
  const fullText = hasMark ? written.slice(1) : written
  const text = pythonStrip(fullText)
  return {
    text,
    fullText,
    written,
    firstLine: firstLineOf(fullText),
    checksum: { name: 'sha256', checksum: sha256(hasMark ? pythonStrip(written) : text) },
  }
}

/** Line on which the text begins behind the white space before it. */
function firstLineOf(fullText: string): number {
  const code = fullText.charCodeAt(0)
  if (code > SPACE_CODE && code <= LAST_ASCII) return 1
  const leading = fullText.slice(0, fullText.length - fullText.trimStart().length)
  return 1 + (leading.match(/\n/g)?.length ?? 0)
}

function textFile(absolutePath: string, display: string, searchedPath: string, relativePath: string): SourceFile {
  return new TextFile(absolutePath, display, searchedPath, relativePath)
}

function loadSeed(
  absolutePath: string,
  display: string,
  searchedPath: string,
  relativePath: string,
  maximumBytes: number,
): SourceFile {
  const originalPath = `${searchedPath}/${relativePath}`
  const displayPath = `${display}${originalPath}`
  let checksum: FileHash | undefined
  return {
    absolutePath,
    kind: 'seed',
    searchedPath,
    relativePath,
    originalPath,
    displayPath,
    text: '',
    fullText: '',
    firstLine: 1,
    get checksum() {
      checksum ??=
        statSync(absolutePath).size > maximumBytes
          ? { name: 'path', checksum: originalPath }
          : { name: 'sha256', checksum: sha256(pythonStrip(readText(absolutePath, displayPath))) }
      return checksum
    },
    contentHash: () => hash('sha256', readFileSync(absolutePath), 'base64'),
  }
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TdbtError('T1013', `Cannot read ${shown}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      location: { file: shown, line: 1, column: 1 },
      cause,
    })
  }
}

const PYTHON_SPACES = '[\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const PYTHON_SPACE = new RegExp(PYTHON_SPACES)
const SPACE_CODE = 0x20
const LAST_ASCII = 0x7f

/** Python's str.strip() on a file's text. */
function pythonStrip(text: string): string {
  // Unlike trim(), Python leaves a byte order mark and takes the separators U+001C…U+001F and U+0085.
  let start = 0
  let end = text.length
  while (start < end && isPythonSpace(text, start)) start++
  while (end > start && isPythonSpace(text, end - 1)) end--
  return text.slice(start, end)
}

function isPythonSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code > SPACE_CODE && code <= LAST_ASCII ? false : PYTHON_SPACE.test(text.charAt(index))
}

export function sha256(text: string): string {
  return hash('sha256', text)
}

export function md5(text: string): string {
  return hash('md5', text)
}
