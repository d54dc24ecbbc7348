/** The words of steps for limits and for pull policies. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { LimitStep, LocalTool, StepOf } from '../../../advice/step/step.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import { acrName, cloudOf, OPEN_AT_GCR } from '../../../image/cloud-registries.ts'
import { isDockerHub } from '../../../image/docker-hub.ts'
import { isFixedImage } from '../../../image/fixed-tag.ts'
import { withoutVersion } from '../../../image/reference.ts'
import { countsAtHub, isFixedHost, isPublic } from '../../../image/registries.ts'
import type { LimitAnswer } from '../../../snapshot/hub-quota.ts'
import { ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { isOfUnpacking } from '../causes/other.ts'
import { fixCommand } from '../commands.ts'
import { durationInWords } from '../duration.ts'
import { workloadsOf } from '../edits/container-place.ts'
import { editField, setImages } from '../edits/edits.ts'
import { imported, loadedAsOthers, preloaded } from '../node/loaded-images.ts'
import { isFurtherNode, loadCommand, nerdctl } from '../node/local-clusters.ts'
import { tagged } from '../node/names-on-node.ts'
import { nodeName, onNodes } from '../node/node.ts'
import { dockerClient, throttleSetting } from '../node/node-settings.ts'
import { formatNumber, namedList, pluralize, registryLabel, shortList } from '../nouns.ts'
import { OFFICIAL_ELSEWHERE, REMEDY_WORDS } from '../plan/remedies.ts'
import type { Findings, StepWords } from '../step-words.ts'

const WAIT = {
  limit: 'Wait until the limit resets; the kubelet retries on its own',
  'hub-limit': 'Wait until the limit resets (Docker Hub: six hours); the kubelet retries on its own',
  minute:
    'Wait a minute or two: most such limits are on requests per second or minute, and the kubelet retries on its own; if the limit is hit again, ',
  burst:
    'Wait a few minutes; the kubelet retries on its own. Start fewer pods at once, or use a pull-through mirror',
  kubelet: 'Wait a minute: the kubelet continues on its own',
  logins: 'Then wait some minutes; the kubelet retries on its own',
  registry: 'Wait: the kubelet retries on its own, and the pods start once the registry answers again',
}

/** Returns when the next attempt can succeed, from what is left of the limit. */
function limitText({ of, limit, remaining, windowSeconds }: LimitAnswer): string {
  const whose = of === 'account' ? 'the account' : "this machine's address"
  const others = of === 'account' ? '' : ' (nodes behind another address have their own limit)'
  if (limit === null)
    return `Wait for the next attempt, within five minutes: Docker Hub has no limit for ${whose} now${others}`
  if (remaining === null) return WAIT['hub-limit']
  if (remaining > 0)
    return `Wait for the next attempt, within five minutes: ${formatNumber(remaining)} of ${pluralize(limit, 'pull')} are left for ${whose}${others}`
  const until = windowSeconds === null ? 'until the limit resets' : `up to ${durationInWords(windowSeconds)}`
  return `Wait ${until}: no pulls are left for ${whose}${others}, and the kubelet retries on its own`
}

/** Returns when to expect the next attempt to succeed. */
function waitText(
  step: StepOf<'wait'>,
  {
    registry,
    reference,
    endpoint,
    subcause,
  }: Pick<AdvisedFinding, 'registry' | 'reference' | 'endpoint' | 'subcause'>,
): string {
  // A name that leads to it, of which nothing else is known.
  const isLedToHub = endpoint?.role === 'registry' && isDockerHub(endpoint.host) && subcause !== 'abuse'
  if (step.for === 'minute' && isLedToHub && !isDockerHub(registry ?? '')) return WAIT['hub-limit']
  if (step.for === 'limit' && step.quota) return limitText(step.quota)
  if (step.for === 'limit' && countsAtHub(registry ?? '')) return WAIT['hub-limit']
  if (step.for !== 'minute') return WAIT[step.for]
  return `${WAIT.minute}${isLimitOfOthers(registry, reference) ? 'start fewer pods at once' : HIGHER_QUOTA}`
}

/** Limits that fewer pulls at once stay below. */
const OF_LIMIT: readonly StepOf<'wait'>['for'][] = ['limit', 'hub-limit', 'minute', 'burst']

/** Returns what the CronJobs whose runs started in the same minute add to a limit: the controller ends a Job's name with that minute. */
function runsAtOnce(findings: Findings): string {
  const runs = findings.flatMap(({ clues, workload }) => {
    const run = clueOf(clues, 'run-of-cron-job')
    const minute = /-(\d+)$/.exec(run?.job ?? '')?.[1]
    return run === undefined || workload === null || minute === undefined
      ? []
      : [{ ...run, minute, workload }]
  })
  const [most = []] = [...Map.groupBy(runs, ({ minute }) => minute).values()].sort(
    (one, other) => other.length - one.length,
  )
  const names = [...new Set(most.map(({ workload }) => workload.name))]
  if (names.length < 2) return ''
  const blocks = most.some(({ forbidsOthers }) => forbidsOthers)
    ? ', and with concurrencyPolicy Forbid a run that waits keeps the next one from starting'
    : ''
  return `. Spread the schedules of ${namedList('cronjob', names, 3)}, whose runs pulled in the same minute${blocks}`
}

const HIGHER_QUOTA = "ask the registry's owner for a higher quota"

/** Projects of Google that everyone pulls from. */
const OPEN_PROJECTS = [...OPEN_AT_GCR, 'gcr.io/google-containers', 'gcr.io/google_containers']

/** Whether nobody here can have the limit raised: that of ACR has a step of its own. */
function isLimitOfOthers(registry: string | null, reference: string | null): boolean {
  return (
    isPublic(reference) ||
    cloudOf(registry) === 'acr' ||
    OPEN_PROJECTS.some(project => reference?.startsWith(`${project}/`)) ||
    (isFixedHost(registry ?? '') && cloudOf(registry) === null)
  )
}

/** Returns the setting that ends a pull without progress. What is pulled by hand first has shown the limit of cri-dockerd. */
function progressTimeout({ host, steps }: AdvisedFinding): string {
  const { runtime } = host
  if (runtime === 'cri-o')
    return "pull_progress_timeout in CRI-O's configuration (10 seconds in many releases)"
  if (runtime !== 'docker') return "image_pull_progress_timeout in containerd's configuration"
  const isShown = steps.some(step => step.code === 'pull-by-hand' && step.before)
  return `--image-pull-progress-deadline of ${isShown ? 'cri-dockerd' : dockerClient(host)}`
}

/** What ends a pull while it unpacks: the transfer service of containerd 2.1 and later counts that as a download without progress (containerd/containerd#13909). */
function slowUnpacking(first: AdvisedFinding): string {
  const { runtime, version } = first.host
  const instead =
    runtime === 'containerd' && version !== null
      ? ', or set use_local_image_pull = true there (from containerd 2.1 on, its transfer service can count unpacking as no progress: containerd/containerd#13909)'
      : ''
  return `If unpacking takes long (a large layer, or a slow disk), ${isSetByCloud(first) ? 'use an image whose largest layers are smaller, or nodes with a faster disk' : `raise ${progressTimeout(first)}${instead}, or give the node a faster disk`}`
}

/** GKE and AKS offer no setting for it (cloud.google.com/kubernetes-engine/docs/how-to/node-system-config, learn.microsoft.com/azure/aks/custom-node-configuration). */
const isSetByCloud = ({ host: { platform, virtual } }: AdvisedFinding) =>
  platform === 'gke' || platform === 'aks' || virtual !== undefined

/** Where an image is that was built with the engine of a node. */
const BUILT_IN: Record<LocalTool, string> = {
  kind: '',
  minikube: ", and what was built in the first node's Docker is only there",
  k3d: '',
}

const BY_SKAFFOLD =
  ' (Skaffold sets Never in all that it deploys to a local cluster, also for images that it does not load there: GoogleContainerTools/skaffold#9687; its next run does so again, unless another tool deploys this workload)'

export const limitSteps: StepWords<LimitStep> = {
  wait: (step, { findings }) => {
    const text = waitText(step, findings[0])
    return { text: OF_LIMIT.includes(step.for) ? `${text}${runsAtOnce(findings)}` : text }
  },
  'raise-tier': ({ registry }) => ({
    text: 'Or move the registry to a higher tier (Basic, Standard, Premium): the tier sets how many reads a minute it allows (https://aka.ms/acr/skus)',
    command: `az acr update --name ${shellWord(acrName(registry))} --sku <tier>`,
  }),
  'raise-volume': ({ registry, period }) => ({
    text: `Ask the owner of the account whose downloads ${registryLabel(registry)} counts to raise its limit${period === null ? ' on data' : `, which is on data per ${period}`}: waiting a few minutes does not help`,
  }),
  'find-askers': ({ lasts }, { invocation, findings: [{ registry, reference }] }) => ({
    text: lasts
      ? `Find out what sends so many requests, as the kubelet's retries have hit the limit again and again: nodes and CI jobs behind the same address (a NAT gateway), pods that restart with imagePullPolicy Always, or a login that fails again and again${isLimitOfOthers(registry, reference) ? '. Start fewer pods at once: the kubelet retries on its own, and a retry succeeds where requests are left' : `. If all of them are needed, ${HIGHER_QUOTA}`}`
      : 'If the limit is hit again, find out what sends so many requests from the same address: pods that restart with imagePullPolicy Always, CI jobs, or a login that fails again and again',
    ...(isDockerHub(registry ?? '') ? { command: ownCommand(invocation, 'quota -A --usage') } : {}),
  }),
  'stop-failed-logins': ({ secrets }, { findings: [{ registry }] }) => ({
    text: `${secrets.length === 0 ? `Find what logs in to ${registryLabel(registry)} with a wrong password from the nodes' address` : `Put a login that works into secret ${shortList(secrets, 3)}, or remove it from the pods until then`}: each retry with a login that is refused is one more failed login`,
  }),
  'replace-registry': (_step, { invocation, findings }) => {
    const fixable = findings.filter(({ remedies }) => remedies.includes('replace-registry'))
    if (fixable.length > 0)
      return {
        text: 'Or pull official images from another registry, without a login',
        command: fixCommand(invocation, fixable, () => OFFICIAL_ELSEWHERE),
      }
    const [first] = findings
    const known = `public.ecr.aws/docker/${(first.reference ?? '').replace(/^docker\.io\//, '')}`
    const { text, command } = setImages(invocation, [{ ...first, known, open: '' }])
    if (command !== undefined)
      return { text: 'Or pull the image from another registry, without a login', command }
    // A step of its own says that a Job has to be recreated.
    const how = first.workload?.kind === 'Job' ? '' : `. ${text}`
    return { text: `Or pull the image from another registry, without a login, as ${known}${how}` }
  },
  'pull-less': (_step, { invocation, findings, findings: [first] }) => {
    const moving = findings.find(({ reference }) => !isFixedImage(reference ?? ''))
    const more =
      moving === undefined ? 'even for what the node has' : 'and pulls again where the tag has moved'
    const cost = first.host.runtime === 'cri-o' ? 'which counts as a pull with CRI-O' : more
    return {
      text: `${moving === undefined ? 'Set' : 'Pin the image and set'} imagePullPolicy IfNotPresent, so that nodes pull only what they lack: with Always, each start asks ${registryLabel(first.registry)}, ${cost}`,
      command: fixCommand(invocation, findings, () => REMEDY_WORDS['pull-policy'].flags(moving ?? first)),
    }
  },
  'use-cache': (_step, { invocation }) => ({
    text: 'Put a pull-through cache between the nodes and the registry for the long term; this shows which mirrors the nodes have, and what they need for yours',
    command: ownCommand(invocation, 'mirror'),
  }),
  'raise-kubelet-qps': (_step, { findings: [{ host }] }) => {
    const setting = throttleSetting(host)
    return {
      text:
        setting === null
          ? `If that happens often, start fewer pods at once, or spread them over more nodes: ${host.platform === 'gke' ? 'GKE' : 'AKS'} offers no setting for the limit of its kubelets (registryPullQPS)`
          : `If that happens often, raise ${setting}`,
    }
  },
  'allow-pull': (_step, { invocation, findings, findings: [first] }) =>
    editField(
      invocation,
      first,
      `${pullInstead(first)} set imagePullPolicy to IfNotPresent${hasClue(first.clues, 'by-skaffold') ? BY_SKAFFOLD : ''}`,
      workloadsOf(findings),
    ),
  preload: (step, { findings }) => preloaded(step, findings),
  'tag-on-node': ({ tags }, { invocation, findings, findings: [first] }) =>
    editField(
      invocation,
      first,
      `If ${tags.join(' or ')}, which ${tags.length === 1 ? 'is' : 'are'} ${onNodes(findings)}, is the tag that the pod needs, name that one in place of ${first.image.slice(withoutVersion(first.image).length + 1) || 'latest'}`,
      workloadsOf(findings),
    ),
  'tag-image': (step, { findings }) => tagged(step, findings),
  'import-image': (step, { findings }) => imported(step, findings),
  'load-as-others': (step, { findings }) => loadedAsOthers(step, findings),
  'load-image': ({ image, tool }, { findings: [{ node }] }) => {
    if (tool === 'nerdctl')
      return {
        text: `If the image was built on this machine, build it again with \`${nerdctl(node)} --namespace k8s.io build\`, or load it from an archive (\`--namespace k8s.io load\`): Kubernetes does not see images in other namespaces of containerd`,
      }
    const [others, why] = isFurtherNode(node)
      ? [' and the others of its cluster', `: each node has its own images${BUILT_IN[tool]}`]
      : ['', '']
    return {
      text: `Load the image from this machine into ${nodeName({ node })}${others}, if it was built here${why}`,
      command: loadCommand(tool, image, node),
    }
  },
  'load-pulled': ({ image, tool }, { findings: [{ node }] }) => ({
    text: "Or pull the image once on this machine, with its login, and load it into the cluster's nodes (with imagePullPolicy IfNotPresent)",
    command: `docker pull ${shellWord(image)} && ${loadCommand(tool, image, node)}`,
  }),
  'same-secret': () => ({
    text: "Name the pull secret that the image was pulled with in the pod's imagePullSecrets: from Kubernetes 1.33 on, a kubelet can refuse an image on its node to pods whose login was not verified for it",
    brief: "Name the pull secret that the image was pulled with in the pod's imagePullSecrets",
  }),
  'exempt-preloaded': () => ({
    text: "Or, if the image was preloaded, exempt it in the kubelet's configuration (imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages, with the image in preloadedImagesVerificationAllowlist)",
  }),
  'slow-pull': (_step, { findings: [first] }) => ({
    text: isOfUnpacking(first)
      ? slowUnpacking(first)
      : `If the pull is only slow, ${isSetByCloud(first) ? 'use a smaller image, or one whose largest layers are smaller (the cloud sets the time limit of its nodes)' : `raise ${progressTimeout(first)}, or use a smaller image`}${
          first.host.runtime === 'docker' || first.host.runtime === 'cri-o'
            ? ''
            : "; if nodes pull from each other (a peer mirror such as Spegel, or k3s's embedded registry), restart that mirror"
        }`,
  }),
}

/** Returns how the kubelet gets the image by itself, as another way than to load it. */
function pullInstead({ steps, subcause, credential }: AdvisedFinding): string {
  if (subcause === 'not-verified' && credential.status === 'usable')
    return "Let the kubelet verify the pod's login at the registry:"
  const load = steps.find(({ code }) => code === 'import-image' || code === 'load-as-others')
  if (load?.code === 'load-as-others')
    return 'Or, if a registry has the image, let nodes pull what they lack:'
  if (load === undefined && steps[0].code !== 'tag-image') return 'Let the kubelet pull the image:'
  return load?.code === 'import-image' && load.again === undefined
    ? 'Or push the image to a registry, use its name there, and'
    : 'Or, if a registry has the image, let the kubelet pull it:'
}
