/** Which fields a Kubernetes message has, by number. */

// By message: each field's name in JSON, its number and its type, from the API types of Kubernetes 1.34. A `?` marks a pointer, whose
// zero counts; `...` a struct whose fields are its parent's in JSON; `[]` a list; `{}` a map by text.
import MESSAGES from './protobuf-messages.json' with { type: 'json' }

export interface Field {
  name: string
  type: string
  shape: 'one' | 'list' | 'map'
  isPointer: boolean
}

const known = new Map<string, Map<number, Field>>()

/** The fields of the message of that name, which must be a known one. */
export function fieldsOf(name: string): Map<number, Field> {
  const before = known.get(name)
  if (before) return before
  const texts = MESSAGES[name as keyof typeof MESSAGES].split(', ')
  const fields = new Map(
    texts.map(text => {
      const [field = '', number, type = ''] = text.split(' ')
      const shape = type.endsWith('[]') ? 'list' : type.endsWith('{}') ? 'map' : 'one'
      const plain = type.replace(/^\?|\[\]$|\{\}$/g, '')
      return [Number(number), { name: field, type: plain, shape, isPointer: type.startsWith('?') } as const]
    }),
  )
  known.set(name, fields)
  return fields
}

export const isMessage = (name: string): boolean => Object.hasOwn(MESSAGES, name)
