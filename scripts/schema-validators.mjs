// Writes src/apply/schema-validators.js: schema/v1.json's definition of a plan as plain code, so that no schema is compiled at run time.
import { readFile, writeFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { transform } from 'esbuild'

const SCHEMA = new URL('../schema/v1.json', import.meta.url)
const WRITTEN = new URL('../src/apply/schema-validators.js', import.meta.url)

/** Returns the property that distinguishes a union's members, such as a change's `action`; undefined if two members share its value. */
function tagOf(members) {
  return Object.keys(members[0].properties ?? {}).find(name => {
    const values = members.map(({ properties }) => properties?.[name]?.const ?? properties?.[name]?.enum)
    return !values.includes(undefined) && new Set(values.flat()).size === values.flat().length
  })
}

/**
 * Sets each union's discriminator for ajv, so that errors refer to the intended member. Discriminators are not part of JSON Schema, so they
 * aren't published.
 */
function withTags(definition) {
  const propertyName = definition.oneOf && tagOf(definition.oneOf)
  return propertyName ? { ...definition, type: 'object', discriminator: { propertyName } } : definition
}

async function validators() {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'))
  const named = Object.entries(schema.$defs).map(([name, definition]) => [name, withTags(definition)])
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    discriminator: true,
    inlineRefs: false,
    messages: false,
    code: { source: true, esm: true },
    schemas: [{ ...schema, $defs: Object.fromEntries(named) }],
  })
  const code = standaloneCode.default(ajv, {
    validatePlan: `${schema.$id}#/$defs/Plan`,
    validateChange: `${schema.$id}#/$defs/Change`,
  })
  const { code: small } = await transform(code, { minify: true, format: 'esm' })
  return `// Generated from schema/v1.json by scripts/schema-validators.mjs: change those.\n${small}`
}

/** Writes the file if it is outdated. Runs before a build and before the tests. */
export default async function writeSchemaValidators() {
  const code = await validators()
  if ((await readFile(WRITTEN, 'utf8').catch(() => '')) !== code) await writeFile(WRITTEN, code)
}
