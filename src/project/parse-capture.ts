import { TdbtError } from '../core/index.ts'
import type { NodeDraft } from './drafts.ts'
import { type ConfigDict, mergeConfigCalls } from './merge-config.ts'
import { isRecord } from './native-render.ts'

/** What the calls of one node say while it is rendered at parse time. */
export class ParseCapture {
  /** All `config()` calls so far, as one. */
  config: ConfigDict = {}
  readonly node: NodeDraft

  constructor(node: NodeDraft) {
    this.node = node
  }

  addConfig(options: unknown): void {
    if (!isRecord(options)) {
      throw new TdbtError('T1009', 'config() takes keyword arguments or one mapping', {
        expected: "config(materialized='table')",
      })
    }
    const written: ConfigDict = { ...options }
    for (const [underscored, key] of [
      ['pre_hook', 'pre-hook'],
      ['post_hook', 'post-hook'],
    ] as const) {
      if (!(underscored in written)) continue
      if (key in written) throw new TdbtError('T1009', `config() has both '${underscored}' and '${key}'`)
      written[key] = written[underscored]
      delete written[underscored]
    }
    this.config = mergeConfigCalls(this.config, written)
  }

  addMacro(uniqueId: string): void {
    const { macros } = this.node.depends_on
    if (!macros.includes(uniqueId)) macros.push(uniqueId)
  }
}
