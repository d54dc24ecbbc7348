/** Knows for which namespaces a dump contains all Secrets: there, a Secret that is not in the dump does not exist. */

export class SecretsHeld {
  readonly #namespaces = new Set<string>()
  #everywhere = false
  #inDoubt = false
  /** Namespaces of the current document. */
  #inDocument = new Set<string>()
  #hasSecrets = false

  /** Takes an object of the current document; `namespace` is empty for cluster-scoped objects. */
  see(kind: string, namespace: string): void {
    if (namespace === '') return
    this.#inDocument.add(namespace)
    if (kind !== 'Secret') return
    this.#hasSecrets = true
    this.#namespaces.add(namespace)
  }

  /** A document with several namespaces was made with -A; if it has Secrets, it has those of all namespaces. */
  endDocument(): void {
    if (this.#hasSecrets && this.#inDocument.size > 1) this.#everywhere = true
    this.#inDocument = new Set()
    this.#hasSecrets = false
  }

  /** A truncated list proves nothing about the Secrets that it does not contain. */
  doubt(): void {
    this.#inDoubt = true
  }

  has(namespace: string): boolean {
    return !this.#inDoubt && (this.#everywhere || this.#namespaces.has(namespace))
  }
}
