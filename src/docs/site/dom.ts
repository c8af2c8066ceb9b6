/** Children of an element: text becomes text nodes, so nothing from the data is ever read as markup. */
export type Child = Node | string | number | null | undefined | false | readonly Child[]

export interface Props {
  readonly class?: string
  readonly title?: string
  readonly href?: string
  readonly id?: string
  readonly on?: Readonly<Record<string, (event: Event) => void>>
  readonly attrs?: Readonly<Record<string, string | number | boolean | null | undefined>>
  readonly vars?: Readonly<Record<string, string | number>>
}

/** An HTML element. Attributes are set by name and never from data keys; `href` goes through safeHref. */
export function h(tag: string, props: Props | null, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag)
  apply(element, props)
  append(element, children)
  return element
}

/** An SVG element. */
export function svg(tag: string, props: Props | null, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  apply(element, props)
  append(element, children)
  return element
}

function apply(element: HTMLElement | SVGElement, props: Props | null): void {
  if (props === null) return
  if (props.class !== undefined) element.setAttribute('class', props.class)
  if (props.title !== undefined) element.setAttribute('title', props.title)
  if (props.id !== undefined) element.id = props.id
  if (props.href !== undefined) {
    const href = safeHref(props.href)
    if (href !== null) element.setAttribute('href', href)
    if (href !== null && !href.startsWith('#')) {
      element.setAttribute('rel', 'noopener noreferrer')
      element.setAttribute('target', '_blank')
    }
  }
  for (const [name, value] of Object.entries(props.attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue
    element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const [name, value] of Object.entries(props.vars ?? {})) element.style.setProperty(name, String(value))
  for (const [event, listener] of Object.entries(props.on ?? {})) element.addEventListener(event, listener)
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) append(element, child)
    else if (child instanceof Node) element.append(child)
    else element.append(String(child))
  }
}

/** Links that cannot run anything: within the page, http(s) and mailto; null for the rest. */
export function safeHref(href: string): string | null {
  const trimmed = href.trim()
  return /^(#|https?:\/\/|mailto:)/i.test(trimmed) ? trimmed : null
}

export function clear(element: Element): void {
  element.replaceChildren()
}
