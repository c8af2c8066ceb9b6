import { lazyDict, type PyValue } from '../jinja/index.ts'
import type { CompiledEntry } from './runtime.ts'

function withoutNulls(value: object): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) if (field !== null && field !== undefined) result[key] = field
  return result
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a node has besides its manifest entry while it runs. */
export interface ModelExtras {
  readonly compiled?: CompiledEntry | undefined
  readonly buildPath?: string | null
  /** A batch of a microbatch model. */
  readonly batch?: { readonly id: string; readonly event_time_start: PyValue; readonly event_time_end: PyValue } | null
  readonly fields?: Readonly<Record<string, unknown>>
}

/** The `model` variable: the node's manifest entry without its nulls (dbt leaves them out here), with what compiling added. */
export function modelVariable(node: object, extras: ModelExtras = {}): PyValue {
  const model = withoutNulls(node)
  if (isRecord(model['config'])) model['config'] = withoutNulls(model['config'])
  if (isRecord(model['columns'])) {
    model['columns'] = Object.fromEntries(
      Object.entries(model['columns']).map(([name, column]) => [
        name,
        isRecord(column)
          ? {
              ...withoutNulls(column),
              constraints: Array.isArray(column['constraints'])
                ? column['constraints'].map((each: unknown) => (isRecord(each) ? withoutNulls(each) : each))
                : [],
            }
          : column,
      ]),
    )
  }
  if (Array.isArray(model['constraints'])) {
    model['constraints'] = model['constraints'].map((each: unknown) => (isRecord(each) ? withoutNulls(each) : each))
  }
  const { compiled, buildPath, batch, fields } = extras
  if (compiled !== undefined) {
    model['compiled'] = true
    model['compiled_code'] = compiled.node.compiled_code
    model['compiled_sql'] = compiled.node.compiled_code
    model['extra_ctes_injected'] = compiled.node.extra_ctes_injected
    model['extra_ctes'] = compiled.node.extra_ctes
    if (compiled.node.relation_name !== null) model['relation_name'] = compiled.node.relation_name
  }
  if (typeof buildPath === 'string') model['build_path'] = buildPath
  if (batch !== null && batch !== undefined) model['batch'] = batch
  return lazyDict({ ...model, ...fields })
}
