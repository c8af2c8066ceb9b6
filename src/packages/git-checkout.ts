import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TdbtError } from '../core/index.ts'

export interface GitSource {
  readonly git: string
  /** A tag, a branch, a commit, or HEAD. A tag goes before a branch of the same name. */
  readonly revision: string
  readonly subdirectory: string | null
}

/**
 * Puts one revision of a repository into `folder`, without its history, and gives the folder of the package and the commit. Throws
 * T1017 with git's own words.
 */
export async function gitCheckout(
  source: GitSource,
  folder: string,
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly signal: AbortSignal },
): Promise<{ readonly path: string; readonly commit: string }> {
  if (source.revision.startsWith('-') || source.git.startsWith('-')) {
    throw new TdbtError('T1010', `'${source.revision}' of ${source.git} is not a revision`)
  }
  await mkdir(folder, { recursive: true })
  const git = (...args: readonly string[]): Promise<GitResult> => runGit(args, folder, options)
  const must = async (...args: readonly string[]): Promise<string> => {
    const done = await git(...args)
    if (done.code !== 0) throw failed(source, done.text)
    return done.text
  }
  await must('init', '--quiet', '.')
  await must('remote', 'add', 'origin', source.git)
  if (source.subdirectory !== null) await must('sparse-checkout', 'set', source.subdirectory)

  const commit = /^[0-9a-f]{40}$/.test(source.revision)
  const wanted =
    commit || source.revision === 'HEAD' ? [source.revision] : [`refs/tags/${source.revision}`, source.revision]
  let fetched: GitResult = { code: 1, text: '' }
  for (const reference of wanted) {
    fetched = await git('fetch', '--quiet', '--depth', '1', 'origin', reference)
    if (fetched.code === 0) break
  }
  if (fetched.code !== 0 && commit) {
    // Not every server hands out a single commit; then all of the history is needed.
    fetched = await git('fetch', '--quiet', '--tags', 'origin', '+refs/heads/*:refs/remotes/origin/*')
  }
  if (fetched.code !== 0) throw failed(source, fetched.text)
  await must('checkout', '--quiet', '--detach', commit ? source.revision : 'FETCH_HEAD')
  return {
    path: source.subdirectory === null ? folder : join(folder, source.subdirectory),
    commit: (await must('rev-parse', 'HEAD')).trim(),
  }
}

interface GitResult {
  readonly code: number
  readonly text: string
}

function runGit(
  args: readonly string[],
  cwd: string,
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly signal: AbortSignal },
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    // LC_ALL: messages are shown as they come, in one language.
    const child = spawn('git', args, {
      cwd,
      env: { ...options.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (data) => {
      out += String(data)
    })
    child.stderr.on('data', (data) => {
      errors += String(data)
    })
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') return reject(cause)
      reject(
        new TdbtError('T1017', 'git is not installed', {
          hint: 'Packages listed as `git:` need the git program.',
          cause,
        }),
      )
    })
    child.on('close', (code) => resolve({ code: code ?? 1, text: code === 0 ? out : errors }))
  })
}

function failed(source: GitSource, text: string): TdbtError {
  const revision = source.revision === 'HEAD' ? '' : ` at revision ${source.revision}`
  const repository = withoutPassword(source.git)
  const what = /couldn't find remote ref|pathspec .* did not match/.test(text)
    ? `Error checking out spec='${source.revision}' for repo ${repository}`
    : `Error cloning repository ${repository}${revision}`
  return new TdbtError('T1017', what, {
    found: withoutPassword(text.trim()),
    hint: 'Check the address, the revision, and that `git clone` works with it in a shell.',
  })
}

/** URLs may carry a token: https://user:token@host/… */
export function withoutPassword(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1*****@')
}
