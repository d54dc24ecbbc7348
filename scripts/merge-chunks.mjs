// Puts the many small parts that are loaded together into one file: a start loads few files, each of which costs about as much as its text.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'

/** What a cluster is read with, up to the first request. */
const READING = [
  'src/commands/diagnose.ts',
  'src/source/live/read-cluster.ts',
  'src/kubernetes/connect-reader.ts',
]
/** Commands that start without it, and keep their parts small. */
const LIGHT = ['image', 'explain', 'complete', 'audit'].map(name => `src/commands/${name}.ts`)

/** In bytes; a larger part is worth a file. */
const SMALL = 50_000

/** @param outputs as esbuild's metafile has them; gives those that are left */
export async function mergeChunks(outputs) {
  const main = 'dist/pullguard.js'
  let rest = await merge(main, staticImports([main], outputs), outputs)
  const light = staticImports(entries(LIGHT, rest), rest)
  const reading = staticImports(entries(READING, rest), rest)
  reading.delete(main)
  const shared = [...reading.intersection(light)].filter(part => rest[part].bytes < SMALL)
  rest = await merge('dist/shared.js', new Set(shared), rest)
  return merge('dist/reading.js', reading.difference(light), rest)
}

/** The parts that begin with these sources. */
function entries(sources, outputs) {
  const found = Object.keys(outputs).filter(part => sources.includes(outputs[part].entryPoint))
  if (found.length < sources.length) throw new Error(`of ${sources} only ${found} are loaded on demand`)
  return found
}

/** Merges the parts into `file`, and changes the imports of all others accordingly. What is loaded on demand stays a file. */
async function merge(file, parts, outputs) {
  const onDemand = [...parts].find(part => outputs[part].entryPoint !== undefined)
  if (onDemand !== undefined) throw new Error(`${onDemand} is loaded on demand`)
  const prefixes = new Map([...parts].map((part, index) => [basename(part), `p${index}_`]))
  const lines = [...parts].flatMap(part => {
    const names = outputs[part].exports.map(name => `${name} as ${prefixes.get(basename(part))}${name}`)
    return [`import './${basename(part)}'`, `export { ${names.join(', ')} } from './${basename(part)}'`]
  })
  if (outputs[file] !== undefined) lines.push(`export * from './${basename(file)}'`)
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: dirname(file) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    minifySyntax: true,
    legalComments: 'none',
    plugins: [
      {
        name: 'others-stay-apart',
        setup({ onResolve }) {
          onResolve({ filter: /^\.\// }, ({ path, kind }) => {
            const part = join(dirname(file), path)
            if (kind === 'dynamic-import' || !(parts.has(part) || part === file))
              return { path, external: true }
          })
        },
      },
    ],
  })
  await writeFile(file, outputFiles[0].text)
  const rest = Object.fromEntries(Object.entries(outputs).filter(([name]) => !parts.has(name)))
  rest[file] ??= {
    imports: [...parts].flatMap(part => outputs[part].imports),
    exports: [],
    bytes: Number.NaN,
  }
  for (const [part, output] of Object.entries(rest)) {
    if (part !== file && part.endsWith('.js')) {
      await writeFile(part, redirected(await readFile(part, 'utf8'), basename(file), prefixes))
    }
    const toMerged = ({ path }) => parts.has(path)
    const imports = output.imports.filter(each => !toMerged(each))
    if (part !== file && output.imports.some(toMerged)) imports.push({ path: file, kind: 'import-statement' })
    rest[part] = { ...output, imports }
  }
  for (const part of parts) await rm(part)
  return rest
}

/** What these parts import statically, and what those import. */
function staticImports(parts, outputs, found = new Set()) {
  for (const part of parts) {
    const imported = outputs[part].imports
      .filter(
        ({ path, kind }) => kind === 'import-statement' && outputs[path] !== undefined && !found.has(path),
      )
      .map(({ path }) => path)
    for (const path of imported) found.add(path)
    staticImports(imported, outputs, found)
  }
  return found
}

/** esbuild writes such imports in one form only. */
const IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";$/gm

function redirected(text, into, prefixes) {
  return text.replace(IMPORT, (whole, names, part) => {
    const prefix = prefixes.get(part)
    if (prefix === undefined) return whole
    if (names === undefined) return `import "./${into}";`
    const renamed = names
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== '')
      .map(name => (name.includes(' as ') ? prefix + name : `${prefix}${name} as ${name}`))
    return `import { ${renamed.join(', ')} } from "./${into}";`
  })
}
