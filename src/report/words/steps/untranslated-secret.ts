/** The words of the step about a pull secret of a virtual cluster whose copy has another name than the copied pod says. */

import type { StepOf } from '../../../advice/step.ts'
import { MAKERS } from '../makers.ts'
import type { StepWords } from '../step-words.ts'

export const untranslatedSecret: StepWords<StepOf<'untranslated-secret'>>['untranslated-secret'] = ({
  maker,
  named,
  copy,
}) => {
  const { name } = MAKERS[maker]
  return {
    text: `Update or restart the syncer of the virtual cluster (its log says more): ${name} copied the virtual cluster's secret ${named} to this cluster as ${copy}, which has a login for the image, but left the name ${named} in its copy of the pod. In the virtual cluster, that name is right`,
  }
}
