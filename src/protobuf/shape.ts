/** Which fields of a protobuf message are wanted, and as what: the others are passed over without being looked at. */

type FieldType = 'text' | 'flag' | 'number' | 'time' | 'microTime' | 'texts' | 'one' | 'many' | 'inline'

export interface Field {
  /** As in JSON; empty for `inline`. */
  name: string
  type: FieldType
  /** Of the message or messages that the field holds. */
  shape: Shape | null
}

/** Fields by their number in the .proto file. */
export type Shape = readonly (Field | undefined)[]

/** @param fields by number; a bare name is a text */
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
/** metav1.Time, as JSON has it: whole seconds in RFC 3339. */
export const time = (name: string): Field => scalar('time', name)
/** metav1.MicroTime. */
export const microTime = (name: string): Field => scalar('microTime', name)
/** A map from text to text. */
export const texts = (name: string): Field => scalar('texts', name)
export const one = (name: string, shape: Shape): Field => ({ name, type: 'one', shape })
export const many = (name: string, shape: Shape): Field => ({ name, type: 'many', shape })
/** A struct whose fields are its parent's in JSON. */
export const inline = (shape: Shape): Field => ({ name: '', type: 'inline', shape })
