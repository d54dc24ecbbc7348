/** The words of trouble that time or room may heal: the node's disk, a host's servers, a pull that was given up. */

import { type CauseWords, hasClue } from '../cause-words.ts'
import { capitalize, responderLabel } from '../labels.ts'
import { WEB_PAGE } from './image.ts'

export const diskFull: CauseWords = {
  short: () => 'full disks',
  title: ({ findings }) => {
    const [node, ...others] = new Set(findings.map(finding => finding.node))
    if (others.length > 0) return `${others.length + 1} nodes have no room for their images`
    return node == null ? 'A node has no room for the image' : `Node ${node} has no room for the image`
  },
  meaning: () => "The runtime's image storage is out of space, inodes, or memory.",
}

export const registryServerError: CauseWords = {
  short: context =>
    hasClue(context, 'web-page')
      ? 'web pages instead of images'
      : `server errors from ${responderLabel(context.findings[0])}`,
  title: context =>
    hasClue(context, 'web-page')
      ? 'A web page came back instead of a response from the registry'
      : `${capitalize(responderLabel(context.findings[0]))} answers with a server error`,
  meaning: context =>
    hasClue(context, 'web-page')
      ? WEB_PAGE
      : context.findings[0].endpoint === null
        ? "The registry, or a proxy or mirror that answered in its place, is failing; the pod's image and credential are not the problem."
        : `${capitalize(responderLabel(context.findings[0]))}, or a service that it depends on, is failing; the pod's image and credential are not the problem.`,
}

export const canceledOrDeadline: CauseWords = {
  short: () => 'canceled pulls',
  title: () => 'The pull was canceled before it finished',
  meaning: () =>
    'The pull made no progress for too long, or the runtime was restarted; often the cause is a large image over a slow connection.',
}
