import { allLocales, Faker, type LocaleDefinition } from '@faker-js/faker'
import { type Json, nearest, TdbtError } from '../core/index.ts'
import type { RandomStream } from './random.ts'

/** A Faker method bound to a stream: call it after the stream was moved to a row. */
export type FakerCall = () => unknown

const HIDDEN = new Set(['rawDefinitions', 'definitions', 'helpers', '_randomizer', '_defaultRefDate'])

/** Names of all Faker methods, `module.method`. */
function methodNames(faker: Faker): string[] {
  const names: string[] = []
  for (const [moduleName, module] of Object.entries(faker)) {
    if (HIDDEN.has(moduleName) || typeof module !== 'object' || module === null) continue
    let prototype: unknown = module
    while (prototype && prototype !== Object.prototype) {
      for (const name of Object.getOwnPropertyNames(prototype)) {
        if (name !== 'constructor' && !name.startsWith('_')) names.push(`${moduleName}.${name}`)
      }
      prototype = Object.getPrototypeOf(prototype)
    }
  }
  return [...new Set(names)]
}

/**
 * The one home of Faker: finds methods by name for a locale (Faker's own key, `en`, `de_CH`; English fills its gaps).
 * Throws T8001 for an unknown locale or method, naming the nearest.
 */
export function fakerFor(locale: string): {
  bind(method: string, args: readonly Json[], stream: RandomStream): FakerCall
} {
  const locales: Readonly<Record<string, LocaleDefinition>> = allLocales
  const chosen = locales[locale]
  if (!chosen) {
    const near = nearest(locale, Object.keys(locales))
    throw new TdbtError('T8001', `Faker has no locale '${locale}'.`, {
      found: locale,
      expected: 'a locale of @faker-js/faker, such as en, de or fr_CH',
      hint: near ? `Did you mean '${near}'?` : 'Leave `locale` out for English.',
    })
  }
  const chain = locale === 'en' ? [allLocales.en, allLocales.base] : [chosen, allLocales.en, allLocales.base]
  return {
    bind(method, args, stream) {
      const faker = new Faker({ locale: chain, randomizer: stream })
      faker.setDefaultRefDate('2026-01-01T00:00:00Z')
      const [moduleName = '', methodName = ''] = method.split('.')
      const module: unknown = Object.entries(faker).find(([key]) => key === moduleName && !HIDDEN.has(key))?.[1]
      const found: unknown =
        typeof module === 'object' && module !== null && !methodName.startsWith('_')
          ? Reflect.get(module, methodName)
          : undefined
      if (typeof found !== 'function') {
        const near = nearest(method, methodNames(faker))
        throw new TdbtError('T8001', `Faker has no method '${method}'.`, {
          found: method,
          expected: 'module.method of Faker, such as person.firstName or internet.email',
          hint: near ? `Did you mean '${near}'?` : 'See the Faker API for its methods.',
        })
      }
      return () => Reflect.apply(found, module, args)
    },
  }
}
