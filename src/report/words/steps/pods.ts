/** The words of steps at the pod itself: what created it, what changed it, and how to get a new one. */

import type { PodStep, StepOf } from '../../../advice/step/step.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Cause } from '../../../diagnosis/finding.ts'
import { PROVIDER_FAILED } from '../../../image/pull-messages.ts'
import { parseReference } from '../../../image/reference.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { webhooksCommand, workloadPath } from '../commands.ts'
import { renewPod } from '../credential/renewal.ts'
import { minuteOf } from '../duration.ts'
import { editField } from '../edits/edits.ts'
import { MAKERS, purposeOf, renewal } from '../edits/makers.ts'
import { templateEdit } from '../edits/template-edit.ts'
import { describeNode } from '../node/node.ts'
import { countPods, joinList, namedList, objectName, registryLabel, shortList } from '../nouns.ts'
import type { Findings, StepText, StepWords } from '../step-words.ts'
import { renewJob } from './secret-lists.ts'

/** Why there is no machine to configure. */
const VIRTUAL: Record<StepOf<'leave-virtual-node'>['of'], string> = {
  azure: 'the pods of this virtual node run in Azure Container Instances',
  fargate: 'this one runs on Fargate',
  'auto-mode': 'this one is managed by EKS Auto Mode',
  other: "this is a virtual node, whose pods run in another service's environment",
}

/** Where injectors have the image of the containers that they add. */
const INJECTORS = new Map([
  ...['istio-proxy', 'istio-init', 'istio-validation'].map(
    name =>
      [name, " (Istio's global.hub and global.tag, or the annotation sidecar.istio.io/proxyImage)"] as const,
  ),
  ['linkerd-proxy', " (Linkerd's proxy.image, or the annotation config.linkerd.io/proxy-image)"],
  ...['vault-agent', 'vault-agent-init'].map(
    name =>
      [
        name,
        " (injector.agentImage of Vault's chart, or the annotation vault.hashicorp.com/agent-image)",
      ] as const,
  ),
  ['daprd', " (dapr_sidecar_injector.image of Dapr's chart, or the annotation dapr.io/sidecar-image)"],
  ['consul-dataplane', " (global.imageConsulDataplane of Consul's chart)"],
])

/** The most Jobs that one command names. */
const MAX_JOBS = 10

const NEXT_ATTEMPT = 'Wait for the next attempt: the kubelet retries the pull within five minutes'
const NEXT_SENDS = "Wait up to five minutes: the next attempt sends the pull secret's login"

/** Refusals, too, can mean that the registry lacks the image. */
const MAY_LACK: readonly Cause[] = ['image-not-found', 'auth-required-or-denied']

/** Whether the pod's image is at another registry than its template's, as where a webhook sends pulls to a mirror. */
function isAtOtherRegistry({ registry }: Findings[number], template: string | null): boolean {
  const made = template === null ? null : parseReference(template)
  return made !== null && made.registry !== registry
}

/** The pod's own controller, in words: the template above it may be newer. */
function ownerPath(first: Findings[0]): string {
  const path = workloadPath(first)
  const kind = first.workload?.kind
  return kind === 'Deployment'
    ? `the ReplicaSet of ${path}`
    : kind === 'CronJob'
      ? `the Job of ${path}`
      : path
}

/** Returns how to change the annotation that gives an injected container its image. Linkerd takes a namespace's for its pods, too. */
function annotationEdit(annotation: string, findings: Findings, invocation: Invocation): StepText {
  const [first] = findings
  const what = `Correct or remove the annotation ${annotation}`
  const why = `: container ${first.container} is injected, and gets the image ${first.image} from it${annotation.startsWith('config.linkerd.io/') ? ' (if it is not there, it is on the namespace)' : ''}`
  return (
    templateEdit(place => `${what} in ${place}${why}`, findings, invocation) ??
    editField(invocation, first, `${what} of the pods (container ${first.container} gets its image from it)`)
  )
}

export const podSteps: StepWords<PodStep> = {
  'recreate-job': renewJob,
  'login-of-maker': ({ maker, registry }) => ({
    text: `Set the login for ${registryLabel(registry)} ${MAKERS[maker].login}: the pod has pull secrets of its own from there, so it gets none from its service account`,
  }),
  'run-again': ({ maker }, { findings }) => {
    const others = findings.flatMap(({ clues }) =>
      clues.flatMap(clue => (clue.code === 'made-by' ? clue.maker : [])),
    )
    const makers = [...new Set([maker, ...others])]
    const one = findings.length === 1
    const again = joinList(makers.map(renewal))
    const why = makers.map(
      made => `${MAKERS[made].name} created ${one ? 'this one' : 'these'} ${purposeOf(MAKERS[made])}`,
    )
    return {
      text: `Get ${one ? 'a new pod' : 'new pods'}: ${again}. ${joinList(why)}, and only new pods get the login`,
    }
  },
  'delete-run': ({ cronJob, corrected, keeps = 'image' }, { invocation, findings }) => {
    const [{ namespace }] = findings
    const runs = findings.flatMap(({ clues }) => clueOf(clues, 'run-of-cron-job') ?? [])
    const jobs = [...new Set(runs.map(({ job }) => job))]
    const one = jobs.length === 1
    const blocked = `no new run starts before ${one ? 'this one ends' : 'these end'}`
    const forbids = runs[0]?.forbidsOthers ?? null
    const effect =
      forbids === false
        ? ''
        : forbids
          ? `, and with concurrencyPolicy Forbid ${blocked}`
          : `; if its concurrencyPolicy is Forbid, ${blocked}`
    const which = `Delete ${namedList('job', jobs, MAX_JOBS)}`
    const kept = `the template of a Job can't be changed, so ${one ? 'its' : 'their'} pods keep the old ${keeps === 'image' ? 'image' : 'pull secrets'}${effect}`
    // The name of a CronJob leaves room for an ending: it has 52 characters at most, and a Job's 63.
    const run = kubectlCommand(
      invocation,
      `create job ${shellWord(`${cronJob}-now`)} --from=${shellWord(`cronjob/${cronJob}`)}`,
      namespace,
    )
    const runNow = `. If the next run is too late, start one with \`${run}\` afterward`
    return {
      text:
        corrected === null
          ? `${which} once cronjob ${cronJob} has the correct ${keeps === 'image' ? 'image' : 'pull secret'}: ${kept}${runNow}`
          : `${which}: cronjob ${cronJob} already has ${corrected}, but ${kept}${runNow}`,
      command: kubectlCommand(
        invocation,
        `delete job ${jobs.slice(0, MAX_JOBS).map(shellWord).join(' ')}`,
        namespace,
      ),
    }
  },
  'restart-pull': (_step, { invocation, findings, findings: [first] }) => {
    const { namespace, pod, workload, reason, credential, host, clues } = first
    const machine = host.virtual === 'fargate' ? ', which gets another machine on Fargate' : ''
    const which = countPods(findings) === 1 ? 'the pod' : 'one of the pods'
    const command = kubectlCommand(invocation, `delete pod ${shellWord(pod)}`, namespace)
    // The next attempt on the same machine would fail over what containerd keeps there.
    const isOthers = workload?.group !== undefined && hasClue(clues, 'kept-download')
    if (machine !== '' && !credential.cameLater && (workload === null || isOthers)) {
      const again = `create it again${workload === null ? '' : `, if ${objectName(workload)} does not`}`
      return { text: `Delete the pod and ${again}: it then gets another machine on Fargate` }
    }
    // Static pods are the kubelet's own: what is deleted is only what shows them.
    if (workload === null || workload.kind === 'Node')
      return {
        text: credential.cameLater
          ? NEXT_SENDS
          : reason === PROVIDER_FAILED
            ? 'Delete the pod and create it again: its virtual kubelet tries only for a while'
            : NEXT_ATTEMPT,
      }
    if (workload.group === undefined && !credential.cameLater)
      return {
        text: `Retry the pull now: delete ${which}, and its controller creates a new one${machine}`,
        command,
      }
    // Not every controller that is not built in replaces a pod: Argo's Workflows do not.
    const again =
      workload.group === undefined
        ? `Or delete ${which}: its controller creates a new one, which pulls at once`
        : `Or, if ${objectName(workload)} replaces its pods, delete ${which}: the new one pulls at once`
    return { text: `${credential.cameLater ? NEXT_SENDS : NEXT_ATTEMPT}. ${again}`, command }
  },
  'await-pull': ({ since }, { invocation, findings, findings: [{ namespace, pod }] }) => {
    const one = countPods(findings) === 1
    const events = 'get events --watch'
    return one
      ? {
          text: `Wait for the pull that is running: the kubelet began it at ${minuteOf(since)}, after the one that was canceled, and deleting the pod would cut it off. When it ends, the pod gets a new event; this shows its events as they arrive`,
          command: kubectlCommand(
            invocation,
            `${events} --field-selector involvedObject.name=${shellWord(pod)}`,
            namespace,
          ),
        }
      : {
          text: 'Wait for the pulls that are running: the kubelet began them after the canceled ones, and deleting the pods would cut them off. When they end, the pods get new events; this shows events as they arrive',
          command: kubectlCommand(invocation, events, namespace),
        }
  },
  'delete-outgoing-pod': (_step, { invocation, findings: [{ namespace, pod, workload, clues }] }) => {
    const newer = clueOf(clues, 'template-changed')
    return {
      text: `Delete the pod: it belongs to an older revision, and ${workload === null ? 'its StatefulSet' : `${workload.kind.toLowerCase()} ${workload.name}`} won't replace it until it is ready; the new pod gets the newest template${newer === undefined ? '' : `, which has ${newer.image}`}`,
      brief: "Delete the pod: it belongs to an older revision, and its StatefulSet won't replace it",
      command: kubectlCommand(invocation, `delete pod ${shellWord(pod)}`, namespace),
    }
  },
  'renew-pod': ({ image, owner, renewal }, context) => renewPod({ image, owner, renewal }, context),
  'see-silent-node': ({ node, since }, { invocation }) => ({
    text: `See why node ${node} no longer reports${since === null ? '' : ` (last report: ${minuteOf(since)})`}: its machine, its kubelet, or its network; what it reported about this pull is old`,
    ...describeNode(invocation, node),
  }),
  'delete-silent-node': ({ node }, { invocation }) => ({
    text: `If its machine is gone for good, delete node ${node}, so that its pods are replaced on other nodes`,
    command: kubectlCommand(invocation, `delete node ${shellWord(node)}`),
  }),
  'leave-virtual-node': ({ of }) => ({
    text: `Or run the pod on another node: ${VIRTUAL[of]}, where no ${of === 'auto-mode' ? 'mirror, login, or other setting of the runtime or the kubelet can be changed' : 'proxy, mirror, or trusted authority can be set for its pulls'}`,
  }),
  // karpenter.sh/docs/concepts/disruption: Auto Mode's nodes have the same finalizer.
  'replace-node': ({ node }, { invocation, findings: [{ steps, workload }] }) => ({
    text: `${steps[0].code === 'replace-node' ? 'Replace' : 'If nothing else helps, replace'} node ${node}: EKS Auto Mode drains a node that is deleted, ends its machine, and starts another one where pods need it. All its pods are evicted, those without a controller for good${workload === null ? ' (as this one: keep its manifest)' : ''}, and its disk is lost${steps.some(({ code }) => code === 'runtime-log') ? ', with the logs (read them first if the cause matters)' : ''}. To spare its other pods, run \`${kubectlCommand(invocation, `cordon ${shellWord(node)}`)}\` instead, and delete the failing pod${workload === null ? ' and create it again' : ' if its controller makes another'}`,
    command: kubectlCommand(invocation, `delete node ${shellWord(node)}`),
  }),
  'delete-changed-pod': ({ template }, { invocation, findings: [first] }) => {
    const { namespace, pod, clues } = first
    const path = workloadPath(first)
    const isPaused = clueOf(clues, 'not-replaced')?.why === 'paused'
    return {
      text: `Delete the pod: ${ownerPath(first)} has ${template}, which the new pod gets; the image of this one was most likely set on the pod itself${isPaused ? `. ${path} is paused, so a change of its own template reaches no pod until \`kubectl rollout resume ${path}\`` : ''}`,
      command: kubectlCommand(invocation, `delete pod ${shellWord(pod)}`, namespace),
    }
  },
  'correct-admission': ({ template, policies, doubled, again, annotation }, { invocation, findings }) => {
    const [first] = findings
    const { container, cause } = first
    const copied =
      doubled === null && isAtOtherRegistry(first, template) && MAY_LACK.includes(cause)
        ? ', or copy the image to the name that the pod has'
        : ''
    if (annotation !== undefined) return annotationEdit(annotation, findings, invocation)
    const set = `et the image of container ${container} where it is added${INJECTORS.get(container) ?? ' (a mutating webhook or policy)'}`
    const isForLogin = /^istio-/.test(container) && cause === 'auth-required-or-denied'
    const what =
      policies.length === 0
        ? 'the mutating webhook or policy that'
        : `Kyverno's ${policies.length === 1 ? 'policy' : 'policies'} ${shortList(policies, 3)}, which`
    const listing = `; this ${policies.length === 0 ? 'lists the webhooks' : policies.length === 1 ? 'shows the policy' : 'lists the policies'}`
    const twice = doubled === null ? '' : `, and the pod's image has ${doubled} twice`
    return {
      text:
        template === null
          ? `${isForLogin ? `Or let Istio add the pull secret to all pods that it injects (global.imagePullSecrets; each of their namespaces needs that Secret), or s${set}` : `S${set}${cause === 'rate-limited' ? ', to pull it from another registry' : ''}`}: the template of ${workloadPath(first)} has no such container${listing}`
          : again
            ? `If the new pod has ${first.image} again, correct ${what} changes the image${listing}`
            : `Correct ${what} changed the image when the pod was created${policies.length === 0 ? ' (unless somebody set it on the pod itself)' : ''}, then delete the pod${copied}: ${ownerPath(first)} has ${template}${twice}${listing}`,
      command: webhooksCommand(invocation, first, policies),
    }
  },
  'resolve-again': ({ template }, { invocation, findings, findings: [{ namespace, image }] }) => {
    const pods = [...new Set(findings.map(found => found.pod))]
    const [the, fresh] = pods.length === 1 ? ['the pod', 'a new one gets'] : ['the pods', 'new ones get']
    const digest = /@(sha256:\w{12})/.exec(image)?.[1] ?? 'a digest'
    const isShort = pods.length <= 3 && findings.every(found => found.namespace === namespace)
    return {
      text: `Delete ${the}, so that ${fresh} the digest that ${template} has by now: a webhook or policy added ${digest}… when ${the} ${pods.length === 1 ? 'was' : 'were'} created, and the registry does not have that now`,
      ...(isShort && {
        command: kubectlCommand(invocation, `delete pod ${pods.map(shellWord).join(' ')}`, namespace),
      }),
    }
  },
  'drop-registry': ({ host, inner, without }) => ({
    text: `If ${host} does not serve images below ${inner}/, as caches of other registries do, remove that part: the name would be ${without}. Such names result when a default registry (Rancher's system-default-registry, image.registry or global.imageRegistry of charts) is added to a full name: a chart's value for the repository may have ${inner}/ in it as well`,
  }),
  'zarf-once': ({ without }, { findings: [{ image }] }) => ({
    text: `Let Zarf's agent rewrite the name only once: ${image} has its suffix (-zarf-…) twice, because the pod was created with ${without}, which the agent had already rewritten. Put the original name into what creates the pod, or label its pods or namespace zarf.dev/agent=ignore`,
    brief: `Let Zarf's agent rewrite the name only once: the tag has its suffix (-zarf-…) twice`,
  }),
  // docs.zarf.dev, "The 'init' Package"; zarf-dev/zarf#728, #4640, and #4998.
  'zarf-package': ({ lacks }, { invocation, findings: [{ namespace, registry }] }) =>
    lacks === 'image'
      ? {
          text: `Add the image to the images of a Zarf package (zarf.yaml), under the name that creates the pod, and deploy that package: Zarf's agent changed the name to this one (-zarf-…), and at ${registryLabel(registry)} only images of packages have such names. Or, if it is to be pulled from its own registry, label its pods or namespace zarf.dev/agent=ignore, and create the pod again`,
          brief: 'Add the image to the images of a Zarf package (zarf.yaml), and deploy that package',
        }
      : {
          text: `If namespace ${namespace} has no secret private-registry, copy it there from one that has it, or include that namespace in a Zarf package: Zarf's agent changed the image's name and names this secret in pods, but Zarf creates it only in the namespaces of its packages. This shows where it is`,
          command: kubectlCommand(
            invocation,
            'get secrets -A --field-selector metadata.name=private-registry',
          ),
        },
  'undouble-prefix': ({ prefix, without }, { invocation, findings: [first] }) => ({
    text: `Find what put ${prefix} in front of the name twice, such as a mutating webhook or policy for a mirror, or a registry in a chart's values (with the prefix once, the name would be ${without})`,
    command: webhooksCommand(invocation, first),
  }),
  'roll-back': ({ deployment, revision, pods }, { invocation, findings: [{ namespace }] }) => ({
    text: `Or go back to revision ${revision} for now: ${pods === 1 ? '1 ready pod still runs it' : `${pods} ready pods still run it`}`,
    command: kubectlCommand(
      invocation,
      `rollout undo ${shellWord(`deployment/${deployment}`)} --to-revision=${revision}`,
      namespace,
    ),
  }),
  'read-all': (_step, { invocation, findings: [{ namespace, pod }] }) => ({
    text: 'Read everything the kubelet reported',
    command: kubectlCommand(invocation, `describe pod ${shellWord(pod)}`, namespace),
  }),
  'look-again': (_step, { invocation, findings: [{ namespace }] }) => ({
    text: 'Run the command again in five minutes: the next attempt records a new event',
    command: ownCommand(invocation, `diagnose -n ${shellWord(namespace)}`),
  }),
}
