/** The words of steps about the image itself: its platforms, its format, and what the registry has of it. */

import type { ImageContentStep } from '../../../advice/step/step.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { ecrAccount, ecrRegion, isOfCacheRule } from '../../../image/cloud-registries.ts'
import { parseReference, withoutVersion } from '../../../image/reference.ts'
import { isFixedHost, isPublic } from '../../../image/registries.ts'
import { windowsBuildOf, windowsTagOf } from '../../../image/windows-images.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { isConfigMissing } from '../causes/image.ts'
import { workloadsOf } from '../edits/container-place.ts'
import { editField } from '../edits/edits.ts'
import { managedPlace } from '../edits/managers.ts'
import { loadCommand } from '../node/local-clusters.ts'
import { nodeName, nodesOf, onNodes } from '../node/node.ts'
import { formatNumber, joinList, namedList, registryLabel, shortList } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'
import { otherFormat, perhapsEncrypted, rightMediaType } from './image-formats.ts'
import { pushHeld } from './lost-image.ts'

/** Returns the tag of the image for this build, in parentheses; empty if the build has no such name. */
function windowsTag(kernel: string, image: string): string {
  const name = windowsTagOf(kernel)
  if (name === null) return ''
  const other = image.replace(/(?<=[:-])ltsc20\d\d(?![^@]*\/)/, name)
  return other === image ? ` (tags with ${name})` : ` (such as ${other}, if it exists)`
}

export const imageContentSteps: StepWords<ImageContentStep> = {
  'push-again': (_step, { findings: [{ clues, reference }] }) => {
    if (hasClue(clues, 'layer-mismatch'))
      return {
        text: 'If it is meant to be a container image, build it with another tool and push it again: its configuration does not list the layers of its manifest',
      }
    return {
      text: isPublic(reference)
        ? 'If every node has the problem, look for a proxy or a mirror in between that damages images, or use another tag: the image may be damaged at its publisher'
        : 'If every node has the problem, push the image again: it is damaged in the registry, or by a proxy in between',
    }
  },
  'digest-mismatch': ({ host }) => ({
    text: `Remove the image from the cache of ${host} (a remote or proxy repository), or push it again: the manifest that it delivers does not match its digest; update the registry if that happens again`,
  }),
  'missing-layer': ({ host }, { findings: [{ reference, evidence }] }) => {
    const has = isConfigMissing({ evidence })
      ? `${host} has the manifest, but not the image's configuration`
      : `${host} has the manifest, but not every layer`
    return {
      text: isPublic(reference)
        ? `Look for a proxy or mirror between the nodes and ${host}, remove the image from its cache, and check that it reaches the download hosts that ${host} redirects to: ${has}`
        : isOfCacheRule(reference)
          ? `Wait for the next attempts if the image is new there, as a cache that is still fetching it lacks layers for a while; then remove it from the cache of ${host}, and check that this reaches its upstream's download hosts too: ${has}`
          : `Push the image to ${host} again if it is yours, or use another tag and tell its publisher; if ${host} is a cache, remove the image there and check that it reaches its upstream's download hosts too: ${has}`,
    }
  },
  'restore-tag': ({ host }, { findings: [{ image }] }) => ({
    text: `Use another tag, or have the owner of the repository restore this one from its tag history at ${host} (the Time Machine of Quay, for a limited time), and keep it from expiring: ${image} was deleted or has expired`,
  }),
  'push-held': pushHeld,
  'missing-child': ({ host }, { findings: [{ reference }] }) => {
    const [part, lists] =
      reference?.includes('@') === true ? ['index', 'the index lists'] : ['tag', "the tag's index lists"]
    if (isPublic(reference))
      return {
        text: `Look for a proxy or mirror between the nodes and ${host}, and remove the image from its cache: its ${part} is there, but a manifest that ${lists} is missing`,
      }
    return {
      text: `Push the image to ${host} again (all platforms): its ${part} is there, but a manifest that ${lists} is missing; if a clean-up job removes untagged manifests, exempt those that an index refers to`,
    }
  },
  'see-ecr-image': (_step, { findings: [{ registry, reference }] }) => {
    const { repository = '', tag = null, digest = null } = parseReference(reference ?? '') ?? {}
    const image = digest === null ? `imageTag=${tag}` : `imageDigest=${digest}`
    const account = ecrAccount(registry)
    const place = `${account === null ? '' : `--registry-id ${account} `}--region ${shellWord(ecrRegion(registry) ?? '')} --repository-name ${shellWord(repository)}`
    return {
      text: `See whether ECR lists the image: with the status ARCHIVED, it is kept and not served (a lifecycle policy can archive images). Restore it then (\`aws ecr update-image-storage-class ${place} --image-id ${image} --target-storage-class STANDARD\`), or use another tag`,
      command: `aws ecr describe-images ${place} --image-ids ${shellWord(image)}`,
    }
  },
  // containerd/containerd, pkg/archive/compression; moby/moby, pkg/archive.
  'without-pigz': (_step, { findings, findings: [{ host }] }) => {
    const variable =
      host.runtime === 'containerd'
        ? 'CONTAINERD_DISABLE_PIGZ=1'
        : host.runtime === 'docker'
          ? 'MOBY_DISABLE_PIGZ=1 and CONTAINERD_DISABLE_PIGZ=1'
          : null
    const without =
      variable === null
        ? `uninstall pigz ${onNodes(findings)}, so that the runtime unpacks by itself`
        : `set ${variable} in the environment of ${host.runtime === 'docker' ? 'dockerd and containerd' : 'containerd'} ${onNodes(findings)}, and restart ${host.runtime === 'docker' ? 'both' : 'it'}`
    const nodes = nodesOf(findings)
    if (nodes.length > 1)
      return {
        text: `${without.replace(/^./, letter => letter.toUpperCase())}: pigz fails ${onNodes(findings)}, so a fault of the pigz there (zlib-ng/zlib-ng#1772) is likelier than ${nodes.length} nodes that damage data. If the layer can't be unpacked without pigz either, it was published so: use another tag of the image, or build and push it again`,
      }
    return {
      text: `Pull the image on another node: if it can be unpacked there, test the memory and the disk ${onNodes(findings)}, and ${without}; if it can't, use another tag of the image, or build and push it again`,
    }
  },
  'rebuild-layers': (_step, { findings: [{ clues }] }) => ({
    text: hasClue(clues, 'nydus-layer')
      ? 'Use the tag of the ordinary image, of which this one is a conversion (its name often ends in -nydus), or run it on nodes whose runtime unpacks with nydus-snapshotter: an update of the runtime alone does not read such layers'
      : 'Build the image with ordinary layers (tar with gzip or zstd), or run it on nodes whose snapshotter knows this layer format (nydus, eStargz, encrypted layers)',
  }),
  'other-builder': (_step, { findings, findings: [first] }) => {
    const why = hasClue(first.clues, 'wrong-diff-id')
      ? `its configuration lists another layer (by its diff ID, the digest of the unpacked layer) than the one that comes with it, and pushing the same build again changes nothing${nodesOf(findings).length > 1 ? '' : `. If another node unpacks the same image, test the memory and the disk ${onNodes(findings)} instead`}`
      : 'if every node fails at this layer, it was built so (Kaniko, for one, has built such layers), and pushing the same build again changes nothing'
    return {
      text: `Use another tag of the image, or build it again with another builder, or another version of yours, and push that: ${why}${perhapsEncrypted(first)}`,
    }
  },
  'drop-attribute': ({ name }) => ({
    text: `Use a newer tag of the image, or build it again ${name === 'security.selinux' ? 'on a machine without SELinux, or with docker buildx' : 'with docker buildx or a current Buildah'}: files in it have the extended attribute ${name}, which its builder left there by mistake`,
  }),
  // k3s-io/k3s#1278.
  'install-64-bit': (_step, { findings }) => ({
    text: `If the CPU has 64 bits, as that of a Raspberry Pi from version 3 on, install a 64-bit operating system ${onNodes(findings)}, which then runs images for arm64: far more images are built for that than for 32-bit ARM`,
  }),
  'fewer-layers': (_step, { findings: [{ host }] }) => ({
    text: `Build the image with fewer layers: combine instructions, or copy the result into a last stage of its own (a multi-stage build); \`crane flatten\` makes one layer of an image. An image that is built on its own earlier version grows with every build${host.runtime === 'docker' ? '. Or run the pod on nodes with containerd, which stacks more layers than Docker' : ''}`,
  }),
  'show-platforms': (_step, { invocation, findings }) => {
    const isWindows = findings[0].host.os === 'windows'
    const labels = `kubernetes.io/os,${isWindows ? 'node.kubernetes.io/windows-build' : 'kubernetes.io/arch'}`
    const failed = nodesOf(findings).length === 0 ? '' : `: the image failed ${onNodes(findings)}`
    return {
      text: `See the nodes' operating systems and ${isWindows ? 'Windows builds' : 'architectures'}${failed}`,
      command: kubectlCommand(invocation, `get nodes -L ${labels}`),
    }
  },
  'build-for': ({ platform }, { findings: [{ image, registry }] }) => ({
    text: `Use an image or tag that is built for ${platform}${namedArchitecture(image, platform)}, or build this one for it too (\`docker buildx build --platform ${withOthers(platform)} --push\`)${isFixedHost(registry ?? '') ? ', or ask its publisher to' : ''}`,
  }),
  'digest-of-index': ({ platform }, { invocation, findings: [first] }) => {
    const name = withoutVersion(first.image)
    const tag = /:([^:@/]+)@/.exec(first.image)?.[1]
    return {
      text: `See whether the digest is that of the image for one platform, which no other platform can run: if ${tag === undefined ? 'its tag' : `tag ${tag}`} lists ${platform}, pin the digest of the index, which comes first there, or leave the digest out${managedPlace(first, invocation)}`,
      command: `docker buildx imagetools inspect ${tag === undefined ? `${shellWord(name)}:<tag>` : shellWord(`${name}:${tag}`)}`,
    }
  },
  uncordon: ({ nodes }, { invocation, findings: [{ clues }] }) => {
    const for_ = clueOf(clues, 'held-elsewhere')?.architectures ?? []
    const [first = ''] = nodes
    return {
      text: `Let ${nodes.length === 1 ? `node ${first}` : `one of the nodes ${shortList(nodes, 3)}`} take new pods again, once its maintenance is over: ${nodes.length === 1 ? 'it is' : 'they are'} cordoned, and no other node for ${joinList(for_)} is known, so pods that only such nodes can run would stay Pending unless an autoscaler adds one`,
      command: kubectlCommand(invocation, `uncordon ${shellWord(first)}`),
    }
  },
  'copy-more-platforms': ({ service, platform, image }) => {
    const [, architecture = ''] = platform.split('/')
    return {
      text:
        service === 'kube-image-keeper'
          ? `Let kube-image-keeper, whose proxy most likely answers there, store ${platform} too (${architecture} in \`architectures\` of its chart's values, by default amd64 only), and delete the image's CachedImage so that it fetches it again; or keep these pods from its rewriting, so that they use ${image ?? 'the original image'}`
          : `Create the Zarf package for ${platform} (\`zarf package create -a ${architecture}\`), and deploy that: a package has its images for one architecture, and the registry at this port is most likely Zarf's`,
      brief: `Let ${service === 'zarf' ? 'Zarf' : 'kube-image-keeper'} store the image for ${platform} too`,
    }
  },
  'copy-platforms': ({ image }, { findings }) => {
    const [first = image, ...others] = new Set(findings.map(finding => finding.reference ?? finding.image))
    const copies =
      others.length === 0
        ? `${first} is a copy, copy it`
        : `${shortList([first, ...others], 2)} are copies, copy them`
    return {
      text: `If ${copies} again with all platforms (\`crane copy\`, \`skopeo copy --all\`, or \`docker buildx imagetools create\`): \`docker pull\` and \`docker push\` copy only the platform of the machine that runs them`,
    }
  },
  emulate: ({ image, platform, tool }, { findings: [{ node }] }) => ({
    text: `Or run the image under emulation, if this machine has it (Docker Desktop does): pull it here for ${platform} and load it into the node, with imagePullPolicy IfNotPresent, as a kubelet only pulls what is built for its node`,
    command: `docker pull --platform ${platform} ${shellWord(image)} && ${loadCommand(tool, image, node)}`,
  }),
  // regclient/regclient, cmd/regctl/image.go; containerd/containerd, core/remotes/docker/fetcher.go; containerd/containerd#7676.
  'newer-base': (_step, { findings: [{ registry, host }] }) => ({
    text: `Or rebuild the image on a Windows base image of June 2023 or later, and push it again: older ones have layers that only Microsoft's hosts serve, to which the manifest at ${registryLabel(registry)} sends the nodes. One that can't be rebuilt is copied whole (\`regctl image copy --include-external\`) and freed of those addresses (\`regctl image mod --external-urls-rm\`)${host.runtime === 'docker' ? '' : '; to push the layers (`--allow-nondistributable-artifacts`) is not enough, as containerd asks those addresses first'}`,
  }),
  'windows-image': ({ kernel }, { findings: [{ container, image, registry, clues }] }) => ({
    text: `${clueOf(clues, 'made-by')?.maker === 'kubectl-debug' ? 'Delete this pod and run `kubectl debug` again, with --profile=sysadmin, which recent versions turn into a HostProcess container on Windows, and' : 'Or'} use an image for container ${container} that is built for Windows${kernel === null ? ' and for the Windows version of the node' : ` ${windowsBuildOf(kernel)}${windowsTag(kernel, image)}`}: the container's Windows build must match the host's${hasClue(clues, 'for-linux') && registry !== null && !isFixedHost(registry) ? '; if the image is a copy, copy it again with all its platforms (`skopeo copy --all`, `crane copy`): docker pull and push keep only one' : ''}`,
  }),
  'schedule-on-windows': ({ build, perhaps }, { invocation, findings, findings: [first] }) =>
    editField(
      invocation,
      first,
      `${perhaps ? `If the image is for Windows, as its ${hasClue(first.clues, 'other-platforms') ? 'layers suggest' : 'name suggests'}, schedule` : 'Schedule'} the pods on Windows nodes with the nodeSelector kubernetes.io/os: windows${build === null ? '' : ` (and node.kubernetes.io/windows-build: ${build}, which the tag is for)`}${perhaps ? ':' : ', or use an image for Linux: this one is for Windows, and'} ${first.node === null ? 'the node' : `node ${first.node}`} runs Linux. A toleration alone does not keep pods off Linux nodes`,
      workloadsOf(findings),
    ),
  'update-for-wasm': ({ version }, { findings, findings: [{ clues }] }) => ({
    text: `${hasClue(clues, 'runs-wasm') ? 'Update' : "If the image's layers are WebAssembly modules, such as those of Spin, and update"} containerd ${onNodes(findings)}${version === null ? '' : ` (${version})`} to 1.6.25, 1.7.7, or a newer version: ${hasClue(clues, 'runs-wasm') ? "the pod's runtime class runs WebAssembly, and " : ''}an older containerd can't unpack an image whose layers are WebAssembly modules (deislabs/containerd-wasm-shims#191). Or build the image with the module as a file in an ordinary layer`,
  }),
  'schedule-elsewhere': ({ os, architecture, build }, { invocation, findings: [first] }) => {
    const place = managedPlace(first, invocation)
    if (build !== null)
      return {
        text: `Or schedule the pods on nodes with the Windows version of the image (nodeSelector node.kubernetes.io/windows-build: ${build})${place}`,
      }
    const held = clueOf(first.clues, 'held-elsewhere')
    const [proven, ...others] = held?.architectures ?? []
    if (
      os !== 'windows' &&
      held !== undefined &&
      proven !== undefined &&
      others.length === 0 &&
      proven !== architecture
    )
      return {
        text: `Schedule the pods on ${proven} nodes only (nodeSelector kubernetes.io/arch: ${proven})${place}: ${held.pods === 1 ? 'another pod runs' : `${formatNumber(held.pods)} other pods run`} this image there`,
      }
    if (os !== 'windows')
      return {
        text: `Or schedule the pods on nodes that the image is for, if the cluster has any (nodeSelector kubernetes.io/arch${architecture === null ? '' : `, other than ${architecture}`})${place}`,
      }
    if (hasClue(first.clues, 'asks-windows'))
      return {
        text: `If an injector added container ${first.container}, keep it from adding Linux-only sidecars to Windows pods`,
      }
    const isFirst = first.steps[0].code === 'schedule-elsewhere'
    if (isFirst && held?.onLinux === true)
      return {
        text: `Schedule the pods on Linux nodes only (nodeSelector kubernetes.io/os: linux)${place}: ${held.pods === 1 ? 'another pod runs' : `${formatNumber(held.pods)} other pods run`} this image there${held.nodes.length === 0 ? '' : `, as on ${namedList('node', held.nodes)}`}`,
      }
    const start = !isFirst
      ? 'Or schedule'
      : hasLinuxImage(first)
        ? 'Schedule'
        : 'If the image is for Linux only, schedule'
    return {
      text: `${start} the pods on nodes that the image is for (nodeSelector kubernetes.io/os: linux)${place}, and keep injectors from adding Linux-only sidecars to Windows pods`,
    }
  },
  'push-current-format': (_step, { findings }) => ({ text: otherFormat(findings) }),
  'correct-media-type': (step, { findings }) => ({ text: rightMediaType(step, findings) }),
  'driver-for-node': ({ from, value }, { findings: [{ reference, registry, node }] }) => {
    const what = `${from === 'system' ? 'operating system' : 'kernel'} of ${nodeName({ node })} (${value})`
    return registry === 'nvcr.io'
      ? {
          text: `Choose a driver version and an operating system that the operator's support matrix lists (driver.version in the ClusterPolicy), or install the driver on the node and set driver.enabled=false: the tag is derived from the ${what}, and NVIDIA publishes no such image`,
          brief: `Choose a driver version and an operating system that NVIDIA publishes images for: the tag is derived from the ${what}`,
        }
      : {
          text: `Build or copy ${reference ?? 'the image'} for that node, or choose another driver version in the operator's settings: operators of drivers and kernel modules derive the tag from the ${what}`,
          brief: `Build or copy ${reference ?? 'the image'}: its tag is derived from the ${what}`,
        }
  },
  'append-system': ({ system }, { findings: [{ image, node }] }) => ({
    text: `Append the node's operating system to the tag, as in ${image}-${system ?? 'ubuntu22.04'}: tags of this image end in one. NVIDIA's GPU Operator appends ${system === null ? 'it' : `that of ${nodeName({ node })}`} by itself, so see the operator's log if it made the pod`,
    brief: `Append the node's operating system to the tag, as in ${image}-${system ?? 'ubuntu22.04'}`,
  }),
  'not-an-image': (_step, { findings: [{ containerKind, image }] }) => ({
    text: `Use the name of a container image: the artifact under this name is something else, such as a Helm chart, a model, or a signature${image === '' ? '' : ` (\`crane manifest ${shellWord(image)}\` shows its type)`}${containerKind === 'volume' ? '; or put its files into an image (FROM scratch and COPY), as the volume takes images' : ''}`,
  }),
  'not-the-signature': ({ image }) => ({
    text: `Use the tag or the digest of the image itself: what ${image} names is a signature, which signing tools store beside the image (\`cosign triangulate\` shows the tag of an image's signature, which ends in .sig)`,
    brief: 'Use the tag or the digest of the image itself: this one is that of its signature',
  }),
  'not-the-attestation': ({ image }) => ({
    text: `Use the digest of the image or of its index, not that of the attestation beside it, whose platform is shown as unknown/unknown (\`docker buildx imagetools inspect ${shellWord(withoutVersion(image))}:<tag>\` lists all of them), or build without attestations (--provenance=false --sbom=false)`,
  }),
}

const hasLinuxImage = ({ clues }: Pick<Finding, 'clues'>) => hasClue(clues, 'for-linux')

/** Returns the platforms to build for: the one that is missing, after those that most nodes have. */
function withOthers(platform: string): string {
  const common = ['linux/amd64', 'linux/arm64']
  if (platform.includes('<')) return common.join(',')
  const others = common.filter(other => !platform.startsWith(other))
  return [...(others.length === common.length ? common : others), platform].join(',')
}

/** Architectures as the names of images have them, by what Kubernetes calls them. */
const ARCHITECTURES: readonly [string, RegExp][] = [
  ['amd64', /(?<=[-_.:/])(?:amd64|x86[-_]64|x64)(?=$|[-_.:@/])/],
  ['arm64', /(?<=[-_.:/])(?:arm64(?:v8|-v8)?|aarch64)(?=$|[-_.:@/])/],
  ['arm', /(?<=[-_.:/])(?:arm(?:32v[67]|v?[67]|hf)?)(?=$|[-_.:@/])/],
  ['ppc64le', /(?<=[-_.:/])ppc64le(?=$|[-_.:@/])/],
  ['s390x', /(?<=[-_.:/])s390x(?=$|[-_.:@/])/],
]

/** Returns that the image's name is that of another architecture; empty if it names none, or the node's. */
function namedArchitecture(image: string, platform: string): string {
  const named = ARCHITECTURES.filter(([, pattern]) => pattern.test(image)).map(([name]) => name)
  const [first] = named
  const own = platform.split('/')[1] ?? ''
  // Boards with 64 bits run many images of 32.
  const isOwn = named.includes(own) || (own === 'arm64' && first === 'arm')
  return first === undefined || isOwn || own === '' || own.startsWith('<')
    ? ''
    : ` (the name of this one says ${first})`
}
