/** What a client needs to find the simulated cluster. */

import type { ApiServer } from './api-server/server.ts'

/** A kubeconfig (YAML) with the server's certificate and the user's token in it. Throws for an unknown user. */
export function kubeconfigOf(server: ApiServer, user: string, namespace: string): string {
  const { token } = server.users.named(user)
  const authority = Buffer.from(server.certificate).toString('base64')
  return `apiVersion: v1
kind: Config
current-context: simulator
clusters:
- name: simulator
  cluster:
    server: ${server.url}
    certificate-authority-data: ${authority}
users:
- name: ${user}
  user:
    token: ${token}
contexts:
- name: simulator
  context:
    cluster: simulator
    user: ${user}
    namespace: ${namespace}
`
}
