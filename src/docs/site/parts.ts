import type { Resource, Result, Test } from './data.ts'
import { type Child, h } from './dom.ts'
import { highlightSql } from './highlight.ts'
import { icon, kindIcon } from './icons.ts'
import { hueOf, words } from './palette.ts'
import type { Health, Store } from './store.ts'

/** The small pieces that pages share. */

export function resourceHref(id: string): string {
  return `#/node/${encodeURIComponent(id)}`
}

export function macroHref(id: string): string {
  return `#/macro/${encodeURIComponent(id)}`
}

export function resourceLink(store: Store, resource: Resource): HTMLElement {
  return h(
    'a',
    { class: 'ref', href: resourceHref(resource.id), vars: { '--hue': hueOf(store, resource, 'layer') } },
    icon(kindIcon(resource.kind)),
    h('span', { class: 'ref-name' }, resource.label),
  )
}

export function chip(text: string, className = ''): HTMLElement {
  return h('span', { class: `chip ${className}` }, text)
}

export function layerChip(store: Store, resource: Resource): HTMLElement {
  return h('span', { class: 'chip layer', vars: { '--hue': hueOf(store, resource, 'layer') } }, words(resource.layer))
}

const TONES: Readonly<Record<string, string>> = {
  success: 'good',
  pass: 'good',
  warn: 'warn',
  'partial success': 'warn',
  fail: 'bad',
  error: 'bad',
  'runtime error': 'bad',
}

export function tone(status: string): string {
  return TONES[status] ?? 'mute'
}

export function statusPill(status: string, label = status): HTMLElement {
  return h('span', { class: `pill ${tone(status)}` }, h('i', null), label)
}

export function resultPill(result: Result | null): HTMLElement {
  if (result === null) return h('span', { class: 'pill mute' }, h('i', null), 'not run')
  return statusPill(result.status)
}

export function healthPill(health: Health): HTMLElement {
  const status = health.status === 'unknown' || health.status === 'none' ? 'unknown' : health.status
  return statusPill(status, health.status === 'none' ? 'no tests' : health.text)
}

export function testLink(test: Test): HTMLElement {
  return h('a', { class: 'test-link', href: `#/test/${encodeURIComponent(test.id)}`, title: test.name }, test.label)
}

export function section(title: string, count: number | null, ...children: readonly Child[]): HTMLElement {
  return h(
    'section',
    { class: 'section' },
    h('h2', null, title, count === null ? null : h('span', { class: 'count' }, String(count))),
    children,
  )
}

/** SQL with line numbers, a button that copies it, and tabs when there are several texts. */
export function codeBlock(texts: readonly (readonly [label: string, text: string])[]): HTMLElement {
  const body = h('div', { class: 'code-body' })
  const tabs: HTMLElement[] = []
  let current = ''
  const show = (index: number): void => {
    const [, text = ''] = texts[index] ?? []
    current = text
    tabs.forEach((tab, at) => {
      tab.setAttribute('aria-selected', String(at === index))
      tab.setAttribute('tabindex', at === index ? '0' : '-1')
    })
    const lines = text.split('\n').length
    const numbers = Array.from({ length: lines }, (_, line) => line + 1).join('\n')
    body.replaceChildren(
      h('div', { class: 'code-numbers', attrs: { 'aria-hidden': 'true' } }, numbers),
      h('pre', { class: 'code', attrs: { tabindex: 0 } }, highlightSql(text)),
    )
  }
  texts.forEach(([label], index) => {
    tabs.push(
      h(
        'button',
        {
          class: 'tab',
          attrs: { type: 'button', role: 'tab' },
          on: {
            click: () => show(index),
            keydown: (event) => {
              if (!(event instanceof KeyboardEvent)) return
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
              if (step === undefined) return
              const next = (index + step + texts.length) % texts.length
              show(next)
              tabs[next]?.focus()
            },
          },
        },
        label,
      ),
    )
  })
  const copy = h(
    'button',
    { class: 'icon-button', title: 'Copy', attrs: { type: 'button', 'aria-label': 'Copy' } },
    icon('copy'),
  )
  copy.addEventListener('click', () => {
    navigator.clipboard?.writeText(current).then(
      () => {
        copy.classList.add('done')
        setTimeout(() => copy.classList.remove('done'), 900)
      },
      () => undefined,
    )
  })
  show(0)
  return h(
    'div',
    { class: 'code-block' },
    h('div', { class: 'code-head' }, h('div', { class: 'tabs', attrs: { role: 'tablist' } }, tabs), copy),
    body,
  )
}

export function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} ms`
  if (value < 60) return `${value.toFixed(1)} s`
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`
}

export function dateTime(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}
