/** The last line of a diagnosis: how many pods, why, and what to do next. Honest where not everything was read. */

import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import { groupByCause } from '../group.ts'
import { isMalformed } from './causes.ts'
import { loginFixCommand } from './commands.ts'
import { amount, counted } from './count.ts'
import { gapStories } from './gaps.ts'
import { nodesWereRefused } from './node-logins.ts'
import { countPods } from './pods.ts'
import type { Step } from './told.ts'

const CAUSES_NAMED = 3

/** What was found, in one sentence. */
export function summarySentence(diagnosis: Diagnosis, program: string): string {
  const { findings, gaps, summary } = diagnosis
  if (findings.length > 0) return `${failing(summary)}: ${causes(diagnosis, program)}.`
  if (gaps.length > 0) {
    const things = `${counted(gapStories(gaps).length, 'thing')} could not be read`
    const where = summary.pods === 0 ? '' : ` in ${counted(summary.pods, 'pod')}`
    return `No failing pull found${where}, but ${things}: this is not a clean bill of health.`
  }
  if (summary.pods === 0) return noPods(diagnosis)
  // Not that every image is there: a pull may still be under way, or wait behind another one on its node.
  return `No pull is failing in ${counted(summary.pods, 'pod')}. Nothing to do.`
}

function failing({ failingPods, pods }: Diagnosis['summary']): string {
  const verb = failingPods === 1 ? "can't pull its images" : "can't pull their images"
  return `${amount(failingPods)} of ${counted(pods, 'pod')} ${verb}`
}

/** A selector or a namespace that holds nothing may well be a typing error, so it is named. */
function noPods({ source, scope: { namespaces, labelSelector } }: Diagnosis): string {
  const within = source.type === 'file' ? 'the dump' : 'the cluster'
  const where = namespaces === null ? within : `namespace ${namespaces.join(', ')}`
  const which = labelSelector === null ? '' : ` with ${labelSelector}`
  const elsewhere =
    namespaces === null || source.type === 'file' ? '' : ': -n looks at another namespace, -A at all'
  return `No pods${which} in ${where}. Nothing to diagnose${elsewhere}.`
}

function causes({ findings }: Diagnosis, program: string): string {
  const alike = Map.groupBy(groupByCause(findings, program), group => group.words.short(group))
  const told = [...alike].map(
    ([short, groups]) => `${short} (${amount(countPods(groups.flatMap(group => group.findings)))})`,
  )
  const rest = told.length - CAUSES_NAMED
  return rest > 0
    ? `${told.slice(0, CAUSES_NAMED).join(', ')} and ${counted(rest, 'more cause')}`
    : told.join(', ')
}

/** The one thing to do next: the fix where one serves, else the first step for what is most urgent; null if nothing is wrong. */
export function nextStep({ findings }: Diagnosis, program: string): Step | null {
  const fixable = findings.filter(isLoginBest)
  if (fixable.length > 0)
    return { say: 'Give the pods a credential', command: loginFixCommand(program, fixable) }
  const [group] = groupByCause(findings, program)
  return group?.words.next(group)[0] ?? null
}

/** A login is what helps most: no other secret is in its way, no burst has to pass, and no node could have had one of its own. */
function isLoginBest(finding: Finding): boolean {
  const { remedies, subcause } = finding
  const helps = remedies.includes('authenticate') || remedies.includes('recreate')
  return helps && subcause !== 'abuse' && !isMalformed(finding) && !nodesWereRefused(finding)
}
