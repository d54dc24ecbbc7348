// Writes the licenses of all bundled packages: MIT, ISC, and other licenses require their text in every copy.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Next to the bundle, so that npm packs it. */
const LICENSES = 'dist/THIRD-PARTY-LICENSES.txt'

// Bundled data whose license differs from its package's.
const ALSO = {
  tldts:
    'It holds data of the Public Suffix List (https://publicsuffix.org/list/), which is under the Mozilla Public License 2.0:\nhttps://mozilla.org/MPL/2.0/. The list itself is its source form: https://publicsuffix.org/list/public_suffix_list.dat',
}

/** Returns the folders of the packages with files among `inputs`, esbuild's list of bundled files. */
function packagesIn(inputs) {
  const folders = new Set()
  for (const input of inputs) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(
      input.replaceAll('\\', '/').replace(/^[a-z-]+:/, ''),
    )
    if (found) folders.add(found[1])
  }
  return [...folders].sort()
}

/** Writes the file. Fails if a package has no license text, so that none ships without one. */
export async function writeLicenses(inputs) {
  const parts = await Promise.all(packagesIn(inputs).map(licenseOf))
  const head = `pullguard's files in dist/ hold code of these ${parts.length} packages.\n`
  await writeFile(LICENSES, [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`))
}

async function licenseOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder))
    .filter(file => /^(?:(?:un)?licen[cs]e|copying|notice)/i.test(file))
    .sort()
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
  if (texts.length === 0) throw new Error(`${name} ${version} (${license}) has no license text in ${folder}`)
  const also = ALSO[name] ? `\n${ALSO[name]}\n` : ''
  return `${name} ${version} (${license})\n\n${texts.map(text => `${text.trim()}\n`).join('\n')}${also}`
}
