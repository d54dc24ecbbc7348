/** Passes over definitions of custom resources: their schemas are the longest manifests by far, and have no pods. */

/** Where a document of a YAML text begins, at the start of a line, even in quotes. */
const DOCUMENT = /^(?=---(?:\s|$))/m
const DEFINITION = 'CustomResourceDefinition'
/** The kind of a document's object: no text in it, however it is written, has a line that begins with a key. */
const KIND = /^kind:[ \t]*["']?(\w+)/gm

/** Returns the text with spaces for each definition, so that all other values keep their place; nothing if there are no others. */
export function withoutDefinitions(text: string): string {
  if (!text.includes(DEFINITION)) return text
  const documents = text.split(DOCUMENT)
  const kept = documents.map(document => (isDefinition(document) ? blank(document) : document))
  return kept.every((document, index) => document !== documents[index] || document.trim() === '')
    ? ''
    : kept.join('')
}

/** Whether a document of a YAML text is a definition. */
export function isDefinition(document: string): boolean {
  const kinds = [...document.matchAll(KIND)]
  return kinds.length > 0 && kinds.every(([, kind]) => kind === DEFINITION)
}

/** As many characters and lines, in the order that is parsed fastest. */
function blank(document: string): string {
  const marker = document.startsWith('---') ? '---' : ''
  const lines = document.split(/\n|\r(?!\n)/).length - 1
  return marker + ' '.repeat(document.length - marker.length - lines) + '\n'.repeat(lines)
}
