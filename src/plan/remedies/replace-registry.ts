/** `--replace-registry FROM=TO`: pulls images from another registry or repository. */

import { replacementsFor } from '../../image/replacement.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const replaceRegistry: RemedyRules = {
  flag: { takes: 'list', value: 'from=to' },
  containers: {
    lookups: ({ image }, { replacements }) => replacementsFor(image, replacements),
    edit({ target, container: { name: container, image } }, { replacements, images }) {
      const asked = replacementsFor(image, replacements)
      const found = asked.find(candidate => images.get(candidate)?.digest != null)
      if (found !== undefined) return { image: found }
      if (asked.length === 0) return {}
      const detail = asked.map(candidate => images.get(candidate)?.detail).find(text => text != null) ?? null
      const absent = asked.every(candidate => images.get(candidate)?.ruledOut === true)
      return { declined: { code: 'no-replacement', target, container, image, asked, absent, detail } }
    },
  },
}
