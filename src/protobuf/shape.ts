/** Declares which fields of a protobuf message are wanted, and their types; other fields are skipped. */

type FieldType = 'text' | 'flag' | 'number' | 'time' | 'microTime' | 'texts' | 'one' | 'many' | 'inline'

export interface Field {
  /** The field's name in JSON; empty for `inline`. */
  name: string
  type: FieldType
  /** The shape of the field's message or messages; null for other types. */
  shape: Shape | null
}

/** Fields by their numbers in the .proto file. */
export type Shape = readonly (Field | undefined)[]

/** @param fields by number; a bare name declares a text */
export function shapeOf(fields: Record<number, Field | string>): Shape {
  const shape: (Field | undefined)[] = []
  for (const [number, field] of Object.entries(fields)) {
    shape[Number(number)] = typeof field === 'string' ? scalar('text', field) : field
  }
  return shape
}

const scalar = (type: FieldType, name: string): Field => ({ name, type, shape: null })

export const flag = (name: string): Field => scalar('flag', name)
/** An int32. */
export const number = (name: string): Field => scalar('number', name)
/** A metav1.Time, in whole seconds in RFC 3339 as in JSON. */
export const time = (name: string): Field => scalar('time', name)
/** A metav1.MicroTime. */
export const microTime = (name: string): Field => scalar('microTime', name)
/** A map from text to text. */
export const texts = (name: string): Field => scalar('texts', name)
export const one = (name: string, shape: Shape): Field => ({ name, type: 'one', shape })
export const many = (name: string, shape: Shape): Field => ({ name, type: 'many', shape })
/** A struct whose fields belong to its parent in JSON. */
export const inline = (shape: Shape): Field => ({ name: '', type: 'inline', shape })
