/** The words of steps that use the image from another place: a host that its registry names, or the place that it moved to. */

import type { ReplacementStep } from '../../../advice/step/step.ts'
import { withoutVersion } from '../../../image/reference.ts'
import { isFreeOfChainguard } from '../../../image/registries.ts'
import { offlineCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { workloadsOf } from '../edits/container-place.ts'
import { setEach, setImages, withEdit } from '../edits/edits.ts'
import { registryLabel } from '../nouns.ts'
import type { Findings, StepWords } from '../step-words.ts'

export const replacementSteps: StepWords<ReplacementStep> = {
  'use-host': ({ host, repository }, { invocation, findings, findings: [first] }) => {
    const at = (finding: Findings[number]) => atHost(finding, host, repository)
    const { text, command } = setEach(invocation, findings, at)
    const asking = offlineCommand(invocation, `image ${shellWord(at(first))} --check-images`)
    const guess = repository === null ? ', most likely under the same name' : ''
    return {
      text: `Use ${at(first)} instead, as ${registryLabel(first.registry)} itself says that ${host} has it${guess} (\`${asking}\` checks that). ${text}`,
      brief: `Use ${at(first)} instead, as ${registryLabel(first.registry)} itself says`,
      check: asking,
      ...(command === undefined ? {} : { command }),
    }
  },
  'use-behind': ({ registry, behind, login }, { invocation, findings, findings: [first] }) => {
    const at = ({ image }: Findings[number]) => `${behind}${image.slice(registry.length)}`
    const hub = registryLabel(behind)
    const words =
      login === 'only'
        ? `Use ${at(first)}, which is the same image: ${registry} is only another name of ${hub}, and the kubelet sends a login for ${hub} only under that name (unless its secret has the same login under the key ${registry} too)`
        : login === 'perhaps'
          ? `Or, if ${registry} is only another name of ${hub}, as some publishers have, use ${at(first)}, or add the same login to the pods' secret under the key ${registry}`
          : `Or use ${at(first)}, which is the same image: ${registry} is only another name of ${behind}`
    return withEdit(words, first, setEach(invocation, findings, at))
  },
  'use-replacement': ({ to, moved }, { invocation, findings: [first, ...others] }) => {
    const edits = [first, ...others].flatMap(finding =>
      finding.moved?.to == null ? [] : [{ ...finding, known: finding.moved.to, open: '' }],
    )
    const [edit, ...more] = edits
    const { text, command } =
      edit === undefined
        ? { text: '' }
        : withEdit('', first, setImages(invocation, [edit, ...more]), workloadsOf(edits))
    // Of several images, the one that the command is for.
    const place = edit?.known ?? to
    const asking = offlineCommand(invocation, `image ${shellWord(place)} --check-images`)
    const check = `\`${asking}\``
    const version = place.includes('@') ? 'this digest' : 'your tag'
    return {
      text: `Use ${place} instead${moved.frozen ? ' (a frozen copy, which gets no updates and no newer versions)' : ''}; ${isThere(first) ? `the registry says that ${version} is there` : `check first with ${check} that ${version} is there`}${text}`,
      ...(isThere(first)
        ? {}
        : {
            brief: `Use ${place}${moved.frozen ? ' (frozen)' : ''} if ${check} finds ${version}${text}`,
            check: asking,
          }),
      ...(command === undefined ? {} : { command }),
    }
  },
  'find-replacement': ({ moved }, { findings: [{ image }] }) => ({
    text:
      moved.state === 'frozen'
        ? `Use a tag from before ${moved.since}, or another publisher's image: ${withoutVersion(image)} gets no new tags (${moved.source})`
        : moved.state === 'ended'
          ? `Use another publisher's image${moved.others === undefined ? '' : `, such as ${moved.others} (whose tags may be written in another way, with a v and as whole versions, and which may have no shell)`}, or a newer release of the chart or tool that names ${image}, which neither its publisher nor its frozen copy has (${moved.source})`
          : moved.others !== undefined
            ? `Use one of the versions that are published at ${moved.others} now (${isFreeOfChainguard(moved.others) ? 'without a login usually only the tag latest; ' : ''}${moved.source}), or a copy in your own registry`
            : `Ask the image's publisher where it is published now${moved.state === 'retired' || moved.state === 'succeeded' ? '' : ` (${moved.source})`}, or use a copy in your own registry`,
  }),
  'migrate-project': ({ project }) => ({
    text: `Or have the owner of project ${project} move its images to Artifact Registry, which serves them under the same names: \`gcloud artifacts docker upgrade migrate --projects=${shellWord(project)}\``,
  }),
}

/** Returns the image with its tag or digest at another host, in the same repository unless another one is named. */
function atHost({ reference, image }: Findings[number], host: string, repository: string | null): string {
  const [, own = '', version = ''] = /^[^/]*\/(.*?)((?::[^/:@]+)?(?:@.*)?)$/.exec(reference ?? image) ?? []
  return `${host}/${repository ?? own}${version}`
}

/** Whether the registry at the new location was asked and has exactly this tag. */
function isThere({ check }: Findings[number]): boolean {
  return check?.replacement?.verdict.startsWith('opens-') === true
}
