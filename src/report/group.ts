/** Groups findings that share a description: cause, subcause, registry, and, for a refusal, the pod's credential. */

import type { AdvisedFinding } from '../advice/add-steps.ts'
import type { StepCode } from '../advice/step/step.ts'
import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Invocation } from './invocation.ts'
import type { CauseContext } from './words/cause-words.ts'
import { hasNoReason } from './words/causes/other.ts'
import { isMalformed } from './words/causes.ts'
import { workloadPath } from './words/commands.ts'
import { failingFor, type Moment } from './words/duration.ts'
import { countPods, imageText } from './words/nouns.ts'

export interface CauseGroup extends CauseContext {
  pods: number
  namespaces: number
}

/** One image in one workload. */
export interface WorkloadRow {
  image: string
  namespace: string
  /** `deployment/shop`, or `pod/shop-1` for a bare pod. */
  workload: string
  /** Names of the failing pods, each once. */
  pods: string[]
  findings: AdvisedFinding[]
  /** How long the oldest pod has been failing, in kubectl's format. */
  age: string | null
}

/** Returns groups in the order of the findings, so that the most urgent comes first. */
export function groupByCause(findings: readonly AdvisedFinding[], invocation: Invocation): CauseGroup[] {
  return [...Map.groupBy(findings, groupKey).values()].flatMap(same => {
    const [first, ...others] = same
    if (first === undefined) return []
    const context: CauseContext = { invocation, findings: [first, ...others] }
    return {
      ...context,
      pods: countPods(same),
      namespaces: new Set(same.map(({ namespace }) => namespace)).size,
    }
  })
}

/** Returns one row per image and workload, in the order of the findings, with rows of the same image together. */
export function groupByWorkload(findings: readonly AdvisedFinding[], moment: Moment): WorkloadRow[] {
  const images = Map.groupBy(findings, ({ image }) => image)
  return [...images].flatMap(([image, ofImage]) => {
    const workloads = Map.groupBy(ofImage, finding =>
      JSON.stringify([finding.namespace, workloadPath(finding)]),
    )
    return [...workloads.values()].map(same => ({
      image: imageText(image),
      namespace: same[0]?.namespace ?? '',
      workload: same[0] === undefined ? '' : workloadPath(same[0]),
      pods: [...new Set(same.map(({ pod }) => pod))],
      findings: same,
      age: failingFor(oldest(same), moment),
    }))
  })
}

/** Identifies a finding across runs, even if its pods have new names, by its place and what is wrong there. */
export function stableIdentity(finding: AdvisedFinding): (string | null)[] {
  const { cause, subcause, namespace, container, image } = finding
  return [cause, subcause, namespace, workloadPath(finding), container, image]
}

/** Findings with the same key share their title, meaning, and steps: cause, subcause, responding host, clues, and first step. */
function groupKey(finding: AdvisedFinding): string {
  const { cause, subcause, registry, endpoint, containerKind, moved, clues, steps } = finding
  return JSON.stringify([
    cause,
    subcause,
    ...(isOfClock(finding) ? [] : [registry, endpoint]),
    containerKind === 'sandbox',
    moved === null ? null : [moved.since, moved.source, moved.others ?? null],
    clues.filter(clue => clue.code !== 'runs-elsewhere' || isLeftOpen(subcause)).map(({ code }) => code),
    steps[0].code,
    renewedBy(finding),
    detailOf(finding),
  ])
}

/** Whether the node's clock is wrong, which is the same fault at every registry. */
function isOfClock({ clues }: AdvisedFinding): boolean {
  return hasClue(clues, 'clock-off')
}

/** Whether the description of the refusal says whether the image exists, or whose address is refused; to others, pods that run it add only a sentence. */
function isLeftOpen(subcause: AdvisedFinding['subcause']): boolean {
  return subcause === 'denied-or-missing' || subcause === 'not-permitted' || subcause === 'blocked'
}

/** Steps whose words name what only one image has. */
const OF_IMAGE: readonly StepCode[] = ['push-held', 'tag-on-node', 'compare-mirrors', 'digest-of-index']

/** The owner that already has another image, the image that has to be pushed, the one secret, or the file or server of a node, if the first step is about that: each needs its own. */
function renewedBy({ namespace, image, node, clues, steps: [first] }: AdvisedFinding): string[] {
  if (first.code === 'renew-pod') return [namespace, first.owner.kind, first.owner.name, first.image]
  if (OF_IMAGE.includes(first.code)) return [image]
  if (first.code === 'fit-disk') return [image, node ?? '']
  if (first.code === 'retry-relieved') return [node ?? '']
  if (first.code === 'uncordon') return first.nodes
  if (first.code === 'quote-tag') return [first.meant]
  if (first.code === 'use-other-login')
    return [namespace, first.secret, first.other.namespace, first.other.secret]
  if (first.code === 'look-up-stream') return [namespace, first.stream]
  if (first.code === 'join-renewal') return [namespace, first.secret]
  if (first.code === 'login-at-owner') return [namespace, first.owner.kind, first.owner.name]
  if (first.code === 'renew-copy') return [namespace, first.secret]
  if (first.code === 'restore-certificate-file') return [first.path, first.problem]
  if (first.code === 'fix-dns') return [first.server ?? '']
  if (first.code === 'mirror-settings') return [clueOf(clues, 'settings-file')?.path ?? '']
  if (first.code === 'secret-maker') return [namespace, first.secret]
  if (first.code === 'untranslated-secret') return [namespace, first.copy]
  if (first.code === 'global-pull-secret') return [first.pool?.name ?? '']
  return first.code === 'delete-run' ? [namespace, first.cronJob] : []
}

function detailOf(finding: AdvisedFinding): string {
  const { cause, credential, check } = finding
  if (cause === 'other') return hasNoReason(finding) ? 'nothing' : 'something'
  // A private image and a mistyped one look the same until the registry is asked.
  const proven = check?.verdict ?? ''
  if (cause === 'image-not-found') return proven
  if (hasClue(finding.clues, 'restarted')) return finding.node ?? ''
  if (cause !== 'auth-required-or-denied') return ''
  const reason = clueOf(finding.clues, 'lapsed') ?? clueOf(finding.clues, 'own-reason')
  return isMalformed(finding)
    ? 'malformed'
    : `${credential.status} ${proven} ${reason === undefined ? '' : JSON.stringify(reason)}`
}

function oldest(findings: readonly AdvisedFinding[]): string | null {
  return findings
    .flatMap(({ since }) => since ?? [])
    .reduce<string | null>(
      (first, since) => (first === null || Date.parse(since) < Date.parse(first) ? since : first),
      null,
    )
}
