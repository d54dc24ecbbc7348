/** The words of trouble that time or room may heal: the node's disk, a host's servers, a pull that was given up. */

import { type CauseWords, hasClue } from '../cause-words.ts'
import { capitalize, responderLabel } from '../hosts.ts'
import { WEB_PAGE } from './image.ts'

export const diskFull: CauseWords = {
  short: () => 'full disks',
  title: ({ findings }) => {
    const [node, ...others] = new Set(findings.map(finding => finding.node))
    if (others.length > 0) return `${others.length + 1} nodes have no room for their images`
    return node == null ? 'A node has no room for the image' : `Node ${node} has no room for the image`
  },
  meaning: () => 'There is no space, no inode, or no memory left where the runtime keeps its layers.',
}

export const registryServerError: CauseWords = {
  short: context =>
    hasClue(context, 'web-page')
      ? 'web pages instead of images'
      : `server errors from ${responderLabel(context.findings[0])}`,
  title: context =>
    hasClue(context, 'web-page')
      ? 'A web page came back instead of an answer of the registry'
      : `${capitalize(responderLabel(context.findings[0]))} answers with a server error`,
  meaning: context =>
    hasClue(context, 'web-page')
      ? WEB_PAGE
      : context.findings[0].endpoint === null
        ? "The registry, or a proxy or mirror that answered in its place, is in trouble; nothing is wrong with the pod's image or credential."
        : `${capitalize(responderLabel(context.findings[0]))}, or what it depends on, is in trouble; nothing is wrong with the pod's image or credential.`,
}

export const canceledOrDeadline: CauseWords = {
  short: () => 'pulls that were given up',
  title: () => 'The pull was given up before it was done',
  meaning: () =>
    'It made no progress for too long, or the runtime was restarted; often a large image over a slow line.',
}
