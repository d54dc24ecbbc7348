/** `--pull-policy IfNotPresent`: lets nodes reuse pulled images, except for floating tags. */

import { parseReference } from '../../image/reference.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const pullPolicy: RemedyRules = {
  flag: { name: 'pull-policy', takes: 'choice', value: 'policy', choices: ['IfNotPresent'] },
  containers: {
    lookups: () => [],
    edit({ target, container, image }) {
      if (container.pullPolicy !== 'Always') return {}
      const reference = parseReference(image)
      // With a floating tag each node would keep whatever image it pulled first.
      if (reference?.digest === null && (reference.tag === null || reference.tag === 'latest')) {
        return { declined: { code: 'latest-needs-pin', target, container: container.name, image } }
      }
      return { pullPolicy: 'IfNotPresent' }
    },
  },
}
