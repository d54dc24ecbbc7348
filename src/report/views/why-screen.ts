/** Draws the chains of `why` as text: a pod's images, each with what the kubelet tries and where that ends, and what to do next. */

import type {
  AdvisedContainer,
  AdvisedDiagnosis,
  AdvisedProblem,
  AdvisedWhy,
} from '../../advice/add-steps.ts'
import type { Attempt } from '../../diagnosis/credential/credential-report.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { ContainerKind } from '../../snapshot/pod.ts'
import type { ReportOptions } from '../formats.ts'
import { cell, sanitizeLine } from '../sanitize.ts'
import { commandLines } from '../screen/command-lines.ts'
import {
  field,
  fields,
  joinBlocks,
  joinLines,
  numbered,
  type Palette,
  paletteFor,
  wrap,
} from '../screen/layout.ts'
import { linkUrls } from '../screen/links.ts'
import { isStatic, workloadPath } from '../words/commands.ts'
import { hintText, UNNAMED } from '../words/credential/credential.ts'
import { problemText } from '../words/credential/credential-problems.ts'
import { checkText } from '../words/image-check.ts'
import { imageText, registryLabel } from '../words/nouns.ts'
import type { StepText } from '../words/step-words.ts'
import { outlastsFix, summarySentence } from '../words/summary.ts'
import { pullingFor } from '../words/wait/pulling.ts'
import {
  alikeText,
  obstacleStep,
  obstacleText,
  POLICY,
  type ProblemContext,
  verdictText,
  whyNextStep,
  whyProblem,
  withoutAttempts,
} from '../words/why.ts'
import { gapLines } from './gaps.ts'

/** What `why` reports of a workload: a chain for each group of similar pods. */
export interface WorkloadWhy {
  /** The diagnosis of all pods of the workload. */
  diagnosis: AdvisedDiagnosis
  items: { why: AdvisedWhy; others: string[] }[]
}

/** Gaps apply to the reading, not to a pod, so they are reported once. */
export function renderChains({ diagnosis, items }: WorkloadWhy, options: ReportOptions): string {
  const { width, invocation, color } = options
  const chains = items.map(({ why, others }) => {
    const alike = others.length === 0 ? [] : wrap(sanitizeLine(alikeText(others)), width)
    return `${joinLines(alike)}${renderChain({ ...why, gaps: items.length > 1 ? [] : why.gaps }, options)}`
  })
  const gaps = items.length === 1 ? [] : gapLines(diagnosis.gaps, width, paletteFor(color))
  const last = items.length === 1 ? [] : wrap(sanitizeLine(summarySentence(diagnosis, invocation)), width)
  return [...chains, joinBlocks([gaps, last])].filter(text => text.trim() !== '').join('\n')
}

const KIND: Record<ContainerKind, string> = {
  container: 'Container',
  init: 'Init container',
  sidecar: 'Sidecar',
  ephemeral: 'Ephemeral container',
  volume: 'Image volume',
  sandbox: 'Sandbox',
}

/** Renders the chain of every image, and in the last lines the first problem and what to do about it. */
export function renderChain(why: AdvisedWhy, options: ReportOptions): string {
  const palette = paletteFor(options.color)
  const blocks = [
    heading(why, options.width),
    ...why.containers.map(container =>
      chain({ why, container, invocation: options.invocation }, options.width, palette),
    ),
    gapLines(why.gaps, options.width, palette),
    lastLines(why, options, palette),
  ]
  return linkUrls(joinBlocks(blocks), options)
}

function heading(why: AdvisedWhy, width: number): string[] {
  const { workload, node, serviceAccount } = why
  const facts = [
    ...(isStatic(why) ? ['a static pod'] : workload === null ? [] : [`of ${cell(workloadPath(why))}`]),
    node === null ? 'on no node yet' : `on node ${cell(node)}`,
    `service account ${cell(serviceAccount)}`,
  ]
  return wrap(`Pod ${cell(`${why.namespace}/${why.pod}`)}, ${facts.join(', ')}`, width)
}

function chain(context: ProblemContext, width: number, palette: Palette): string[] {
  const { container } = context
  const { reference, registry, check, problems, notes = [] } = container
  const failing = problems.length > 0
  const line = (label: string, text: string) => field({ label, text }, width)
  return [
    ...wrap(sanitizeLine(`${containerLabel(container)}: ${imageText(container.image)}`), width).map(text =>
      failing ? palette.problem(text, 'error') : palette.strong(text),
    ),
    ...line('reference', reference ?? (container.image === '' ? 'unknown' : 'not an image name')),
    ...(registry === null
      ? []
      : line(
          'registry',
          registry === registryLabel(registry) ? registry : `${registry} (${registryLabel(registry)})`,
        )),
    ...line('policy', policyText(container)),
    ...attemptLines(container, width),
    ...hintLines(problems, width),
    ...line('verdict', `${container.verdict}: ${verdictText(container)}`),
    ...(check === null ? [] : line('asked', checkText(check))),
    ...fields(
      'note',
      notes.map(note => whyProblem(note, context)),
      width,
    ),
    ...(container.pullingSince === null
      ? []
      : line('pulling', `for ${pullingFor(container.pullingSince, context.why.takenAt)}; it has not failed`)),
    ...problemLines(context, width),
    ...problems
      .flatMap(problem => evidenceOf(problem))
      .flatMap(text => field({ label: 'evidence', text, style: palette.dim }, width)),
  ]
}

function problemLines(context: ProblemContext, width: number): string[] {
  const texts = context.container.problems.map(problem => whyProblem(problem, context))
  return fields(texts.length === 1 ? 'problem' : 'problems', numbered(texts), width)
}

function containerLabel({ kind, container }: AdvisedContainer): string {
  return kind === 'sandbox' ? KIND[kind] : `${KIND[kind]} ${container}`
}

/** Names a container within a sentence: `init container setup`, `the sandbox`. */
function containerName({ kind, container }: AdvisedContainer): string {
  return kind === 'sandbox' ? 'the sandbox' : `${KIND[kind].toLowerCase()} ${container}`
}

function policyText({ kind, pullPolicy }: AdvisedContainer): string {
  if (kind === 'sandbox') return 'the runtime pulls what is not on the node'
  return pullPolicy === null
    ? 'not set: the default for its tag applies'
    : `${pullPolicy}: ${POLICY[pullPolicy]}`
}

function attemptLines(container: AdvisedContainer, width: number): string[] {
  const { attempts, unnamed } = container
  if (attempts.length === 0) return field({ label: 'credential', text: withoutAttempts(container) }, width)
  const texts = attempts.map((attempt, index) => `${index + 1}. ${attemptText(attempt)}`)
  return fields('credential', [...texts, ...(unnamed ? [UNNAMED] : [])], width)
}

function attemptText(attempt: Attempt): string {
  const { from, secret, key, username, usable, problem } = attempt
  const origin = from === 'pod' ? '' : ' (from the service account)'
  if (problem !== null) return `secret ${secret}${origin} ${problemText(problem, attempt)}`
  const login = username === null ? 'a login' : `user ${username}`
  const matched = key === null ? '' : `, key ${key} matches`
  return `secret ${secret}${origin}: ${usable ? `${login}${matched}` : 'not usable'}`
}

/** Returns where else a login for the image exists, unless it is already listed as a problem. */
function hintLines(problems: AdvisedProblem[], width: number): string[] {
  const shownCodes = new Set<string>(problems.map(({ code }) => code))
  const hints = problems
    .flatMap(problem => (problem.code === 'pull-failed' ? (problem.finding.credential.hints ?? []) : []))
    .filter(({ code }) => !shownCodes.has(code))
  return fields('elsewhere', hints.map(hintText), width)
}

function evidenceOf(problem: AdvisedProblem): string[] {
  return problem.code === 'pull-failed' && problem.finding.evidence !== null
    ? [problem.finding.evidence.text]
    : []
}

function lastLines(why: AdvisedWhy, options: ReportOptions, palette: Palette): string[] {
  const failing = why.containers.filter(({ problems }) => problems.length > 0)
  // A fix leaves the pod alone if another of its containers would keep the new pod from running.
  const container = failing.find(({ finding }) => finding !== null && outlastsFix(finding)) ?? failing[0]
  const problem = container?.problems[0]
  if (container === undefined || problem === undefined) return intact(why, options, palette)
  const { width, invocation } = options
  const context = { why, container, invocation }
  const sentence = `Problem with ${containerName(container)}: ${whyProblem(problem, context)}.`
  return [...wrap(sanitizeLine(sentence), width), ...nextLines(whyNextStep(problem, context), width, palette)]
}

function intact(why: AdvisedWhy, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { gaps, containers, takenAt, obstacle } = why
  const isDeleted = obstacle?.code === 'deleting'
  if (gaps.length > 0 && !isDeleted) return wrap('No problem found, but not everything could be read.', width)
  const pulling = containers.find(({ pullingSince }) => pullingSince !== null)
  if (pulling != null) {
    const time = pullingFor(pulling.pullingSince ?? '', takenAt)
    return wrap(
      sanitizeLine(`No problem found. The image of ${containerName(pulling)} has been pulling for ${time}.`),
      width,
    )
  }
  if (obstacle !== null) {
    const images = isDeleted ? '' : 'The images are not the problem. '
    const sentence = `${images}${obstacleText(obstacle)}.`
    const next = obstacleStep(obstacle, why, invocation)
    return [...wrap(sanitizeLine(sentence), width), ...nextLines(next, width, palette)]
  }
  const note = containers.some(sharesLimit)
    ? ' Anonymous pulls from Docker Hub share one limit with everyone behind the same IP address.'
    : ''
  if (containers.some(({ notes }) => notes !== undefined))
    return wrap('No problem now, but what the notes say may make the next pull fail.', width)
  return wrap(`No problem found. Nothing to do.${note}`, width).map(palette.success)
}

function sharesLimit({ verdict, registry, pullPolicy }: AdvisedContainer): boolean {
  return verdict === 'anonymous' && registry === DOCKER_HUB && pullPolicy !== 'Never'
}

function nextLines(step: StepText | undefined, width: number, palette: Palette): string[] {
  if (step === undefined) return []
  const { text, command } = step
  if (command === undefined) return wrap(sanitizeLine(`Next: ${text}.`), width).map(palette.strong)
  return [
    ...wrap(sanitizeLine(`Next: ${text}:`), width),
    ...commandLines(command, width, '  ').map(palette.strong),
  ]
}
