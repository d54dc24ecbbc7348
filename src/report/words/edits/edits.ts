/** Steps that change a container's definition: which object contains it, and how to change that object. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import { type Invocation, kubectlCommand, ocCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { workloadArgument } from '../commands.ts'
import { namedList, objectName } from '../nouns.ts'
import type { Findings, StepText } from '../step-words.ts'
import {
  type ContainerPlace,
  forFirst,
  isDeploymentConfig,
  thenDelete,
  workloadKey,
  workloadsOf,
} from './container-place.ts'
import { editElsewhere, isMadeElsewhere, SET_IMAGE } from './edit-elsewhere.ts'

/** Kinds that `kubectl set image` can change (kubectl set image --help), except Job, whose template is immutable. */
const SETTABLE = /^(?:pod|replicationcontroller|deployment|daemonset|statefulset|cronjob|replicaset)$/i

/** The new image of one container: `known`, followed by the part that the user has to choose. */
interface ImageEdit extends ContainerPlace {
  known: string
  /** Outside the quotes, such as `<tag>`: a shell rejects the whole line until it is replaced. */
  open: string
}

/** Returns how to change containers' images: one command for all containers of the first workload, and how many more workloads need one. */
export function setImages(invocation: Invocation, edits: readonly [ImageEdit, ...ImageEdit[]]): StepText {
  const [first] = edits
  const { namespace, containerKind, workload } = first
  const elsewhere = editElsewhere(invocation, first, SET_IMAGE, workloadsOf(edits))
  if (elsewhere !== null) return elsewhere
  if (workload?.kind === 'Job')
    return {
      text: `Delete job ${workload.name} and recreate it with the correct image, from its manifest or its chart's values: a Job's template is immutable`,
    }
  const isConfig = isDeploymentConfig(workload)
  const settable = isConfig || (workload?.group === undefined && SETTABLE.test(workload?.kind ?? 'Pod'))
  if (!settable || containerKind === 'volume')
    return editField(
      invocation,
      first,
      containerKind === 'volume'
        ? `Set the correct image of volume ${first.container} (${volumePlace(first)})`
        : SET_IMAGE,
    )
  const place = workloadKey(first)
  const found = edits.filter(edit => workloadKey(edit) === place)
  const own = new Map([...found, ...found.flatMap(sameEdits)].map(edit => [edit.container, edit]))
  const pairs = [...own.values()].map(
    ({ container, known, open }) => `${shellWord(`${container}=${known}`)}${open}`,
  )
  const set = (what: string) => `set image ${what} ${pairs.join(' ')}`
  const source = "(in Git or the chart's values, if those manage this workload)"
  const more = forFirst(workloadsOf(edits))
  if (isConfig)
    return {
      text: `Set the correct image of DeploymentConfig ${workload?.name} ${source}; if it has no ConfigChange trigger, roll it out afterward (\`oc rollout latest\`)${more}`,
      command: ocCommand(invocation, set(shellWord(`dc/${workload?.name}`)), namespace),
    }
  return {
    text: `Set the correct image ${source}${thenDelete(first, edits)}${more}`,
    command: kubectlCommand(invocation, set(workloadArgument(first)), namespace),
  }
}

/** A custom resource has fields of its own (cloudnative-pg.io/documentation, "PostgreSQL Extensions": since 1.27). */
function volumePlace({ workload }: ContainerPlace): string {
  if (workload?.group === undefined) return 'image.reference under volumes'
  const isOfPostgres = workload.group === 'postgresql.cnpg.io' && workload.kind === 'Cluster'
  return isOfPostgres
    ? 'image.reference of the extension in spec.postgresql.extensions, or in the image catalog that the Cluster refers to'
    : `in the field that ${objectName(workload)} has for it`
}

/** Returns how to change the image of each finding to what `edit` makes of it: a whole name, or one to complete. */
export function setEach(
  invocation: Invocation,
  [first, ...others]: Findings,
  edit: (finding: Findings[number]) => string | Pick<ImageEdit, 'known' | 'open'>,
): StepText {
  const edited = (finding: Findings[number]): ImageEdit => {
    const image = edit(finding)
    return { ...finding, ...(typeof image === 'string' ? { known: image, open: '' } : image) }
  }
  return setImages(invocation, [edited(first), ...others.map(edited)])
}

/** The same edit of the other containers with the image, which have not failed yet. */
function sameEdits(edit: ImageEdit): ImageEdit[] {
  const same = clueOf(edit.clues ?? [], 'same-image')
  return (same?.containers ?? []).map(container => ({ ...edit, container }))
}

/** Returns how to change another field of the container, for which kubectl has no command. */
export function editField(
  invocation: Invocation,
  place: ContainerPlace,
  text: string,
  workloads = 1,
): StepText {
  const { namespace, workload } = place
  const elsewhere = editElsewhere(invocation, place, text, workloads)
  if (elsewhere !== null) return elsewhere
  const what = workloadArgument(place)
  return workload === null || workload.kind === 'Job'
    ? {
        text: `${text}; ${what} can't be changed in place, so save its manifest, delete it, and create it again`,
        command: kubectlCommand(invocation, `get ${what} -o yaml`, namespace),
      }
    : {
        text: `${text}${thenDelete(place)}${forFirst(workloads)}`,
        command: kubectlCommand(invocation, `edit ${what}`, namespace),
      }
}

/** Returns the words and the command that sets the image, with the edit's own words where that is more than one command. */
export function withEdit(words: string, first: ContainerPlace, edit: StepText, workloads = 1): StepText {
  const { workload, managedBy, containerKind } = first
  const isPlain =
    edit.command !== undefined &&
    workload?.kind !== 'Job' &&
    managedBy === undefined &&
    !isMadeElsewhere(first) &&
    containerKind !== 'volume' &&
    containerKind !== 'ephemeral'
  return {
    ...edit,
    text: `${words}${isPlain ? `${thenDelete(first)}${forFirst(workloads)}` : `. ${edit.text}`}`,
  }
}

/** Returns how to give pods the secrets of their service account that their own list hides. */
export function hiddenSecretEdit(
  invocation: Invocation,
  findings: readonly [ContainerPlace, ...ContainerPlace[]],
  { serviceAccount, secrets }: { serviceAccount: string; secrets: readonly string[] },
): StepText {
  const names = namedList('secret', secrets, 3)
  return editField(
    invocation,
    findings[0],
    `Add ${names} of service account ${serviceAccount} to the pod's own imagePullSecrets, which replace the account's, or remove that list`,
    workloadsOf(findings),
  )
}
