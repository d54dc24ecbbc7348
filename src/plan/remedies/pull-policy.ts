/** `--pull-policy IfNotPresent`: lets a node keep what it has pulled, where the name can't come to mean another image. */

import { parseReference } from '../../image/reference.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const pullPolicy: RemedyRules = {
  flag: { name: 'pull-policy', takes: 'choice', value: 'policy', choices: ['IfNotPresent'] },
  containers: {
    asks: () => [],
    edit({ target, container, image }) {
      if (container.pullPolicy !== 'Always') return {}
      const reference = parseReference(image)
      // A floating tag that is never asked for again would freeze each node at whatever it pulled first.
      if (reference?.digest === null && (reference.tag === null || reference.tag === 'latest')) {
        return { declined: { code: 'latest-needs-pin', target, container: container.name, image } }
      }
      return { pullPolicy: 'IfNotPresent' }
    },
  },
}
