/** The published schema, as a check of what was printed. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'

/** As it is published. */
export const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../schema/v1.json'), 'utf8'))
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
}).compile(schema)

/** What keeps the document from being what the schema promises. */
export function schemaErrors(document: unknown): ErrorObject[] {
  return validate(document) ? [] : (validate.errors ?? [])
}
