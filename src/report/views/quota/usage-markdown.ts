/** Who spends a cluster's Docker Hub pulls, in Markdown. */

import { markdownCode, markdownText } from '../../escape.ts'
import { identityText, needsNames } from '../../words/quota.ts'
import { countedText, outlookText, pullsText, savingText, workloadText } from '../../words/quota-usage.ts'
import { reasonsText, type UsageReport } from './usage-screen.ts'

const SHOWN = 30

/** Paragraphs. */
export function usageMarkdown({ usage }: UsageReport): string[] {
  const { spenders, outlooks, savings, window } = usage
  const named = needsNames(outlooks.map(({ quota }) => quota))
  const rows = spenders.slice(0, SHOWN).map(spender => {
    const { workload, pulls, atMost } = spender
    const name = markdownCode(`${workload.namespace} ${workloadText(workload)}`)
    return `| ${name} | ${pullsText(pulls, atMost)} | ${markdownText(reasonsText(spender))} |`
  })
  const lasting = outlooks
    .filter(({ pulls }, index) => pulls > 0 || index === 0)
    .map(
      outlook =>
        `- ${markdownText(`${identityText(outlook.quota, named)}: ${outlookText(outlook, window)}`)}`,
    )
  return [
    ...(rows.length === 0 ? [] : [['| Workload | Pulls | Why |', '| --- | --- | --- |', ...rows].join('\n')]),
    lasting.join('\n'),
    ...(savings.length === 0
      ? []
      : [savings.map(saving => `- ${markdownText(savingText(saving))}`).join('\n')]),
    markdownText(countedText(usage)),
  ]
}
