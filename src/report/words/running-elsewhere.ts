/** The words of images that other pods run: where, and by what those pods differ from the ones whose pull failed. */

import type { StepOf } from '../../advice/step/step.ts'
import { clueOf } from '../../diagnosis/clues/clue.ts'
import type { RunsElsewhere } from '../../diagnosis/clues/clue-of-name.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { isOfficial, libraryName } from '../../image/official-images.ts'
import { hidesMissing } from '../../image/registries.ts'
import { nodeName, nodesOf } from './node/node.ts'
import { runtimeLoginPlace } from './node/node-logins.ts'
import { restartOf } from './node/node-settings.ts'
import { namedList, registryLabel } from './nouns.ts'
import type { Findings, StepWords } from './step-words.ts'

/** Returns where the image runs; undefined if that is not known. */
function runningPlace({ clues }: Pick<Finding, 'clues'>): RunsElsewhere | undefined {
  return clueOf(clues, 'runs-elsewhere')
}

/** Returns a sentence on the pods that run the image; empty if none are known. Of several images, it names the one that it is about. */
export function runningSentence(findings: Findings): string {
  const found = findings.find(finding => runningPlace(finding) !== undefined)
  const place = found && runningPlace(found)
  if (found === undefined || place === undefined) return ''
  const isOne = findings.every(finding => JSON.stringify(runningPlace(finding)) === JSON.stringify(place))
  const image = isOne ? 'The same image' : found.image
  const { login, nodes, alike } = place
  if (login !== null)
    return `${image} runs in pods ${login.namespace === found.namespace ? 'of this namespace' : `of namespace ${login.namespace}`} that name secret ${login.secret} there, which has another login for it.`
  if (alike && isNowhere(found))
    return `${image} runs ${onThose(nodes)}, where it was most likely built or loaded: each node has its own images.`
  if (alike)
    return `${image} runs ${onThose(nodes)}, in pods ${withSecrets(found)}: ${nodes.length === 1 ? 'that node' : 'those nodes'} can pull it, or could when it was pulled there.`
  const where = nodes.length > 0 ? ` ${onThose(nodes)}` : ''
  const inside = place.namespace === found.namespace ? '' : ` in namespace ${place.namespace}`
  return `${image} runs in other pods${where}${inside}, so its name is correct.`
}

/** Whether Docker Hub itself refused a name that only its official images could have: no node pulls that from there. */
function isNowhere({ reference, registry, endpoint }: Finding): boolean {
  const isHub = registry === DOCKER_HUB && endpoint?.role !== 'mirror'
  return isHub && libraryName(reference) !== null && !isOfficial(reference)
}

/** Returns other nodes that run the image of a pull that failed for its node's own reasons; none if there are none. */
export function nodesRunning(first: Pick<Finding, 'clues'>): readonly string[] {
  const place = runningPlace(first)
  return place?.alike === true ? place.nodes : []
}

const withSecrets = ({ credential }: Pick<Finding, 'credential'>) =>
  credential.attempts.length === 0 ? 'without a pull secret' : 'with the same pull secrets'

/** Returns, for example, `on node n1`. */
function onThose(nodes: readonly string[]): string {
  return `on ${namedList('node', nodes)}`
}

/** The words of the step that gives nodes the login which another node may have of its own. */
export const loginOfOthers: StepWords<StepOf<'login-of-others'>>['login-of-others'] = (
  { registry, node },
  { findings, findings: [first] },
) => {
  const restart = restartOf(first.host)
  const place = `${runtimeLoginPlace(first.host)}${restart === null ? '' : `; after a change, ${restart}`}`
  const names = nodesOf(findings)
  return {
    text: `See whether node ${node} has a login for ${registryLabel(registry)} of its own (${place}), as the image runs there in pods ${withSecrets(first)}. If it has, give ${names.length < 2 ? nodeName(first) : namedList('node', names, 2)} the same login; otherwise, an earlier pull left the image there${hidesMissing(registry) ? ', perhaps while it was public' : ''}, or somebody loaded it there`,
  }
}

/** Returns what gives nodes different rights at their cloud, after a step that gives a role; empty if nothing shows a difference. */
export function roleDifference({ clues, host: { cloud } }: Pick<Finding, 'clues' | 'host'>): string {
  const place = runningPlace({ clues })
  if (place === undefined || !place.alike) return ''
  const owner = cloud === 'ecr' ? ' (that of its node group, or of the EC2NodeClass of Karpenter)' : ''
  return `. The image runs ${onThose(place.nodes)}, so compare the role of this kind of node${owner} with that of the others`
}
