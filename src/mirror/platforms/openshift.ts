/**
 * OpenShift: an ImageTagMirrorSet and an ImageDigestMirrorSet, because each only applies to its kind of reference (openshift/api,
 * config/v1). A new tag set, and every later change of either, drains and restarts nodes (openshift/openshift-docs#100961).
 */

import { stringify } from 'yaml'
import { locationOf } from '../address.ts'
import type { MirrorFile, MirrorTarget, PlatformRule, SetupCommand } from '../setup.ts'
import { crioNotes } from './cri-o.ts'

const GROUP = 'config.openshift.io/v1'

function mirrorSet(
  kind: 'ImageTagMirrorSet' | 'ImageDigestMirrorSet',
  { address, registries }: MirrorTarget,
): string {
  const list = kind === 'ImageTagMirrorSet' ? 'imageTagMirrors' : 'imageDigestMirrors'
  const sources = registries.map(source => ({
    source,
    mirrors: [locationOf(address)],
    mirrorSourcePolicy: 'AllowContactingSource',
  }))
  return stringify(
    { apiVersion: GROUP, kind, metadata: { name: 'registry-mirror' }, spec: { [list]: sources } },
    { lineWidth: 0 },
  )
}

/** The config map that the cluster's image configuration refers to; in its keys, two periods precede a port. */
function authorityMap(host: string, authority: string): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'registry-mirror-ca', namespace: 'openshift-config' },
      data: { [host.replace(/:(\d+)$/, '..$1')]: authority },
    },
    { lineWidth: 0 },
  )
}

function objectsFor(target: MirrorTarget): MirrorFile[] {
  const { address, authority } = target
  const digests = mirrorSet('ImageDigestMirrorSet', target)
  const tags = mirrorSet('ImageTagMirrorSet', target)
  return [
    { name: 'image-digest-mirror-set.yaml', place: null, content: digests },
    { name: 'image-tag-mirror-set.yaml', place: null, content: tags },
    ...(authority === null
      ? []
      : [{ name: 'registry-mirror-ca.yaml', place: null, content: authorityMap(address.host, authority) }]),
  ]
}

const TRUST_AUTHORITY: SetupCommand = {
  on: 'cluster',
  line: `patch image.config.openshift.io cluster --type=merge -p '{"spec":{"additionalTrustedCA":{"name":"registry-mirror-ca"}}}'`,
}

export const openshift: PlatformRule = target => {
  const { address, authority } = target
  // The objects' schema does not allow IPv6 addresses.
  if (address.host.startsWith('[')) return { unsupported: 'numeric-host' }
  const files = objectsFor(target)
  return {
    files,
    delivery: 'objects',
    put: [
      ...files.toReversed().map(({ name }): SetupCommand => ({ on: 'cluster', line: `apply -f ${name}` })),
      ...(authority === null ? [] : [TRUST_AUTHORITY]),
    ],
    effect: 'nodes-drained',
    activate: null,
    check: [
      { on: 'cluster', line: 'get machineconfigpools' },
      { on: 'node', line: 'cat /etc/containers/registries.conf' },
    ],
    deadMirrorDelay: null,
    login: 'credential-provider',
    notes: [
      { code: 'tags-and-digests' },
      ...(address.scheme === 'http' ? [{ code: 'insecure-registries', host: address.host } as const] : []),
      ...crioNotes(target).filter(({ code }) => code !== 'insecure-skips-tls'),
    ],
  }
}
