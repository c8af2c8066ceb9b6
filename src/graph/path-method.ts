import { globRegExp } from './fnmatch.ts'
import type { Matcher } from './name-methods.ts'
import { invalidValue } from './name-methods.ts'
import type { SelectorScope } from './selector-scope.ts'

/**
 * `path:`: a glob over the project's files and folders (`*`, `?` and sets within a name, `**` over folders). A resource is
 * meant when its file, its properties file or a folder above its file is matched.
 *
 * dbt globs the disk; here the paths that the root project's resources came from stand for it, so this room needs no disk.
 * A package's resource is meant when the same path exists in the root project, which is dbt's behaviour too.
 */
export function pathMatcher(selector: string, scope: SelectorScope): Matcher {
  const pattern = segmentsOf(selector)
  if (selector.startsWith('/')) throw invalidValue('path', selector, 'a path relative to the project')
  const matched = new Set([...rootPaths(scope)].filter((path) => matchesGlob(segmentsOf(path), pattern)))
  return (resource) => {
    const file = segmentsOf(resource.original_file_path).join('/')
    if (matched.has(file)) return true
    const patch: unknown = 'patch_path' in resource ? resource.patch_path : null
    if (typeof patch === 'string' && matched.has(segmentsOf(patch.split('://')[1] ?? '').join('/'))) return true
    return parentsOf(file).some((folder) => matched.has(folder))
  }
}

function segmentsOf(path: string): readonly string[] {
  const segments: string[] = []
  for (const segment of path.split(/[\\/]/)) {
    if (segment === '' || segment === '.') continue
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop()
    else segments.push(segment)
  }
  return segments
}

/** The folders above a path, the project's root (``) last. */
function parentsOf(path: string): readonly string[] {
  const segments = path.split('/')
  return segments.map((_, index) => segments.slice(0, segments.length - 1 - index).join('/'))
}

function rootPaths(scope: SelectorScope): ReadonlySet<string> {
  const { manifest } = scope
  const root = manifest.metadata.project_name
  const paths = new Set<string>([''])
  const add = (path: string): void => {
    const clean = segmentsOf(path).join('/')
    if (clean === '' || paths.has(clean)) return
    paths.add(clean)
    for (const parent of parentsOf(clean)) paths.add(parent)
  }
  for (const resource of scope.resources.values()) {
    if (resource.package_name === root) add(resource.original_file_path)
    const patch: unknown = 'patch_path' in resource ? resource.patch_path : null
    if (typeof patch === 'string' && patch.startsWith(`${root}://`)) add(patch.slice(root.length + 3))
  }
  for (const part of [manifest.macros, manifest.docs]) {
    for (const resource of Object.values(part)) {
      if (resource.package_name === root) add(resource.original_file_path)
    }
  }
  return paths
}

function matchesGlob(path: readonly string[], pattern: readonly string[]): boolean {
  const [head, ...rest] = pattern
  if (head === undefined) return path.length === 0
  if (head === '**') {
    for (let skipped = 0; skipped <= path.length; skipped++) if (matchesGlob(path.slice(skipped), rest)) return true
    return false
  }
  const [first, ...below] = path
  return first !== undefined && globRegExp(head, '[^/]*', '[^/]').test(first) && matchesGlob(below, rest)
}
