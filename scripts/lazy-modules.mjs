/**
 * For esbuild: modules of these names, whose default export is a function, are evaluated when it is first called. yargs measures text for
 * --help alone, but what it measures with costs each start 20–40 ms of ICU's data as it is loaded.
 */
export function lazyModules(names) {
  return {
    name: 'lazy-modules',
    setup(build) {
      const filter = new RegExp(`^(${names.join('|')})$`)
      build.onResolve({ filter }, async ({ path, resolveDir, kind, pluginData }) => {
        if (pluginData === 'itself') return undefined
        const found = await build.resolve(path, { resolveDir, kind, pluginData: 'itself' })
        return found.errors.length > 0 ? found : { path: found.path, namespace: 'lazy', pluginData: resolveDir }
      })
      build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path, pluginData }) => ({
        contents: `export default (...given) => require(${JSON.stringify(path)}).default(...given)`,
        resolveDir: pluginData,
      }))
    },
  }
}
