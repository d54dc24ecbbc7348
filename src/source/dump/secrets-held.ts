/** Of which namespaces a dump holds the Secrets: a secret of those that it does not hold does not exist. */

export class SecretsHeld {
  readonly #namespaces = new Set<string>()
  #everywhere = false
  #inDoubt = false
  /** Of the document under way. */
  #inDocument = new Set<string>()
  #hasSecrets = false

  /** Takes an object of the document under way; `namespace` is empty where it has none. */
  see(kind: string, namespace: string): void {
    if (namespace === '') return
    this.#inDocument.add(namespace)
    if (kind !== 'Secret') return
    this.#hasSecrets = true
    this.#namespaces.add(namespace)
  }

  /** A list of several namespaces was asked for with -A; with Secrets in it, it was asked for those of all. */
  endDocument(): void {
    if (this.#hasSecrets && this.#inDocument.size > 1) this.#everywhere = true
    this.#inDocument = new Set()
    this.#hasSecrets = false
  }

  /** One page of a list leaves open what the others hold. */
  doubt(): void {
    this.#inDoubt = true
  }

  has(namespace: string): boolean {
    return !this.#inDoubt && (this.#everywhere || this.#namespaces.has(namespace))
  }
}
