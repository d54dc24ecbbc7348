/** Registries that redirect downloads to hosts of other names, so that a node reaches the registry and yet gets no layer. */

import { withoutPort } from './host.ts'

/** Each with the hosts that it redirects to, as its operator or its redirects name them. */
const DOWNLOAD_HOSTS: readonly [RegExp, string][] = [
  [/^(?:index\.|registry-1\.)?docker\.io$/, 'production.cloudflare.docker.com'],
  [/^quay\.io$/, 'cdn*.quay.io'],
  [/^ghcr\.io$/, 'pkg-containers.githubusercontent.com'],
  [/^mcr\.microsoft\.com$/, '*.data.mcr.microsoft.com'],
  [/\.azurecr\.(?:io|cn|us)$/, '*.blob.core.windows.net, or the data endpoints of the registry'],
  [/\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/, "S3 in the registry's region"],
  [/^public\.ecr\.aws$/, '*.cloudfront.net'],
  [/^registry\.k8s\.io$/, '*.pkg.dev and S3'],
  [/^registry\.gitlab\.com$/, 'cdn.registry.gitlab-static.net'],
  [/(?:^|\.)gcr\.io$/, 'storage.googleapis.com'],
  [/^cgr\.dev$/, '*.r2.cloudflarestorage.com'],
]

/** The hosts that serve this registry's layers, as a list for people; null if it serves them itself, or if that is not known. */
export function downloadHosts(registry: string): string | null {
  return DOWNLOAD_HOSTS.find(([name]) => name.test(withoutPort(registry.toLowerCase())))?.[1] ?? null
}
