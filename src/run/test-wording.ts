import type { Runtime } from '../compile/index.ts'
import type { TestNode } from '../core/index.ts'
import { type PlainCount, plainCountOf } from './test-questions.ts'

/** What the built-in materialization of tests puts around a test's own SQL. */
export interface Wording {
  readonly head: string
  readonly tail: string
  readonly plain: PlainCount | null
  /** Macros that the materialization called. */
  readonly macros: readonly string[]
}

/** Macros that the materialization calls by name, and those that it calls by dispatch. */
const CALLED = ['statement', 'get_test_sql', 'get_limit_subquery_sql', 'should_store_failures']
const DISPATCHED = ['get_test_sql', 'get_limit_sql']

/**
 * The wordings met so far in one run. Nothing but a test's settings decides what stands around its SQL, as long as every macro in play is a built-in one:
 * so the macros word one test of each kind of settings, and the others are worded like it.
 */
export class TestWordings {
  readonly #runtime: Runtime
  readonly #wordings = new Map<string, Wording>()
  readonly #sought = new Map<string, Promise<void>>()
  readonly #builtIn = new Map<string, boolean>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** The wording of a test's settings; `seek` has the macros word the first test of them, in the hope that it is learned. Others wait for it. */
  async find(node: TestNode, seek: () => Promise<void>): Promise<Wording | undefined> {
    const settings = settingsOf(node)
    const known = this.#wordings.get(settings)
    if (known !== undefined) return known
    let sought = this.#sought.get(settings)
    if (sought === undefined) {
      // A failure is for the test to meet that is carried out.
      sought = seek().catch(() => undefined)
      this.#sought.set(settings, sought)
    }
    await sought
    return this.#wordings.get(settings)
  }

  /** Learns from a test that the macros worded: `sql` is what they made of `own`. */
  learn(node: TestNode, own: string, sql: string, macros: readonly string[]): void {
    const at = sql.indexOf(own)
    if (own.trim() === '' || at < 0 || sql.indexOf(own, at + 1) >= 0 || !this.isBuiltIn(node)) return
    const head = sql.slice(0, at)
    const tail = sql.slice(at + own.length)
    this.#wordings.set(settingsOf(node), { head, tail, plain: plainCountOf(node, head, tail), macros })
  }

  /** True where the materialization of a test and all that it calls are tdbt's own. */
  isBuiltIn(node: TestNode): boolean {
    const { package_name: from } = node
    const known = this.#builtIn.get(from)
    if (known !== undefined) return known
    const { project, rootPackage, userPackages } = this.#runtime
    const { library, adapter } = project
    const found = [
      library.findMaterialization('test', adapter.dispatchPrefixes, rootPackage),
      ...CALLED.map((name) => library.find(name, from)),
      ...DISPATCHED.map((name) => library.dispatch(name, 'dbt', from)),
    ]
    const answer = found.every((macro) => macro !== undefined && !userPackages.has(macro.package_name))
    this.#builtIn.set(from, answer)
    return answer
  }
}

function settingsOf({ config, package_name: from }: TestNode): string {
  return JSON.stringify([
    from,
    config.fail_calc ?? null,
    config.warn_if ?? null,
    config.error_if ?? null,
    config.limit ?? null,
    config['sql_header'] ?? null,
  ])
}
