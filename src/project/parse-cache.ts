import { hash as hashOnce } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ErrorDetails, type Invocation, type Manifest, type SourceLocation, TdbtError } from '../core/index.ts'
import { CheckedFile, readCheckedFile } from './checked-file.ts'
import type { NodeDraft } from './drafts.ts'
import { decodeManifest, encodeManifest, NOT_PLAIN } from './manifest-codec.ts'
import type { PackageScope } from './parsing.ts'
import type { SourceFile } from './project-files.ts'
import { saidOf } from './reparse-models.ts'
import { restorePlaces, type StoredPlaces, storePlaces } from './stored-places.ts'

/** What a parse gave, as the cache keeps it. */
export interface ParsedState {
  readonly manifest: Manifest
  readonly locations: Readonly<Record<string, SourceLocation>>
  readonly warnings: readonly TdbtError[]
  /** What the caller made of the manifest: `derive` of LoadOptions. */
  readonly derived?: unknown
}

export interface ChangedFile {
  readonly scope: PackageScope
  readonly file: SourceFile
  /** `saidOf` the model that stood in it. */
  readonly said: string | null
}

/** A parse of before that still holds, but for the models whose SQL was edited since. */
export interface CacheHit extends Pick<ParsedState, 'warnings' | 'derived'> {
  /** Read when asked for. */
  readonly manifest: () => Manifest
  readonly locations: () => Readonly<Record<string, SourceLocation>>
  /** The macros alone, and their places. */
  readonly macros: () => {
    readonly macros: Manifest['macros']
    readonly locations: Readonly<Record<string, SourceLocation>>
  }
  readonly changed: readonly ChangedFile[]
}

export interface ParseCacheOptions {
  /** target/ */
  readonly dir: string
  readonly scopes: ReadonlyMap<string, PackageScope>
  readonly invocation: Invocation
  /** Environment variables that templates read; filled while parsing. */
  readonly envNames: ReadonlySet<string>
  readonly threads: number
  /** All else that a parse depends on: settings, target, built-in macros. Data that JSON can hold. */
  readonly settings: unknown
}

/** A file as it was parsed; of models also `saidOf` what stood in it. */
type FileMark = readonly [path: string, size: number, modifiedMs: number, inode: number, hash: string, said?: string]

const PATH = 0
const SIZE = 1
const MODIFIED = 2
const INODE = 3
const HASH = 4
const SAID = 5

interface Header {
  readonly build: string
  readonly settings: string
  /** The flags and threads, where some text of the project names them; else null. */
  readonly flags: string | null
  /** Day of the parse, where deprecation dates are among the nodes. */
  readonly day: string | null
  readonly env: Readonly<Record<string, string | null>>
  readonly files: readonly FileMark[]
}

const FILE_NAME = 'partial_parse.json'
const NEWLINE = 10
/** More edited models than these are a full parse, which writes the cache anew. */
const MAXIMUM_CHANGED = 50
/** A file younger than this at the time of parsing may change again without its times showing it. */
const RACE_MS = 2000

/**
 * The parse cache: one file, target/partial_parse.json, of a header line (all that the parse depended on, hashed) and what it
 * gave. Anything that does not match, or cannot be read, is no hit; a failure to write is ignored.
 */
export class ParseCache {
  private readonly options: ParseCacheOptions
  private readonly files: readonly {
    readonly scope: PackageScope
    readonly file: SourceFile
    readonly isModel: boolean
  }[]
  private readonly startedMs = Date.now()

  constructor(options: ParseCacheOptions) {
    this.options = options
    this.files = [...options.scopes.values()].flatMap((scope) =>
      Object.entries(scope.files).flatMap(([kind, files]) =>
        (files as readonly SourceFile[]).map((file) => ({
          scope,
          file,
          isModel: kind === 'models' && file.originalPath.endsWith('.sql'),
        })),
      ),
    )
  }

  find(): CacheHit | undefined {
    try {
      const whole = readCheckedFile(join(this.options.dir, FILE_NAME))
      if (!whole) return undefined
      const { content, ends } = whole
      const start = content.indexOf(NEWLINE) + 1
      const header = JSON.parse(content.toString('utf8', 0, start)) as Header
      if (!this.holds(header)) return undefined
      const changed = this.changedFiles(header.files)
      if (!changed) return undefined
      const [macrosEnd = 0, manifestEnd = 0, placesEnd = 0, restEnd = 0] = ends
      const { warnings, derived, macroPlaces } = JSON.parse(content.toString('utf8', placesEnd, restEnd)) as Rest
      const macros = () => decodeManifest(content.toString('utf8', start, macrosEnd)).macros
      return {
        macros: () => ({ macros: macros(), locations: restorePlaces(() => macroPlaces) }),
        manifest: () => ({ ...decodeManifest(content.toString('utf8', macrosEnd, manifestEnd)), macros: macros() }),
        locations: () =>
          restorePlaces(
            () => JSON.parse(content.toString('utf8', manifestEnd, placesEnd)) as StoredPlaces,
            () => macroPlaces,
          ),
        warnings: warnings.map(({ code, message, details }) => new TdbtError(code, message, details)),
        derived,
        changed,
      }
    } catch {
      return undefined
    }
  }

  write(state: ParsedState): void {
    const path = join(this.options.dir, FILE_NAME)
    const temporary = `${path}.${this.options.invocation.invocationId}.tmp`
    try {
      const header = this.header(state.manifest)
      mkdirSync(dirname(path), { recursive: true })
      const file = new CheckedFile(temporary)
      try {
        file.write(`${JSON.stringify(header)}\n`)
        writeState(file, state)
        file.finish()
      } finally {
        file.close()
      }
      renameSync(temporary, path)
    } catch (thrown) {
      rmSync(temporary, { force: true })
      if (thrown === NOT_PLAIN) rmSync(path, { force: true })
    }
  }

  private header(manifest: Manifest): Header {
    const { invocation } = this.options
    const flags = this.files.some(({ file }) => namesFlags(file.fullText))
    const dated = Object.values(manifest.nodes).some((node) =>
      Boolean('deprecation_date' in node && node.deprecation_date),
    )
    return {
      build: buildMark(),
      settings: hash(JSON.stringify(this.options.settings)),
      flags: flags ? flagsHash(this.options) : null,
      day: dated ? invocation.startedAt.toISOString().slice(0, 10) : null,
      env: Object.fromEntries([...this.options.envNames].map((name) => [name, envHash(invocation, name)])),
      files: this.marks(manifest),
    }
  }

  private holds(header: Header): boolean {
    const { invocation, settings } = this.options
    return (
      header.build === buildMark() &&
      header.settings === hash(JSON.stringify(settings)) &&
      (header.flags === null || header.flags === flagsHash(this.options)) &&
      (header.day === null || header.day === invocation.startedAt.toISOString().slice(0, 10)) &&
      Object.entries(header.env).every(([name, value]) => value === envHash(invocation, name))
    )
  }

  /** Models with new text; undefined when the files differ in any other way. */
  private changedFiles(marks: readonly FileMark[]): CacheHit['changed'] | undefined {
    if (marks.length !== this.files.length) return undefined
    const changed: ChangedFile[] = []
    for (const [index, { scope, file, isModel }] of this.files.entries()) {
      const mark = marks[index]
      if (mark === undefined) return undefined
      const path = file.absolutePath
      if (mark[PATH] !== path) return undefined
      const { size, mtimeMs, ino } = statSync(path)
      if (mark[SIZE] === size && mark[MODIFIED] === mtimeMs && mark[INODE] === ino) continue
      if (mark[HASH] === contentHash(path)) continue
      if (!isModel || changed.length >= MAXIMUM_CHANGED) return undefined
      changed.push({ scope, file, said: mark[SAID] ?? null })
    }
    return changed
  }

  private marks(manifest: Manifest): readonly FileMark[] {
    const said = new Map<string, string | null>()
    for (const resource of [...Object.values(manifest.nodes), ...Object.values(manifest.disabled).flat()]) {
      if (resource.resource_type !== 'model') continue
      const path = `${resource.package_name}\0${resource.original_file_path}`
      said.set(path, said.has(path) ? null : saidOf(resource as unknown as NodeDraft))
    }
    return this.files.map(({ scope, file, isModel }) => {
      const { size, mtimeMs, ctimeMs, ino } = statSync(file.absolutePath)
      const isYoung = Math.max(mtimeMs, ctimeMs) > this.startedMs - RACE_MS
      // A file that changed while it was parsed has another content than what was read: no hash fits it.
      const hashed = ctimeMs > this.startedMs && file.kind === 'text' ? '' : file.contentHash()
      const text = isModel ? said.get(`${scope.config.name}\0${file.originalPath}`) : null
      const modifiedMs = isYoung ? 0 : mtimeMs
      return text
        ? [file.absolutePath, size, modifiedMs, ino, hashed, text]
        : [file.absolutePath, size, modifiedMs, ino, hashed]
    })
  }
}

/** Everything but the manifest and the places. */
interface Rest {
  readonly warnings: readonly { code: TdbtError['code']; message: string; details: ErrorDetails }[]
  readonly derived: unknown
  readonly macroPlaces: StoredPlaces
}

/** Its parts end at marks of the file: macros, the rest of the manifest, places, all else. Throws NOT_PLAIN. */
function writeState(file: CheckedFile, state: ParsedState): void {
  const { macros, ...others } = state.manifest
  for (const manifest of [{ macros }, others]) {
    for (const piece of encodeManifest(manifest)) file.write(piece)
    file.mark()
  }
  const ids = Object.keys(state.locations)
  const places = storePlaces(
    state.locations,
    ids.filter((id) => !Object.hasOwn(macros, id)),
  )
  const macroPlaces = storePlaces(
    state.locations,
    ids.filter((id) => Object.hasOwn(macros, id)),
  )
  file.write(JSON.stringify(places))
  file.mark()
  const warnings = state.warnings.map(({ code, message, details: { cause: _cause, ...details } }) => ({
    code,
    message,
    details,
  }))
  file.write(JSON.stringify({ warnings, derived: state.derived ?? null, macroPlaces } satisfies Rest))
  file.mark()
}

function hash(text: string | Buffer): string {
  return hashOnce('sha256', text, 'base64')
}

function contentHash(path: string): string {
  return hash(readFileSync(path))
}

function namesFlags(text: string): boolean {
  if (!text.includes('flags') && !text.includes('threads') && !text.includes('invocation_args')) return false
  return /\bflags\b|invocation_args|\bthreads\b/.test(text)
}

function envHash(invocation: Invocation, name: string): string | null {
  const value = invocation.env[name]
  return value === undefined ? null : hash(value)
}

function flagsHash({ invocation, threads }: ParseCacheOptions): string {
  return hash(JSON.stringify([invocation.flags, threads]))
}

/** Changes with each build of tdbt. */
function buildMark(): string {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url))
  return `1 ${import.meta.url} ${size} ${mtimeMs}`
}
