import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { type ProjectConfig, TdbtError } from '../core/index.ts'
import { isRecord } from './native-render.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'

/** An installed package: its folder, and that folder as messages show it (`dbt_packages/dbt_utils/`). */
export interface PackageFolder {
  readonly root: string
  readonly display: string
}

interface Listed {
  readonly yaml: YamlFile
  readonly entries: readonly unknown[]
}

/**
 * Folders of the packages that the project can use: what is installed under packages-install-path, then the `local:` ones of
 * packages.yml and dependencies.yml that are not (dbt would link them there). Throws T1010 when a listed package is missing.
 */
export function findPackages(config: ProjectConfig): readonly PackageFolder[] {
  const installRoot = join(config.root, config.packagesInstallPath)
  const installed: PackageFolder[] = []
  if (existsSync(installRoot)) {
    for (const name of readdirSync(installRoot).sort()) {
      const folder = join(installRoot, name)
      if (!name.startsWith('__') && !name.startsWith('.') && statSync(folder).isDirectory()) {
        installed.push({ root: folder, display: `${relative(config.root, folder)}/` })
      }
    }
  }
  const listed = listedPackages(config.root)
  // dbt reads installed packages alone, and counts them against the list; a local one is looked for only when it is not among them.
  if (listed === undefined || installed.length >= listed.entries.length) return installed
  const real = new Set(installed.map((folder) => realpathSync(folder.root)))
  const locals: PackageFolder[] = []
  let listedElsewhere = 0
  for (const [index, entry] of listed.entries.entries()) {
    const local = isRecord(entry) ? entry['local'] : undefined
    if (typeof local !== 'string') {
      listedElsewhere++
      continue
    }
    const folder = resolve(config.root, local)
    if (!existsSync(folder)) {
      throw new TdbtError('T1010', `The local package '${local}' does not exist`, {
        location: listed.yaml.locate(['packages', index, 'local']),
        source: listed.yaml.source,
        found: folder,
      })
    }
    const path = realpathSync(folder)
    const known = real.has(path) || installed.some((item) => basename(item.root) === projectName(path))
    if (!known) locals.push({ root: folder, display: `${relative(config.root, folder)}/` })
    real.add(path)
  }
  if (listedElsewhere > installed.length) {
    throw new TdbtError(
      'T1010',
      `${listedElsewhere} package(s) are listed in ${listed.yaml.file}, but only ${installed.length} installed in ${config.packagesInstallPath}`,
      {
        location: listed.yaml.locate(['packages']),
        source: listed.yaml.source,
        hint: 'Run `tdbt deps` to install them.',
      },
    )
  }
  return [...installed, ...locals]
}

function projectName(folder: string): string | undefined {
  const path = join(folder, 'dbt_project.yml')
  if (!existsSync(path)) return undefined
  return /^name:\s*['"]?(\w+)/m.exec(readFileSync(path, 'utf8'))?.[1]
}

function listedPackages(root: string): Listed | undefined {
  for (const name of ['packages.yml', 'dependencies.yml']) {
    const path = join(root, name)
    if (!existsSync(path)) continue
    const yaml = readYaml(readFileSync(path, 'utf8'), name)
    const packages = isRecord(yaml.value) ? yaml.value['packages'] : undefined
    if (packages === undefined || packages === null) continue
    if (!Array.isArray(packages)) {
      throw new TdbtError('T1010', `'packages' of ${name} must be a list`, {
        location: yaml.locate(['packages']),
        source: yaml.source,
      })
    }
    return { yaml, entries: packages }
  }
  return undefined
}
