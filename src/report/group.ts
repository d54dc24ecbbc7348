/** Groups findings that share a description: cause, subcause, registry, and, for a refusal, the pod's credential. */

import type { AdvisedFinding } from '../advice/add-steps.ts'
import type { Step } from '../advice/step/step.ts'
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
    namedByStep(finding),
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

const ofImage = (_step: unknown, { image }: AdvisedFinding) => [image]

/** What only the first step names, such as one image, Secret, node, or owner, by its code: another one needs a step of its own. */
const OF_STEP: {
  [Each in Step as Each['code']]?: (step: Each, finding: AdvisedFinding) => readonly string[]
} = {
  'push-held': ofImage,
  'tag-on-node': ofImage,
  'compare-mirrors': ofImage,
  'digest-of-index': ofImage,
  'fit-disk': (_step, { image, node }) => [image, node ?? ''],
  'retry-relieved': (_step, { node }) => [node ?? ''],
  'renew-pod': ({ owner, image }, { namespace }) => [namespace, owner.kind, owner.name, image],
  'delete-run': ({ cronJob }, { namespace }) => [namespace, cronJob],
  uncordon: ({ nodes }) => nodes,
  'quote-tag': ({ meant }) => [meant],
  'look-up-stream': ({ stream }, { namespace }) => [namespace, stream],
  'use-other-login': ({ secret, other }, { namespace }) => [namespace, secret, other.namespace, other.secret],
  'join-renewal': ({ secret }, { namespace }) => [namespace, secret],
  'renew-copy': ({ secret }, { namespace }) => [namespace, secret],
  'secret-maker': ({ secret }, { namespace }) => [namespace, secret],
  'untranslated-secret': ({ copy }, { namespace }) => [namespace, copy],
  'login-at-owner': ({ owner }, { namespace }) => [namespace, owner.kind, owner.name],
  'global-pull-secret': ({ pool }) => [pool?.name ?? ''],
  'restore-certificate-file': ({ path, problem }) => [path, problem],
  'fix-dns': ({ server }) => [server ?? ''],
  'mirror-settings': (_step, { clues }) => [clueOf(clues, 'settings-file')?.path ?? ''],
}

function namedByStep(finding: AdvisedFinding): readonly string[] {
  const [first] = finding.steps
  // Each code's function takes that code's step; the compiler can't follow the code through the union.
  const named: Partial<Record<string, (step: never, finding: AdvisedFinding) => readonly string[]>> = OF_STEP
  return named[first.code]?.(first as never, finding) ?? []
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
