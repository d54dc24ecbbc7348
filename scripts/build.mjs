// Writes dist/: the bundle that npm packs, and the licenses of the bundled packages; and man/: the man page.
import { readdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { bundle } from './bundle.mjs'
import { writeLicenses } from './licenses.mjs'
import { writeManPage } from './man-page.mjs'
import { mergeChunks } from './merge-chunks.mjs'
import writeSchemaValidators from './schema-validators.mjs'

await writeSchemaValidators()

const { metafile } = await bundle({
  // Bundled CommonJS packages still call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
})

const outputs = await mergeChunks(metafile.outputs)

// Parts have a hash in their names, so parts of older builds would accumulate.
const written = new Set(Object.keys(outputs).map(file => resolve(file)))
for (const name of await readdir('dist')) {
  const file = resolve('dist', name)
  if (!written.has(file)) await rm(file, { recursive: true })
}

await writeLicenses(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)))
await writeManPage()
