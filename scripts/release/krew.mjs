// Generates the plugin manifest for `kubectl krew install` (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/).
import { stringify } from 'yaml'
import { checksumOf, downloadUrl, homepageOf } from './release.mjs'
import { archiveName, TARGETS } from './targets.mjs'

const DESCRIPTION = `Finds the pods whose images can't be pulled, and says why: the cause with the
kubelet's own sentence as proof, the credential that the kubelet used, and what
would fix it. On request it applies the fix in every namespace, after a dry run
on the server, and shows that the pods came back. Nothing is installed in the
cluster.
`

/** @returns the text of pullguard.yaml */
export function krewManifest(packageJson, checksums) {
  const platforms = TARGETS.map(target => {
    const archive = archiveName(target, packageJson.version)
    return {
      selector: { matchLabels: target.krew },
      uri: downloadUrl(packageJson, archive),
      sha256: checksumOf(checksums, archive),
      bin: target.executable,
    }
  })
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: packageJson.name },
    spec: {
      version: `v${packageJson.version}`,
      homepage: homepageOf(packageJson),
      shortDescription: 'Find and fix why images fail to pull',
      description: DESCRIPTION,
      platforms,
    },
  }
  return stringify(manifest, { lineWidth: 0 })
}
