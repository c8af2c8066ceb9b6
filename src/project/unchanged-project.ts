import type { LoadedProject } from './load-project.ts'

type Known = 'config' | 'target' | 'adapter' | 'packages' | 'selectors' | 'warnings' | 'derived'

/** A project of which the parse of before still holds: what is known without it, and the rest when it is first asked for. */
export function unchangedProject(known: Pick<LoadedProject, Known>, load: () => LoadedProject): LoadedProject {
  let loaded: LoadedProject | undefined
  const whole = (): LoadedProject => {
    loaded ??= load()
    return loaded
  }
  return {
    ...known,
    get manifest() {
      return whole().manifest
    },
    get library() {
      return whole().library
    },
    get locations() {
      return whole().locations
    },
    get parsing() {
      return whole().parsing
    },
  }
}
