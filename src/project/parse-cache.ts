import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ErrorDetails, type Invocation, type Manifest, type SourceLocation, TdbtError } from '../core/index.ts'
import { float } from '../jinja/index.ts'
import { isRecord } from './native-render.ts'
import type { PackageScope } from './parsing.ts'
import { plainData } from './plain-data.ts'
import type { SourceFile } from './project-files.ts'

/** What a parse gave, as the cache keeps it. */
export interface ParsedState {
  readonly manifest: Manifest
  readonly locations: Readonly<Record<string, SourceLocation>>
  readonly warnings: readonly TdbtError[]
}

/** A parse of before that still holds, but for the models whose SQL was edited since. */
export interface CacheHit extends ParsedState {
  readonly changed: readonly { readonly scope: PackageScope; readonly file: SourceFile }[]
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

interface FileMark {
  readonly path: string
  readonly size: number
  readonly modifiedMs: number
  readonly inode: number
  readonly hash: string
}

interface Header {
  readonly build: string
  readonly settings: string
  /** The flags and threads, where some text of the project names them; else null. */
  readonly flags: string | null
  /** Day of the parse, where deprecation dates are among the nodes. */
  readonly day: string | null
  readonly env: Readonly<Record<string, string | null>>
  readonly files: readonly FileMark[]
  /** Length and hash of the rest of the file. */
  readonly length: number
}

const FILE_NAME = 'partial_parse.json'
/** More edited models than these are a full parse, which writes the cache anew. */
const MAXIMUM_CHANGED = 50
/** A file younger than this at the time of parsing may change again without its times showing it. */
const RACE_MS = 2000

/**
 * The parse cache: one file, target/partial_parse.json, of a header line (all that the parse depended on, hashed) and a line with what
 * it gave. Anything that does not match, or cannot be read, is no hit; a failure to write is ignored.
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
      const text = readFileSync(join(this.options.dir, FILE_NAME), 'utf8')
      const end = text.indexOf('\n')
      const header = JSON.parse(text.slice(0, end)) as Header
      if (!this.holds(header) || text.length - end - 1 !== header.length) return undefined
      const changed = this.changedFiles(header.files)
      if (!changed) return undefined
      return { ...readState(text.slice(end + 1)), changed }
    } catch {
      return undefined
    }
  }

  write(state: ParsedState): void {
    const path = join(this.options.dir, FILE_NAME)
    const temporary = `${path}.${this.options.invocation.invocationId}.tmp`
    try {
      const payload = writeState(state)
      if (payload === undefined) {
        rmSync(path, { force: true })
        return
      }
      const { invocation } = this.options
      const flags = this.files.some(({ file }) => /\bflags\b|invocation_args|\bthreads\b/.test(file.fullText))
      const dated = Object.values(state.manifest.nodes).some((node) =>
        Boolean('deprecation_date' in node && node.deprecation_date),
      )
      const header: Header = {
        build: buildMark(),
        settings: hash(JSON.stringify(this.options.settings)),
        flags: flags ? flagsHash(this.options) : null,
        day: dated ? invocation.startedAt.toISOString().slice(0, 10) : null,
        env: Object.fromEntries([...this.options.envNames].map((name) => [name, envHash(invocation, name)])),
        files: this.files.map(({ file }) => this.mark(file)),
        length: payload.length,
      }
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(temporary, `${JSON.stringify(header)}\n${payload}`)
      renameSync(temporary, path)
    } catch {
      rmSync(temporary, { force: true })
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
    const changed: { scope: PackageScope; file: SourceFile }[] = []
    for (const [index, { scope, file, isModel }] of this.files.entries()) {
      const mark = marks[index]
      if (mark?.path !== file.absolutePath) return undefined
      const { size, mtimeMs, ino } = statSync(file.absolutePath)
      if (mark.size === size && mark.modifiedMs === mtimeMs && mark.inode === ino) continue
      if (mark.hash === contentHash(file.absolutePath)) continue
      if (!isModel || changed.length >= MAXIMUM_CHANGED) return undefined
      changed.push({ scope, file })
    }
    return changed
  }

  private mark(file: SourceFile): FileMark {
    const { size, mtimeMs, ctimeMs, ino } = statSync(file.absolutePath)
    const isYoung = Math.max(mtimeMs, ctimeMs) > this.startedMs - RACE_MS
    // A file that changed while it was parsed has another content than what was read: no hash fits it.
    const hashed = ctimeMs > this.startedMs && file.kind === 'text' ? '' : contentHash(file.absolutePath)
    return { path: file.absolutePath, size, modifiedMs: isYoung ? 0 : mtimeMs, inode: ino, hash: hashed }
  }
}

function writeState(state: ParsedState): string | undefined {
  const floats: (readonly [path: readonly string[], value: number])[] = []
  const manifest = plainData(state.manifest, (path, value) => floats.push([path, value]))
  if (!manifest) return undefined
  const warnings = state.warnings.map(({ code, message, details: { cause: _cause, ...details } }) => ({
    code,
    message,
    details,
  }))
  return JSON.stringify({ manifest: state.manifest, locations: state.locations, warnings, floats })
}

function readState(text: string): ParsedState {
  const data = JSON.parse(text) as {
    manifest: Manifest
    locations: Record<string, SourceLocation>
    warnings: readonly { code: TdbtError['code']; message: string; details: ErrorDetails }[]
    floats: readonly (readonly [readonly string[], number])[]
  }
  for (const [path, value] of data.floats) {
    let holder: unknown = data.manifest
    for (const key of path.slice(0, -1))
      holder = isRecord(holder) || Array.isArray(holder) ? Reflect.get(holder, key) : {}
    const last = path.at(-1)
    if (typeof holder === 'object' && holder !== null && last !== undefined) Reflect.set(holder, last, float(value))
  }
  return {
    manifest: data.manifest,
    locations: data.locations,
    warnings: data.warnings.map(({ code, message, details }) => new TdbtError(code, message, details)),
  }
}

function hash(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('base64')
}

function contentHash(path: string): string {
  return hash(readFileSync(path))
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
