/** Validates printed documents against the published schema. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'

/** The schema file itself. */
export const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../schema/v1.json'), 'utf8'))
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  // Making the code smaller takes longer than all tests save by it.
  code: { optimize: false },
}).compile(schema)

/** Returns why the document is invalid: the first error, with one for each member of a union. */
export function schemaErrors(document: unknown): ErrorObject[] {
  return validate(document) ? [] : (validate.errors ?? [])
}
