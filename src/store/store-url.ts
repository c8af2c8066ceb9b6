import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { TdbtError } from '../core/index.ts'

/** What an address of a store says. */
export type StoreUrl =
  | { readonly scheme: 'file' /** Absolute. */; readonly path: string }
  | {
      readonly scheme: 's3'
      readonly bucket: string
      /** Without a leading `/`; empty or as written. */
      readonly key: string
      /** `?endpoint=…&region=…&path_style=true&profile=…&auth=…` of the URL. */
      readonly parameters: Readonly<Record<string, string>>
    }

const PARAMETERS = ['endpoint', 'region', 'path_style', 'profile', 'auth']

/**
 * Reads `s3://bucket/key`, `file:///abs/path`, and plain paths, relative ones against `base`. Throws T8020 for other schemes, a bucket
 * without a name, parameters that are not known, and credentials written into the address.
 */
export function parseStoreUrl(text: string, base: string): StoreUrl {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):\/\//.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (text === '') throw invalid(text, 'a path, file:// or s3:// address', 'Say where the files are.')
    return { scheme: 'file', path: isAbsolute(text) ? resolve(text) : resolve(base, text) }
  }
  if (scheme === 'file') return { scheme: 'file', path: filePath(text) }
  if (scheme !== 's3') {
    throw invalid(
      `${scheme}://`,
      'a path, file:// or s3://',
      'tdbt reads folders and S3 (or what speaks its protocol).',
    )
  }
  const rest = text.slice('s3://'.length)
  const mark = rest.indexOf('?')
  // A question mark is a wildcard too: only name=value after it makes parameters.
  const query = mark < 0 ? undefined : rest.slice(mark + 1)
  const hasQuery = query !== undefined && /^[a-z_]+=/.test(query)
  const place = hasQuery ? rest.slice(0, mark) : rest
  const slash = place.indexOf('/')
  const bucket = slash < 0 ? place : place.slice(0, slash)
  if (bucket.includes('@')) {
    throw invalid(
      's3://…@…',
      's3://bucket/key',
      'Credentials come from the environment, a profile or the connection, never from the address.',
    )
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(bucket))
    throw invalid(text, 's3://bucket/key', 'Name the bucket after s3://.')
  return {
    scheme: 's3',
    bucket,
    key: slash < 0 ? '' : place.slice(slash + 1),
    parameters: hasQuery ? parameters(query) : {},
  }
}

function filePath(text: string): string {
  try {
    return fileURLToPath(text)
  } catch {
    throw invalid(text, 'file:///absolute/path', 'Write three slashes, or a plain path.')
  }
}

function parameters(query: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    if (!PARAMETERS.includes(name)) {
      throw invalid(name, PARAMETERS.join(', '), 'Other settings belong in the connection or the environment.')
    }
    found[name] = value
  }
  return found
}

function invalid(found: string, expected: string, hint: string): TdbtError {
  return new TdbtError('T8020', `This is no address of a store: '${found}'.`, { found, expected, hint })
}

/** An address cut into the folder that a store is opened on and the key in it: `s3://b/raw/o.csv` → `s3://b/raw/`, `o.csv`. */
export interface SplitUrl {
  readonly root: string
  readonly key: string
}

const WILDCARD = /[*?[{]/

/**
 * Cuts before the last part, or before the first part with a wildcard (`*`, `?`, `[…]`, `{a,b}`), which then is a pattern for
 * `matchesPattern`. Parameters stay with the root. An address that ends in `/` has an empty key.
 */
export function splitStoreUrl(text: string, base: string): SplitUrl {
  const url = parseStoreUrl(text, base)
  // Resolving took the slash at the end of a folder's path away.
  const path = url.scheme === 's3' ? url.key : text.endsWith('/') && url.path !== '/' ? `${url.path}/` : url.path
  const wild = path.search(WILDCARD)
  const cut = path.lastIndexOf('/', wild < 0 ? path.length : wild) + 1
  const folder = path.slice(0, cut)
  const key = path.slice(cut)
  if (url.scheme === 'file') return { root: folder === '' ? base : folder, key }
  const query = new URLSearchParams(url.parameters).toString()
  return { root: `s3://${url.bucket}/${folder}${query === '' ? '' : `?${query}`}`, key }
}

/** The address of a folder on this machine as `file://…/`. */
export function folderUrl(path: string): string {
  return `${pathToFileURL(path).href.replace(/\/$/, '')}/`
}
