/** `--pull-policy IfNotPresent`: lets nodes reuse pulled images, except for those whose tag may move. */

import { isFixed } from '../../image/fixed-tag.ts'
import { parseReference } from '../../image/reference.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const pullPolicy: RemedyRules = {
  flag: { takes: 'choice', value: 'policy', choices: ['IfNotPresent'] },
  containers: {
    lookups: () => [],
    edit({ target, container, image }) {
      if (container.pullPolicy !== 'Always') return {}
      const reference = parseReference(image)
      // Each node would keep whatever build it pulled first.
      if (reference !== null && !isFixed(reference)) {
        return { declined: { code: 'latest-needs-pin', target, container: container.name, image } }
      }
      return { pullPolicy: 'IfNotPresent' }
    },
  },
}
