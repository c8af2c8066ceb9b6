import type { Item } from './layout.ts'

/** Layers up to this size are never folded. */
const ROOMY = 24
/** What a box takes, gaps included; only the proportion counts. */
const COLUMN_WIDTH = 230
const ROW_HEIGHT = 62
const ASPECT = 1.5

/**
 * Gives crowded layers several columns, so that a wide project is not a strip too high to be read: neighbours in a layer's
 * order go to neighbouring columns, and the order from top to bottom stays. Sets `column`,
 * `columns` and `squeeze`.
 */
export function foldCrowdedLayers(layers: readonly Item[][]): void {
  const boxes = layers.map((layer) => layer.filter((item) => !item.isBend))
  const tallest = Math.max(0, ...boxes.map((layer) => layer.length))
  let rows = tallest
  const width = (): number =>
    boxes.reduce((sum, layer) => sum + Math.ceil(layer.length / rows) * COLUMN_WIDTH + COLUMN_WIDTH / 3, 0)
  while (rows > ROOMY && width() < ASPECT * rows * ROW_HEIGHT) rows = Math.max(ROOMY, Math.floor(rows * 0.93))
  for (const [index, layer] of boxes.entries()) {
    const columns = Math.max(1, Math.ceil(layer.length / Math.max(1, rows)))
    layer.forEach((item, position) => {
      item.column = position % columns
    })
    const all = layers[index] ?? []
    const crowd = Math.max(1, (all.length - layer.length) / ROOMY)
    for (const item of all) {
      item.columns = columns
      item.squeeze = item.isBend ? crowd : columns
    }
  }
}
