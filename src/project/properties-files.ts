import { TdbtError } from '../core/index.ts'
import { parseExposure, parseGroup } from './exposure-nodes.ts'
import { DisabledLookup, RefLookup } from './lookups.ts'
import { isRecord } from './native-render.ts'
import { type PatchLookups, patchNode } from './node-patches.ts'
import { patchMacro, patchSingularTest } from './other-patches.ts'
import type { PackageScope, Parsing, PropertiesFile } from './parsing.ts'
import type { SourceFile } from './project-files.ts'
import { type PropertiesKey, type RawEntry, readEntries } from './schema-render.ts'
import { parseMetric, parseSavedQuery, parseSemanticModel } from './semantic-nodes.ts'
import type { SourceCollection } from './source-nodes.ts'
import { parseUnitTest } from './unit-tests.ts'
import { readYaml } from './yaml-file.ts'
import { addYamlSnapshot } from './yaml-snapshots.ts'

/** Reads the YAML of a properties file; undefined for an empty one. Throws T1002, T1004. */
export function openProperties(scope: PackageScope, file: SourceFile): PropertiesFile | undefined {
  const yaml = readYaml(file.fullText.trimEnd(), file.displayPath)
  if (yaml.value === null) return undefined
  if (!isRecord(yaml.value)) {
    throw new TdbtError('T1004', `${file.displayPath} does not hold a mapping`, {
      location: yaml.locate([]),
      source: yaml.source,
      expected: 'keys such as version, models and sources',
    })
  }
  return { scope, file, yaml }
}

/** Lookups over the builder's nodes as they are now; `refresh` brings them up to date. */
export function patchLookups(parsing: Parsing): PatchLookups {
  const { builder } = parsing
  const lookups: PatchLookups = {
    refs: new RefLookup(builder.nodes.values()),
    disabled: new DisabledLookup(builder.disabled.values()),
    refresh: () => {
      lookups.refs = new RefLookup(builder.nodes.values())
      lookups.disabled = new DisabledLookup(builder.disabled.values())
    },
  }
  return lookups
}

/** Applies all that a properties file says, in dbt's order of keys. Errors of one entry do not hide those of others. */
export function parseProperties(
  parsing: Parsing,
  properties: PropertiesFile,
  lookups: PatchLookups,
  sources: SourceCollection,
): void {
  const { builder } = parsing
  const each = (key: PropertiesKey, visit: (raw: RawEntry) => void) => {
    builder.attempt(() => {
      for (const raw of readEntries(properties, key)) {
        const { entry } = raw
        const holder = {}
        builder.setPlace(holder, { location: () => entry.yaml.locate(entry.path), source: entry.yaml.source })
        builder.attempt(() => visit(raw), holder)
      }
    }, undefined)
  }
  const value = properties.yaml.value as Record<string, unknown>
  each('models', (raw) => patchNode(parsing, properties, 'models', raw, lookups))
  each('seeds', (raw) => patchNode(parsing, properties, 'seeds', raw, lookups))
  if (value['snapshots'] !== undefined) {
    let added = false
    each('snapshots', (raw) => {
      added = addYamlSnapshot(parsing, properties, raw) || added
    })
    if (added) lookups.refresh()
    each('snapshots', (raw) => patchNode(parsing, properties, 'snapshots', raw, lookups))
  }
  builder.attempt(() => sources.read(parsing, properties))
  each('macros', (raw) => patchMacro(parsing, properties, raw))
  each('data_tests', (raw) => patchSingularTest(parsing, properties, raw))
  each('analyses', (raw) => patchNode(parsing, properties, 'analyses', raw, lookups))
  each('exposures', (raw) => parseExposure(parsing, properties, raw))
  each('functions', (raw) => patchNode(parsing, properties, 'functions', raw, lookups))
  each('metrics', (raw) => parseMetric(parsing, properties, raw))
  each('groups', (raw) => parseGroup(parsing, properties, raw))
  each('semantic_models', (raw) => parseSemanticModel(parsing, properties, raw))
  each('unit_tests', (raw) => parseUnitTest(parsing, properties, raw))
  each('saved_queries', (raw) => parseSavedQuery(parsing, properties, raw))
}
