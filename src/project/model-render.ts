import type { RefArgs } from '../core/index.ts'
import type { ConfigDict } from './merge-config.ts'
import { isRecord } from './native-render.ts'
import type { FileContent } from './project-files.ts'

/** What the calls in a model's file said when it was rendered at parse time. */
export interface ModelRender {
  readonly refs: RefArgs[]
  readonly sources: [string, string][]
  readonly metrics: string[][]
  readonly functions: string[][]
  /** unique_ids of the macros that it calls. */
  readonly macros: string[]
  /** Its `config()` calls as one. */
  readonly config: ConfigDict
}

/** A model's file, read and rendered by another thread: nothing but data that JSON gives back as it was. */
export interface RenderedFile {
  readonly content: FileContent
  readonly render: ModelRender
  /** Environment variables that its templates read. */
  readonly envNames: readonly string[]
}

/** Models that another thread reads and renders while this one parses. */
export interface RenderedAhead {
  /** What became of a model: `index` counts the project's model files, and is asked for in rising order. undefined: the caller is to do it. */
  take(index: number): RenderedFile | undefined
  /** Nothing more will be taken. */
  end(): void
}

/**
 * Begins to render the models of a project that is parsed whole. `digest` tells what their renders depend on besides their
 * own texts, `count` how many there are. undefined where nobody will.
 */
export type StartRenderAhead = (work: { readonly digest: string; readonly count: number }) => RenderedAhead | undefined

/** True for data that is the same after JSON wrote and read it. */
export function isJsonData(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (Array.isArray(value)) return value.every(isJsonData)
  return (
    isRecord(value) && !Object.hasOwn(value, '__proto__') && Object.keys(value).every((key) => isJsonData(value[key]))
  )
}
