/** The key of a map of objects of one kind. */

/** Tells objects of one kind apart. An object created later can have the same name: its uid differs. */
export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
