/** Why an address can't be a mirror's, as one sentence. None repeats the address, which may hold a password. */

import type { AddressProblem } from '../../../mirror/address.ts'

export const ADDRESS_WORDS: Record<AddressProblem, string> = {
  empty: '--to needs the URL of the mirror, such as https://mirror.example.com.',
  'no-scheme': '--to needs a URL with its scheme: write https://… (or http://… with --plain-http).',
  'other-scheme': '--to needs an https URL: runtimes speak with registries over HTTPS, or plain HTTP, only.',
  malformed: '--to is not a URL: give scheme and host, such as https://mirror.example.com:5000.',
  login:
    '--to holds a login: give the URL without user and password; where each platform keeps a login is printed with its file.',
  query: "--to must end after the host or path: a query or fragment is not part of a mirror's address.",
  path: '--to has a path that runtimes would put before /v2/: give the root of the host, or the API path itself, such as https://harbor.example.com/v2/proxy.',
  'plain-http': '--to is plain HTTP, which nodes refuse by default: use https, or add --plain-http.',
  loopback:
    '--to is a loopback address, which is a different machine on every node: give a name or address that all nodes reach, or add --on-every-node if each node runs the mirror itself.',
  'service-name':
    "--to is the name of a cluster Service, which nodes can't resolve because they don't use the cluster's DNS: give the address of a load balancer, an ingress, or a NodePort.",
  itself:
    '--to is the registry that --registry names: give the URL of another registry between the nodes and that one.',
  'docker-hub': '--to is Docker Hub itself: give the URL of a registry between the nodes and Docker Hub.',
}
