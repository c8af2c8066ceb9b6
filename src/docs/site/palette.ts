import type { Resource } from './data.ts'
import type { Store } from './store.ts'

export type ColorMode = 'layer' | 'kind'

/** Hues (degrees) of the kinds; lightness comes from the theme. */
const KIND_HUES: Readonly<Record<string, number>> = {
  source: 158,
  seed: 42,
  model: 214,
  snapshot: 268,
  analysis: 190,
  exposure: 338,
  metric: 20,
  semantic_model: 20,
  saved_query: 20,
  function: 300,
}

const LAYER_HUES: Readonly<Record<string, number>> = {
  source: 158,
  seed: 88,
  raw: 24,
  bronze: 24,
  staging: 196,
  stage: 196,
  base: 196,
  snapshot: 268,
  intermediate: 230,
  silver: 214,
  core: 250,
  marts: 42,
  mart: 42,
  gold: 42,
  models: 214,
  exposure: 338,
  metric: 12,
  semantic_model: 12,
  saved_query: 12,
}

/** Hues for layers with names of their own, far apart. */
const SPARE_HUES = [262, 172, 318, 122, 284, 64, 238, 350, 142, 300]

/** The colour of a resource as a hue; the same layer has the same hue on every page. */
export function hueOf(store: Store, resource: Resource, mode: ColorMode): number {
  return mode === 'kind' ? (KIND_HUES[resource.kind] ?? 214) : layerHue(store, resource.layer)
}

function layerHue(store: Store, layer: string): number {
  const known = LAYER_HUES[layer]
  if (known !== undefined) return known
  const others = store.layers.filter((name) => LAYER_HUES[name] === undefined)
  return SPARE_HUES[others.indexOf(layer) % SPARE_HUES.length] ?? 214
}

export function kindHue(kind: string): number {
  return KIND_HUES[kind] ?? 214
}

/** The colour of a layer as style variables: `--hue` of the palette, and `--own` where the project has a word of its own. */
export function layerVars(store: Store, layer: string): Readonly<Record<string, string | number>> {
  const own = store.layerColors.get(layer)
  const hue = layerHue(store, layer)
  return own === undefined ? { '--hue': hue } : { '--hue': hue, '--own': own }
}

/** `semantic_model` → `semantic model`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}

const PLURALS: Readonly<Record<string, string>> = {
  analysis: 'Analyses',
  saved_query: 'Saved queries',
}

export function plural(kind: string): string {
  const base = words(kind)
  return PLURALS[kind] ?? `${base.charAt(0).toUpperCase()}${base.slice(1)}s`
}
