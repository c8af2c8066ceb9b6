// Packs the bundle's chunks into one script, dist/packed.cjs, whose compiled form src/cli/packed-code.ts keeps: V8 then neither reads
// nor compiles again what a command uses. The chunks stay beside it, for worker threads and for when the script cannot be used.
import { readFile, writeFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { transform } from 'esbuild'

/** `metafile` of the build of dist/; `entry` the source file whose exports the script gives; `banner` what the build put first in each chunk. */
export async function packCode(metafile, entry, banner) {
  const outputs = new Map(Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.js')))
  const entryPath = [...outputs].find(([, output]) => output.entryPoint === entry)?.[0]
  if (!entryPath) throw new Error(`no chunk begins with ${entry}`)
  const wanted = [entryPath]
  for (const path of wanted) {
    for (const { path: imported, external } of outputs.get(path).imports) {
      if (!external && outputs.has(imported) && !wanted.includes(imported)) wanted.push(imported)
    }
  }
  const modules = []
  for (const path of wanted.sort()) {
    const written = await readFile(path, 'utf8')
    const source = written
      .replace(banner, '')
      .replace(/\/\/# sourceMappingURL=.*\s*$/, '')
      .replace(
        /\bimport\((["'])(\.{1,2}\/[^"']+\.js)\1\)/g,
        (_, _quote, target) => `__chunk(${JSON.stringify(target)})`,
      )
    const { code } = await transform(source, {
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      define: { 'import.meta.url': '__url' },
      logLevel: 'error',
    })
    modules.push(
      `${JSON.stringify(posix.relative('dist', path))}:function(module,exports,require,__chunk,__url){${code}\n}`,
    )
  }
  const start = posix.relative('dist', entryPath)
  await writeFile(
    'dist/packed.cjs',
    `(function(nodeRequire,base){const definitions={${modules.join(',\n')}};
const loaded=new Map();
function load(path){
  const known=loaded.get(path);
  if(known)return known.exports;
  const module={exports:{}};
  loaded.set(path,module);
  const from=new URL(path,base);
  const resolve=(name)=>new URL(name,from).href.slice(base.length);
  const local=(name)=>name.startsWith('.')&&Object.hasOwn(definitions,resolve(name))?load(resolve(name)):nodeRequire(name);
  definitions[path](module,module.exports,Object.assign(local,nodeRequire),(name)=>Promise.resolve().then(()=>load(resolve(name))),from.href);
  return module.exports;
}
return load(${JSON.stringify(start)});})`,
  )
}
