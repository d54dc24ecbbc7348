/** Reads the JSON in an answer's body, which can be anything. */

import { isObject, parseJson } from '../dockerconfig/go-encoding.ts'

/** The JSON object in these bytes; null if they are not one. */
export function jsonObject(body: Buffer): Record<string, unknown> | null {
  const value = parseJson(body.toString('utf8'))
  return isObject(value) ? value : null
}
