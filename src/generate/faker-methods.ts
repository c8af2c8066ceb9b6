import { allLocales, Faker, type LocaleDefinition } from '@faker-js/faker'
import { type Json, nearest } from '../core/index.ts'
import type { YamlReader } from '../yaml/index.ts'
import { type RandomStream, randomStream } from './random.ts'
import type { ValueSpec } from './spec.ts'

/** A Faker method bound to a stream: call it after the stream was moved to a row. */
export type FakerCall = () => unknown

/** The one home of Faker: its methods by name and locale (Faker's own key, `en`, `de_CH`; English fills its gaps). */
export interface FakerMethods {
  /** Throws Error for a locale or method that is not there: specs are checked before. */
  bind(method: string, args: readonly Json[], locale: string, stream: RandomStream): FakerCall
}

const LOCALES: Readonly<Record<string, LocaleDefinition>> = allLocales
const HIDDEN = new Set(['rawDefinitions', 'definitions', '_randomizer', '_defaultRefDate'])
/** Faker's "now": what `date.recent` and its like count from. */
const REFERENCE_DAY = '2026-01-01T00:00:00Z'

export function fakerMethods(): FakerMethods {
  return {
    bind(method, args, locale, stream) {
      const { module, call } = findMethod(method, locale, stream)
      if (!call) throw new Error(`Faker has no method ${method}`)
      return () => Reflect.apply(call, module, args)
    },
  }
}

function findMethod(
  method: string,
  locale: string,
  stream: RandomStream,
): { module: unknown; call: ((...args: unknown[]) => unknown) | undefined } {
  const chosen = LOCALES[locale]
  const chain = locale === 'en' || !chosen ? [allLocales.en, allLocales.base] : [chosen, allLocales.en, allLocales.base]
  const faker = new Faker({ locale: chain, randomizer: stream })
  faker.setDefaultRefDate(REFERENCE_DAY)
  const [moduleName = '', methodName = '', ...more] = method.split('.')
  const module: unknown = Object.entries(faker).find(([key]) => key === moduleName && !HIDDEN.has(key))?.[1]
  const known = more.length === 0 && methodsOf(module).includes(methodName)
  const found: unknown = known && typeof module === 'object' && module ? Reflect.get(module, methodName) : undefined
  return { module, call: typeof found === 'function' ? (found as (...args: unknown[]) => unknown) : undefined }
}

function methodsOf(module: unknown): string[] {
  const names: string[] = []
  let prototype: unknown = typeof module === 'object' ? module : null
  while (prototype && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name !== 'constructor' && name !== 'faker' && !name.startsWith('_')) names.push(name)
    }
    prototype = Object.getPrototypeOf(prototype)
  }
  return names
}

/** Names of all methods of Faker, `module.method`. */
export function fakerMethodNames(): string[] {
  const faker = new Faker({ locale: [allLocales.en, allLocales.base] })
  const names = Object.entries(faker).flatMap(([moduleName, module]) =>
    HIDDEN.has(moduleName) ? [] : methodsOf(module).map((name) => `${moduleName}.${name}`),
  )
  return [...new Set(names)]
}

/** Throws T8001 for a locale that Faker has not. */
export function checkLocale(locale: string, reader: YamlReader): void {
  if (Object.hasOwn(LOCALES, locale)) return
  const near = nearest(locale, Object.keys(LOCALES))
  throw reader.fail(
    `Faker has no locale '${locale}'.`,
    'a locale of @faker-js/faker, such as en, de or fr_CH',
    near ? `Did you mean '${near}'?` : 'Leave `locale` out for English.',
  )
}

/** Calls the method once, as the rows will; gives what came. Throws T8001 for an unknown method and for arguments it refuses. */
export function checkFaker(value: Extract<ValueSpec, { kind: 'faker' }>, locale: string, reader: YamlReader): unknown {
  const { module, call } = findMethod(value.method, value.locale ?? locale, randomStream(1, value.method).at(0))
  if (!call) {
    const near = nearest(value.method, fakerMethodNames())
    throw reader
      .at('faker')
      .fail(
        `Faker has no method '${value.method}'.`,
        'module.method of Faker, such as person.firstName or internet.email',
        near ? `Did you mean '${near}'?` : 'See the Faker API for its methods.',
      )
  }
  const place = reader.has('args') ? reader.at('args') : reader.at('faker')
  let sample: unknown
  try {
    sample = Reflect.apply(call, module, value.args)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw place.fail(`Faker's ${value.method} refuses these arguments: ${reason}`, 'arguments that the method takes')
  }
  if (typeof sample === 'function' || typeof sample === 'symbol' || sample === undefined) {
    throw place.fail(`Faker's ${value.method} gives no value.`, 'a method that gives a text, a number or a date')
  }
  return sample
}
