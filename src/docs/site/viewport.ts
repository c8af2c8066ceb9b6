import type { Layout, Point } from './layout.ts'

/** Pan and zoom of a drawing. */
export interface View {
  fit(): void
  zoom(factor: number): void
  /** Moves the point into view when it is outside. */
  reveal(point: Point): void
  dragging(): boolean
  /** Whether the last press moved the drawing (so its click is not one). */
  dragged(): boolean
}

export interface ViewportOptions {
  readonly wheel: boolean
  /** Put in the middle at a readable size when everything does not fit. */
  readonly focus: Point | null
  readonly onChange: (scale: number) => void
}

const LARGEST = 2.2
const FIT_LARGEST = 1.15
const READABLE = 0.62
const CLICK_SLACK = 4

export function viewport(canvas: SVGElement, world: SVGElement, layout: Layout, options: ViewportOptions): View {
  let x = 0
  let y = 0
  let scale = 1
  let moved = 0
  let frame = 0
  const pointers = new Map<number, Point>()

  const draw = (): void => {
    frame = 0
    world.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`)
    options.onChange(scale)
  }
  const schedule = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }
  const size = (): { width: number; height: number } => canvas.getBoundingClientRect()
  const fitScale = (): number => {
    const { width, height } = size()
    return Math.min(width / Math.max(layout.width, 1), height / Math.max(layout.height, 1), FIT_LARGEST)
  }
  const smallest = (): number => Math.min(fitScale() * 0.6, 0.3)
  const zoomAt = (factor: number, at: Point): void => {
    const next = Math.min(LARGEST, Math.max(smallest(), scale * factor))
    x = at.x - ((at.x - x) * next) / scale
    y = at.y - ((at.y - y) * next) / scale
    scale = next
    schedule()
  }
  const centre = (point: Point): void => {
    const { width, height } = size()
    x = width / 2 - point.x * scale
    y = height / 2 - point.y * scale
    schedule()
  }
  const fitAll = (): void => {
    scale = fitScale()
    centre({ x: layout.width / 2, y: layout.height / 2 })
  }
  const start = (): void => {
    fitAll()
    if (options.focus !== null && scale < READABLE) {
      scale = 0.85
      centre(options.focus)
    }
    draw()
  }
  const local = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    pointers.set(event.pointerId, local(event))
    if (pointers.size === 1) moved = 0
  })
  const release = (event: PointerEvent): void => {
    pointers.delete(event.pointerId)
    canvas.classList.remove('grabbing')
  }
  canvas.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    const now = local(event)
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point)
    if (other !== undefined) {
      const spread = (point: Point): number => Math.hypot(point.x - other.x, point.y - other.y)
      zoomAt(spread(now) / Math.max(1, spread(before)), other)
    } else {
      x += now.x - before.x
      y += now.y - before.y
      schedule()
    }
    moved += Math.hypot(now.x - before.x, now.y - before.y)
    pointers.set(event.pointerId, now)
    if (moved > CLICK_SLACK && !canvas.hasPointerCapture(event.pointerId)) {
      canvas.setPointerCapture(event.pointerId)
      canvas.classList.add('grabbing')
    }
  })
  canvas.addEventListener('pointerup', release)
  canvas.addEventListener('pointercancel', release)
  // Links are draggable by nature; here a drag moves the drawing.
  canvas.addEventListener('dragstart', (event) => event.preventDefault())
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!options.wheel && !event.ctrlKey) return
      event.preventDefault()
      const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY
      zoomAt(Math.exp(-Math.max(-80, Math.min(80, step)) * (event.ctrlKey ? 0.01 : 0.0022)), local(event))
    },
    { passive: false },
  )
  let known = ''
  new ResizeObserver(() => {
    const { width, height } = size()
    const key = `${Math.round(width)}x${Math.round(height)}`
    if (width === 0 || key === known) return
    known = key
    start()
  }).observe(canvas)

  return {
    fit: fitAll,
    zoom: (factor) => zoomAt(factor, { x: size().width / 2, y: size().height / 2 }),
    reveal: (point) => {
      const { width, height } = size()
      const at = { x: point.x * scale + x, y: point.y * scale + y }
      const inside = at.x > 60 && at.y > 30 && at.x < width - 60 && at.y < height - 30
      if (!inside) centre(point)
    },
    dragging: () => pointers.size > 0,
    dragged: () => moved > CLICK_SLACK,
  }
}
