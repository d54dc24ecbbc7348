/** The words of rules about workloads: how often they pull, whether they end, and what happens on new nodes. */

import type { WordsOfRules } from '../audit.ts'
import { formatNumber, pluralize, shortList } from '../nouns.ts'

/** What audit's crashLoopStarts counts where the kubelet waits from 1 to 60 seconds. */
const FASTEST_CRASH_LOOP = 365

export const WORKLOAD_WORDS: WordsOfRules<
  'changed-at-admission' | 'no-deadline' | 'pull-rate' | 'fresh-node'
> = {
  'changed-at-admission': {
    title: 'Pods changed at admission',
    sentence({ arguments: changed, container }) {
      if (changed.what === 'image')
        return `The template says ${container?.image}, and its pod ${changed.pod} has ${changed.image}: a webhook or a policy rewrites images.`
      const [expected, found] = [changed.expected, changed.found].map(names =>
        names.length === 0 ? 'no pull secrets' : shortList(names, 3),
      )
      return `The pod ${changed.pod} has ${found} instead of ${expected}: a webhook or a policy changes the list.`
    },
    why: 'What a template says is not what its pods get. A webhook or policy may undo your change to an image or to the pull secrets, and one that replaces the list of pull secrets takes logins away from the pods.',
    todo: 'Find the webhook or policy (`kubectl get mutatingwebhookconfigurations`), and have it add to the list instead of replacing it',
    example: null,
  },
  'no-deadline': {
    title: 'Job without a deadline',
    sentence: ({ arguments: { cron } }) =>
      cron
        ? 'A run whose image cannot be pulled never ends, and with concurrencyPolicy Forbid no other run starts after it.'
        : 'If its image cannot be pulled, the Job stays active forever.',
    why: 'A pod that waits for its image has not failed, so backoffLimit and pod failure policies do not apply. Only activeDeadlineSeconds ends such a Job.',
    todo: 'Set activeDeadlineSeconds to the longest time that the Job may take',
    example: {
      before: 'kind: Job\nspec:\n  backoffLimit: 3',
      after: 'kind: Job\nspec:\n  activeDeadlineSeconds: 3600\n  backoffLimit: 3',
    },
  },
  'pull-rate': {
    title: 'Many pulls from Docker Hub',
    sentence({ arguments: rate }) {
      const pulls = `up to ${pluralize(rate.pulls, 'pull')}`
      if (rate.how === 'schedule')
        return `On its schedule (${rate.schedule}) with pull policy Always: ${pulls} in six hours.`
      if (rate.how === 'nodes')
        return `A new version is pulled on ${pluralize(rate.nodes, 'node')}: ${pulls} at once.`
      return `Its pod ${rate.pod} keeps crashing, with pull policy Always: ${pulls} in six hours; where the kubelet's back-off starts at one second (KEP-4603), up to ${FASTEST_CRASH_LOOP}.`
    },
    why: 'Docker Hub allows 100 anonymous pulls in six hours for each IP address, and 200 for a free account. Runtimes that compare the digest first (HEAD) spend less; others spend one pull for each start.',
    todo: 'Set imagePullPolicy: IfNotPresent with a fixed tag, or pull from a mirror',
    example: {
      before: 'schedule: "* * * * *"\n…\nimage: busybox\nimagePullPolicy: Always',
      after: 'schedule: "* * * * *"\n…\nimage: busybox:1.37.0\nimagePullPolicy: IfNotPresent',
    },
  },
  'fresh-node': {
    title: 'Image that some nodes may lack',
    sentence({ arguments: { lacking, nodes, credential } }) {
      const login = credential === false ? ' It would be pulled without a login.' : ''
      return `${pluralize(lacking.length, 'node')} of ${formatNumber(nodes)} (${shortList(lacking, 3)}) are not known to have it, and would have to pull it.${login} Nodes list only their 50 largest images, so it may still be there.`
    },
    why: 'As long as nodes have the image, nobody notices that it can no longer be pulled, until a pod starts on a new node and fails.',
    todo: 'Check that it can be pulled: --check-images asks the registry as the pods would',
    example: null,
  },
}
