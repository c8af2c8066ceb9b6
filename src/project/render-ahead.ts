import { createHash } from 'node:crypto'
import type { TargetConfig } from '../core/index.ts'
import type { LoadedScopes, LoadOptions } from './load-project.ts'
import type { RenderedAhead } from './model-render.ts'
import type { PackageScope } from './parsing.ts'

/** Has `options.renderAhead` begin, if there is one. */
export function renderAhead(
  options: Pick<LoadOptions, 'renderAhead'>,
  { scopes, target, onEnvVar }: LoadedScopes,
): RenderedAhead | undefined {
  if (!options.renderAhead) return undefined
  const models = modelsOf(scopes)
  const ahead = options.renderAhead({
    count: models.length,
    get digest() {
      return digestOf(scopes, target, models)
    },
  })
  return (
    ahead && {
      take: (index) => {
        const rendered = ahead.take(index)
        if (rendered) for (const name of rendered.envNames) onEnvVar(name)
        return rendered
      },
      end: () => ahead.end(),
    }
  )
}

type Models = readonly { readonly scope: PackageScope; readonly file: PackageScope['files']['models'][number] }[]

/** The files of models in the order in which they are parsed. */
export function modelsOf(scopes: ReadonlyMap<string, PackageScope>): Models {
  return [...scopes.values()].flatMap((scope) => scope.files.models.map((file) => ({ scope, file })))
}

/** Tells what the renders of models depend on besides their own texts. */
export function digestOf(scopes: ReadonlyMap<string, PackageScope>, target: TargetConfig, models: Models): string {
  const hash = createHash('sha256').update(JSON.stringify([cachedSettings(scopes), target]))
  for (const { files } of scopes.values()) {
    for (const file of [...files.macros, ...files.genericTests]) hash.update(`\0${file.displayPath}\0${file.fullText}`)
  }
  for (const { file } of models) hash.update(`\0${file.absolutePath}`)
  return hash.digest('base64')
}

// Threads are no part of it unless a template asks for them: the cache sees to that.
export function cachedSettings(scopes: ReadonlyMap<string, PackageScope>): unknown {
  return [...scopes.values()].map(({ config, settings, display }) => [
    config,
    settings.raw.yaml.source,
    settings.trees,
    display,
  ])
}
