/** The words of rules around a registry that refuse a pull, and of conditions that the registry names. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { Perimeter, PerimeterRefusal } from '../../../diagnosis/refusal/perimeter.ts'
import { capitalize, registryLabel, responderLabel } from '../nouns.ts'

interface PerimeterWords {
  /** The rule with its owner: `a VPC Service Controls perimeter`. */
  name: string
  /** What the rule judges a request by. */
  judges: string
  /** Whom to ask. */
  askWhom: string
  /** What would let the request through, with the name of the host. */
  remedy(host: string): string
}

const PERIMETERS: Record<Perimeter, PerimeterWords> = {
  'vpc-service-controls': {
    name: 'a VPC Service Controls perimeter',
    judges: 'the network, the identity, and the project that a request comes from',
    askWhom: 'the administrators of the VPC Service Controls perimeter',
    remedy: () =>
      "an egress rule if the nodes are inside a perimeter and the image's project is not, or, if it is the other way around, an ingress rule or access level for the nodes (nodes inside pull through restricted.googleapis.com)",
  },
  'conditional-access': {
    name: 'a conditional access policy',
    judges: 'the network, the device, and the identity that a request comes from',
    askWhom: 'the administrators of the cloud account or directory',
    remedy: () => "an exception in that policy for the nodes' address or identity",
  },
  'organization-policy': {
    name: 'a policy of the organization',
    judges: 'which registries, images, and projects may be used',
    askWhom: "the organization's administrators",
    remedy: host => `an exception in that policy for ${host} and this image`,
  },
  'web-filter': {
    name: 'a web filter or proxy in between',
    judges: 'the address and the category of the host',
    askWhom: 'the administrators of your network',
    remedy: host => `an exception for ${host} and its download hosts`,
  },
  'web-firewall': {
    name: 'a web application firewall in front of the host',
    judges: 'the address that a request comes from and its form',
    askWhom: 'the operators of the host',
    remedy: () => "a rule that allows the nodes' address and the requests of container runtimes",
  },
}

type Refused = Pick<Finding, 'subcause' | 'clues' | 'endpoint' | 'registry'>

/** Returns the words of the rule that refused; null if it was the registry, or if the registry says that a region or an account is blocked. */
export function perimeterOf({ subcause, clues }: Refused): PerimeterWords | null {
  const refusal = clueOf(clues, 'perimeter')
  const isSaid = hasClue(clues, 'region', 'lapsed')
  return refusal === undefined || subcause !== 'blocked' || isSaid ? null : wordsOf(refusal)
}

/** Returns the words of the rule; a product has its own administrators, whom its name leads to. */
export function wordsOf({
  perimeter,
  product,
}: Pick<PerimeterRefusal, 'perimeter' | 'product'>): PerimeterWords {
  const words = PERIMETERS[perimeter]
  return product === undefined
    ? words
    : {
        ...words,
        name: `the web filter ${product}`,
        askWhom: `whoever administers ${product} for your network`,
      }
}

/** Returns the headline of a refusal by such a rule, or under a condition that the registry names; null for any other. */
export function perimeterTitle(finding: Refused): string | null {
  const { clues, registry } = finding
  const host = clueOf(clues, 'served-at')?.host
  if (host !== undefined)
    return `${capitalize(registryLabel(registry))} says that this image is at ${host} instead`
  if (hasClue(clues, 'terms'))
    return `${capitalize(registryLabel(registry))} serves this image only to accounts that have accepted its terms`
  const rule = perimeterOf(finding)
  return rule && `${capitalize(rule.name)} refuses pulls from ${responderLabel(finding)}`
}

/** Returns what such a refusal means; null for any other. */
export function perimeterMeaning(finding: Refused): string | null {
  const { clues } = finding
  const terms = hasClue(clues, 'terms')
  if (hasClue(clues, 'served-at'))
    return `The registry says so itself: a login for this registry does not change that${terms ? ', and the other one requires a login of an account that has accepted its terms' : ''}.`
  if (terms)
    return 'The registry says so itself: the name is right, and logins of other accounts are refused.'
  const rule = perimeterOf(finding)
  return rule && `The rule judges ${rule.judges}: a role at the registry or another name doesn't change that.`
}
