import { svg } from './dom.ts'

/** Stroke icons on a 16 × 16 grid. */
const PATHS = {
  search: 'M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  overview: 'M2.5 2.5h4.5v5h-4.5zM9 2.5h4.5v3H9zM9 7.5h4.5v6H9zM2.5 9.5h4.5v4h-4.5z',
  lineage: 'M2 4h4M10 4h4M10 12h4M6 4c4 0 0 8 4 8M6 4h4',
  check: 'm3 8.5 3.2 3L13 4.5',
  macro: 'M5.5 3C3.5 3 5 8 2.5 8 5 8 3.5 13 5.5 13M10.5 3c2 0 .5 5 3 5-2.5 0-1 5-3 5',
  table: 'M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13',
  source:
    'M3 4.2c0-1.2 2.2-2 5-2s5 .8 5 2-2.2 2-5 2-5-.8-5-2Zm0 0v7.6c0 1.2 2.2 2 5 2s5-.8 5-2V4.2M3 8c0 1.2 2.2 2 5 2s5-.8 5-2',
  seed: 'M4 2h5l3 3v9H4zM9 2v3h3M6 8.5h4M6 11h4',
  snapshot: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9v3.2l2.2 1.4',
  exposure: 'M2.5 13V3M2.5 13h11M5.5 11V8M8.5 11V5M11.5 11V6.5',
  metric: 'M2 12.5 6 8l3 2.5L14 4M14 4h-3.5M14 4v3.5',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  moon: 'M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6Z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm0-9.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  close: 'm4 4 8 8M12 4l-8 8',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  focus: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 1.5V4M8 12v2.5M1.5 8H4M12 8h2.5',
} as const

export type IconName = keyof typeof PATHS

export function icon(name: IconName): SVGElement {
  return svg(
    'svg',
    { class: 'icon', attrs: { viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' } },
    svg('path', { attrs: { d: PATHS[name] } }),
  )
}

export function kindIcon(kind: string): IconName {
  switch (kind) {
    case 'source':
      return 'source'
    case 'seed':
      return 'seed'
    case 'snapshot':
      return 'snapshot'
    case 'exposure':
      return 'exposure'
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return 'metric'
    case 'function':
      return 'macro'
    default:
      return 'table'
  }
}
