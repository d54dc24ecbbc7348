/** Who spends a cluster's Docker Hub pulls, in Markdown. */

import { markdownCode, markdownText } from '../../escape.ts'
import { identityText, needsNames } from '../../words/quota.ts'
import { savingText } from '../../words/quota-savings.ts'
import {
  capacityTexts,
  countedText,
  forecastText,
  forecastWaitTexts,
  outlookText,
  pullsText,
  workloadText,
  worseLoginText,
} from '../../words/quota-usage.ts'
import { reasonsText, type UsageReport } from './usage-screen.ts'

const SHOWN = 30

/** Paragraphs. */
export function usageMarkdown({ usage }: UsageReport): string[] {
  const { spenders, outlooks, savings, window, forecast } = usage
  const named = needsNames(outlooks.map(({ quota }) => quota))
  const rows = spenders.slice(0, SHOWN).map(spender => {
    const { workload, pulls, atMost } = spender
    const name = markdownCode(`${workload.namespace} ${workloadText(workload)}`)
    return `| ${name} | ${pullsText(pulls, atMost)} | ${markdownText(reasonsText(spender))} |`
  })
  const lasting = outlooks.filter(({ pulls }, index) => pulls > 0 || index === 0)
  const worse = worseLoginText(usage)
  return [
    ['| Workload | Pulls | Why |', '| --- | --- | --- |', ...rows]
      .slice(rows.length === 0 ? 3 : 0)
      .join('\n'),
    list(lasting.map(outlook => `${identityText(outlook.quota, named)}: ${outlookText(outlook, window)}`)),
    list(capacityTexts(usage).map(pair => pair.join(': '))),
    worse === null ? '' : markdownText(worse),
    ...(forecast === null
      ? []
      : [
          markdownText(forecastText(forecast)),
          list(forecastWaitTexts(forecast).map(pair => pair.join(': '))),
        ]),
    list(savings.map(savingText)),
    markdownText(countedText(usage)),
  ].filter(paragraph => paragraph !== '')
}

function list(texts: readonly string[]): string {
  return texts.map(text => `- ${markdownText(text)}`).join('\n')
}
