/** Content negotiation: JSON, Table or metadata only, as the Accept header asks. */

import { badRequest, Refusal } from '../cluster/refusal.ts'

export type Representation = 'json' | 'table' | 'partial' | 'partial-list'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const JSON_TYPES = ['application/json', 'application/*', '*/*']

const AS: Record<string, Representation> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial-list',
}

/** Whether the client wants the object in protobuf rather than in JSON. */
export function prefersProtobuf(accept: string | undefined): boolean {
  const [first = ''] = (accept ?? '').split(',')
  return first.trim() === PROTOBUF
}

/** The first acceptable form; throws 406 if there is none. YAML is not supported. */
export function representationOf(accept: string | undefined, verb: string): Representation {
  for (const entry of (accept || '*/*').split(',')) {
    const [type = '', ...parameters] = entry.split(';').map(part => part.trim())
    if (![...JSON_TYPES, PROTOBUF].includes(type)) continue
    const as = parameters.find(parameter => parameter.startsWith('as='))?.slice(3)
    const asked = as === undefined ? 'json' : AS[as]
    if (asked) return asked
  }
  const known = ['application/json', 'application/yaml', PROTOBUF]
  const streams =
    verb === 'get' ? [] : known.filter(type => !type.endsWith('yaml')).map(type => `${type};stream=watch`)
  const message = `406: Not Acceptable

Available representations: ${[...known, ...streams].join(', ')}`
  throw new Refusal(406, 'NotAcceptable', message, {})
}

/** A list requested as one object's metadata, or the reverse, is a 406. */
export function mismatch(asked: Representation, kind: string): Refusal {
  const list = asked === 'partial'
  return new Refusal(
    406,
    'NotAcceptable',
    list
      ? `you requested PartialObjectMetadata, but the requested object is a list (*core.${kind}List)`
      : `you requested PartialObjectMetadataList, but the requested object is not a list (*core.${kind})`,
  )
}

/** The query's includeObject; empty is Metadata. Throws the 400. */
export function includeObjectOf(query: URLSearchParams): 'None' | 'Metadata' | 'Object' {
  const value = query.get('includeObject') || 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}
