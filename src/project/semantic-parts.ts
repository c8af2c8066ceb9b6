import { isRecord } from './native-render.ts'

/** Plain data of a semantic resource under construction. */
export type Part = Record<string, unknown>

const text = (value: unknown): string | null => (value === undefined || value === null ? null : String(value))
const elementConfig = (value: unknown): Part => ({
  meta: isRecord(value) && isRecord(value['meta']) ? value['meta'] : {},
})

/** One filter, a text or a list of them, as dbt stores it. */
export function filterOf(value: unknown): Part | null {
  if (value === undefined || value === null) return null
  const filters = Array.isArray(value) ? value : [value]
  return { where_filters: filters.map((filter) => ({ where_sql_template: String(filter) })) }
}

export function entityOf(value: unknown): Part {
  const entity = isRecord(value) ? value : {}
  return {
    name: text(entity['name']),
    type: text(entity['type']),
    description: text(entity['description']),
    label: text(entity['label']),
    role: text(entity['role']),
    expr: text(entity['expr']),
    config: elementConfig(entity['config']),
  }
}

export function dimensionOf(value: unknown): Part {
  const dimension = isRecord(value) ? value : {}
  const params = dimension['type_params']
  const validity = isRecord(params) ? params['validity_params'] : undefined
  return {
    name: text(dimension['name']),
    type: text(dimension['type']),
    description: text(dimension['description']),
    label: text(dimension['label']),
    is_partition: dimension['is_partition'] === true,
    type_params: isRecord(params)
      ? {
          time_granularity: text(params['time_granularity']),
          validity_params: isRecord(validity) ? { is_start: false, is_end: false, ...validity } : null,
        }
      : null,
    expr: text(dimension['expr']),
    metadata: null,
    config: elementConfig(dimension['config']),
  }
}

export function measureOf(value: unknown): Part {
  const measure = isRecord(value) ? value : {}
  const additive = measure['non_additive_dimension']
  const params = measure['agg_params']
  return {
    name: text(measure['name']),
    agg: text(measure['agg']),
    description: text(measure['description']),
    label: text(measure['label']),
    create_metric: measure['create_metric'] === true,
    expr: text(measure['expr']),
    agg_params: isRecord(params)
      ? { percentile: null, use_discrete_percentile: false, use_approximate_percentile: false, ...params }
      : null,
    non_additive_dimension: isRecord(additive)
      ? {
          name: text(additive['name']),
          window_choice: text(additive['window_choice']),
          window_groupings: additive['window_groupings'] ?? [],
        }
      : null,
    agg_time_dimension: text(measure['agg_time_dimension']),
    config: elementConfig(measure['config']),
  }
}

/** A measure that a metric takes in: its name, or a mapping. */
export function inputMeasure(value: unknown): Part | null {
  if (value === undefined || value === null) return null
  const input: Part = isRecord(value) ? value : { name: value }
  return {
    name: text(input['name']),
    filter: filterOf(input['filter']),
    alias: text(input['alias']),
    join_to_timespine: input['join_to_timespine'] === true,
    fill_nulls_with: input['fill_nulls_with'] ?? null,
  }
}

/** A metric that a metric takes in: its name, or a mapping. */
function inputMetric(value: unknown): Part | null {
  if (value === undefined || value === null) return null
  const input: Part = isRecord(value) ? value : { name: value }
  return {
    name: text(input['name']),
    filter: filterOf(input['filter']),
    alias: text(input['alias']),
    offset_window: windowOf(input['offset_window']),
    offset_to_grain: text(input['offset_to_grain']),
  }
}

/** `7 days` → `{count: 7, granularity: 'day'}`. */
function windowOf(value: unknown): Part | null {
  if (isRecord(value)) return { ...value }
  const match = /^\s*(\d+)\s+(\w+?)s?\s*$/.exec(text(value) ?? '')
  return match ? { count: Number(match[1]), granularity: (match[2] ?? '').toLowerCase() } : null
}

/** The type parameters of a metric with all of dbt's fields. */
export function typeParams(type: string, value: unknown): Part {
  const params = isRecord(value) ? value : {}
  const conversion = params['conversion_type_params']
  const cumulative = params['cumulative_type_params']
  return {
    measure: inputMeasure(params['measure']),
    input_measures: [],
    numerator: inputMetric(params['numerator']),
    denominator: inputMetric(params['denominator']),
    expr: text(params['expr']),
    window: windowOf(params['window']),
    grain_to_date: text(params['grain_to_date']),
    metrics: Array.isArray(params['metrics']) ? params['metrics'].map(inputMetric) : [],
    conversion_type_params: isRecord(conversion)
      ? {
          base_measure: inputMeasure(conversion['base_measure']),
          conversion_measure: inputMeasure(conversion['conversion_measure']),
          entity: text(conversion['entity']),
          calculation: text(conversion['calculation']) ?? 'conversion_rate',
          window: windowOf(conversion['window']),
          constant_properties: conversion['constant_properties'] ?? null,
        }
      : null,
    cumulative_type_params:
      type === 'cumulative' || isRecord(cumulative)
        ? cumulativeParams(isRecord(cumulative) ? cumulative : {}, params)
        : null,
    metric_aggregation_params: null,
  }
}

// The older form has window and grain_to_date beside, not in, cumulative_type_params.
function cumulativeParams(cumulative: Readonly<Part>, params: Readonly<Part>): Part {
  return {
    window: windowOf(cumulative['window'] ?? params['window']),
    grain_to_date: text(cumulative['grain_to_date'] ?? params['grain_to_date']),
    period_agg: text(cumulative['period_agg']) ?? 'first',
    metric: inputMetric(cumulative['metric']),
  }
}
