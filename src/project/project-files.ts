import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
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
  const ignore = existsSync(ignoreFile) ? parseIgnoreFile(readFileSync(ignoreFile, 'utf8')) : () => false
  const walked = new Map<string, readonly string[]>()
  const filesBelow = (searched: string): readonly string[] => {
    const known = walked.get(searched)
    if (known) return known
    const found = findFiles(config.root, searched, ignore)
    walked.set(searched, found)
    return found
  }
  const read = (paths: readonly string[], extensions: readonly string[], load = loadText): SourceFile[] =>
    [...new Set(paths.map((path) => path.replace(/\/+$/, '')))].flatMap((searched) =>
      filesBelow(searched)
        .filter((path) => hasExtension(path, extensions))
        .map((relativePath) => load(config, display, searched, relativePath)),
    )
  const below = (folder: string) => config.testPaths.map((path) => `${path.replace(/\/+$/, '')}/${folder}`)
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
    genericTests: read(below('generic'), ['.sql']),
    seeds: read(config.seedPaths, ['.csv'], (...file) => loadSeed(...file, maximumSeedBytes)),
    docs: read(config.docsPaths, ['.md']),
    properties: withoutRepeats(read(allPaths, ['.yml', '.yaml'])),
    fixtures: read(below('fixtures'), ['.csv', '.sql']),
    functions: read(config.functionPaths, ['.sql', '.py', '.js']),
  }
}

// A folder may be named for two kinds (models and seeds in one): each properties file counts once.
function withoutRepeats(files: readonly SourceFile[]): SourceFile[] {
  const seen = new Set<string>()
  return files.filter((file) => !seen.has(file.originalPath) && seen.add(file.originalPath))
}

function hasExtension(path: string, extensions: readonly string[]): boolean {
  const lower = path.toLowerCase()
  return extensions.some((extension) => lower.endsWith(extension))
}

/** Paths below `searched` of files, sorted; names that begin with `.`, `#` or `~` are left out, as in dbt. */
function findFiles(root: string, searched: string, ignore: IgnoreTest): string[] {
  const top = join(root, searched)
  if (!existsSync(top)) return []
  const out: string[] = []
  const visit = (folder: string, prefix: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${prefix}${entry.name}`
      const absolute = join(folder, entry.name)
      const isFolder = entry.isDirectory()
      const isFile =
        entry.isFile() || (entry.isSymbolicLink() && statSync(absolute, { throwIfNoEntry: false })?.isFile())
      if (isFolder) visit(absolute, `${path}/`)
      else if (isFile && !/^[.#~]/.test(entry.name)) {
        if (!ignore(`${searched}/${path}`)) out.push(path)
      }
    }
  }
  visit(top, '')
  return out
}

/** The file is read when its text is first asked for; throws T1013 then. */
function loadText(config: ProjectConfig, display: string, searchedPath: string, relativePath: string): SourceFile {
  const originalPath = `${searchedPath}/${relativePath}`
  const absolutePath = join(config.root, originalPath)
  const displayPath = `${display}${originalPath}`
  let content: TextContent | undefined
  const read = () => {
    content ??= textContent(readText(absolutePath, displayPath))
    return content
  }
  return {
    absolutePath,
    kind: 'text',
    searchedPath,
    relativePath,
    originalPath,
    displayPath,
    get text() {
      return read().text
    },
    get fullText() {
      return read().fullText
    },
    get firstLine() {
      return read().firstLine
    },
    get checksum() {
      return read().checksum
    },
    contentHash: () => hash('sha256', read().written, 'base64'),
  }
}

interface TextContent extends Pick<SourceFile, 'text' | 'fullText' | 'firstLine' | 'checksum'> {
  readonly written: string
}

function textContent(written: string): TextContent {
  // A byte order mark is no part of the SQL: dbt keeps it and the database refuses it. Its checksum does hold it.
  const fullText = written.charCodeAt(0) === 0xfeff ? written.slice(1) : written
  const leading = fullText.slice(0, fullText.length - fullText.trimStart().length)
  return {
    text: pythonStrip(fullText),
    fullText,
    written,
    firstLine: 1 + (leading.match(/\n/g)?.length ?? 0),
    checksum: { name: 'sha256', checksum: sha256(pythonStrip(written)) },
  }
}

function loadSeed(
  config: ProjectConfig,
  display: string,
  searchedPath: string,
  relativePath: string,
  maximumBytes: number,
): SourceFile {
  const originalPath = `${searchedPath}/${relativePath}`
  const absolutePath = join(config.root, originalPath)
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

const PYTHON_SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+'
const PYTHON_SPACE_AT_START = new RegExp(`^${PYTHON_SPACE}`)
const PYTHON_SPACE_AT_END = new RegExp(`${PYTHON_SPACE}$`)

/** Python's str.strip() on a file's text. */
function pythonStrip(text: string): string {
  // Unlike trim(), Python leaves a byte order mark and takes the separators U+001C…U+001F and U+0085.
  return text.replace(PYTHON_SPACE_AT_START, '').replace(PYTHON_SPACE_AT_END, '')
}

export function sha256(text: string): string {
  return hash('sha256', text)
}

export function md5(text: string): string {
  return hash('md5', text)
}
