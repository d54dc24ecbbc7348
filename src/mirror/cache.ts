/**
 * Creates a basic pull-through cache as Kubernetes objects: CNCF distribution (distribution.github.io/distribution, recipes/mirror and
 * about/configuration; 3.1.0 fixes CVE-2026-33540) or zot (zotregistry.dev, articles/mirroring; 2.1.22 keeps digests). Its image comes
 * from a registry other than Docker Hub.
 */

import { DOCKER_HUB, DOCKER_HUB_INDEX } from '../image/docker-hub.ts'
import { apiHost } from '../image/registries.ts'

export type CacheProduct = 'distribution' | 'zot'

export interface Cache {
  product: CacheProduct
  /** With its version or digest. */
  image: string
  /** The registry whose images it caches. */
  registry: string
  /** The name of its objects. */
  name: string
  /** The Secret with the login for the registry. */
  secret: string
  /** The port on every node. */
  port: number
}

/** A cache, with its objects in the order in which to apply them. */
export interface EmittedCache {
  cache: Cache
  objects: object[]
}

/** Versions that are published under these names in GitHub's registry. */
export const CACHE_IMAGES: Record<CacheProduct, string> = {
  distribution: 'ghcr.io/distribution/distribution:3.1.1',
  zot: 'ghcr.io/project-zot/zot:v2.1.22',
}

const FIRST_PORT = 30_500

/** One cache for each registry: neither product can distinguish upstreams by an image name alone. */
export function cachesFor(
  registries: readonly string[],
  product: CacheProduct,
  image: string,
): EmittedCache[] {
  return registries.map((registry, index) => {
    const name = `registry-cache-${registry.replace(/[^a-z0-9]+/g, '-')}`
    const cache = { product, image, registry, name, secret: `${name}-upstream`, port: FIRST_PORT + index }
    return { cache, objects: objectsOf(cache) }
  })
}

/** The claim, the settings, the Deployment, and the Service. */
function objectsOf(cache: Cache): object[] {
  const { name, port, product } = cache
  const labels = { 'app.kubernetes.io/name': name }
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, labels },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '50Gi' } } },
  }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: {
      // Nodes don't resolve names of Services, but can reach this port at the address of any node.
      type: 'NodePort',
      selector: labels,
      ports: [{ name: 'http', port: 5000, targetPort: 'http', nodePort: port }],
    },
  }
  const settings = product === 'zot' ? [zotSettings(cache, labels)] : []
  return [claim, ...settings, deployment(cache, labels), service]
}

function deployment(cache: Cache, labels: Record<string, string>): object {
  const { name, image, product } = cache
  const { env, mounts, volumes, command } = product === 'zot' ? zotParts(cache) : distributionParts(cache)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      // A volume that only one node can mount is not available to a new pod while the old one runs.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'cache',
              image,
              ...command,
              env,
              ports: [{ name: 'http', containerPort: 5000 }],
              readinessProbe: { httpGet: { path: '/v2/', port: 'http' } },
              livenessProbe: { httpGet: { path: '/v2/', port: 'http' }, failureThreshold: 6 },
              resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'images', mountPath: '/var/lib/registry' },
                { name: 'scratch', mountPath: '/tmp' },
                ...mounts,
              ],
            },
          ],
          volumes: [
            { name: 'images', persistentVolumeClaim: { claimName: name } },
            { name: 'scratch', emptyDir: {} },
            ...volumes,
          ],
        },
      },
    },
  }
}

interface Parts {
  command: object
  env: object[]
  mounts: object[]
  volumes: object[]
}

/** The login is optional: without the Secret the cache pulls anonymously. */
function distributionParts({ registry, secret }: Cache): Parts {
  const login = (key: string) => ({ secretKeyRef: { name: secret, key, optional: true } })
  return {
    command: {},
    env: [
      { name: 'REGISTRY_PROXY_REMOTEURL', value: `https://${apiHost(registry)}` },
      { name: 'REGISTRY_PROXY_TTL', value: '168h' },
      { name: 'REGISTRY_PROXY_USERNAME', valueFrom: login('username') },
      { name: 'REGISTRY_PROXY_PASSWORD', valueFrom: login('password') },
      // Expired content can only be removed if deletion is allowed.
      { name: 'REGISTRY_STORAGE_DELETE_ENABLED', value: 'true' },
    ],
    mounts: [],
    volumes: [],
  }
}

function zotParts({ name, secret }: Cache): Parts {
  return {
    command: { args: ['serve', '/etc/zot/config.json'] },
    env: [],
    mounts: [
      { name: 'settings', mountPath: '/etc/zot', readOnly: true },
      { name: 'upstream', mountPath: '/etc/zot-upstream', readOnly: true },
    ],
    volumes: [
      { name: 'settings', configMap: { name } },
      { name: 'upstream', secret: { secretName: secret } },
    ],
  }
}

function zotSettings({ name, registry }: Cache, labels: Record<string, string>): object {
  const upstream = registry === DOCKER_HUB ? DOCKER_HUB_INDEX : registry
  const settings = {
    distSpecVersion: '1.1.1',
    storage: { rootDirectory: '/var/lib/registry', gc: true },
    // Without this, images in Docker's format are refused or get another digest.
    http: { address: '0.0.0.0', port: '5000', compat: ['docker2s2'] },
    log: { level: 'info' },
    extensions: {
      sync: {
        enable: true,
        credentialsFile: '/etc/zot-upstream/credentials.json',
        registries: [
          { urls: [`https://${upstream}`], onDemand: true, tlsVerify: true, preserveDigest: true },
        ],
      },
    },
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels },
    data: { 'config.json': JSON.stringify(settings, null, 2) },
  }
}
