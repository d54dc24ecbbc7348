/** An open, authenticated connection to one API server: it carries HTTP requests and responses and does not interpret them. */

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** API path with its query, such as `/api/v1/pods?limit=500`. */
  path: string
  /** Besides User-Agent, Authorization and impersonation, which the connection adds. */
  headers: Record<string, string>
  body?: string
  signal?: AbortSignal
}

export interface HttpResponse {
  status: number
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>
  /** Decompressed. Must be read completely or destroyed, which ends the iteration with an error, as do errors in mid-body. */
  body: AsyncIterable<Uint8Array> & { destroy(): unknown }
}

export interface Connection {
  /** The kubeconfig context in use; null in a pod or with a bare --server. */
  readonly context: string | null
  readonly server: string
  /** The context's namespace, or `default`. */
  readonly namespace: string
  /** Whether a request waits for a login program or another source of credentials and has not been sent yet. */
  readonly loggingIn: boolean
  /**
   * Sends one request over the pooled connections. After a 401 it asks the kubeconfig's exec plugin, token file or OIDC
   * provider for a fresh credential once and sends again. Any status resolves.
   * @throws UnreachableError with one sentence if no answer came (refused, DNS, TLS, proxy, exec plugin failed);
   *   the signal's reason if it was aborted
   */
  send(request: HttpRequest): Promise<HttpResponse>
  /** Returns the text without the secrets that this connection has sent: a server, or a webhook behind it, may repeat them. */
  redact(text: string): string
  close(): Promise<void>
}
