/** Who spends a cluster's Docker Hub pulls, in Markdown. */

import { markdownCode, markdownText } from '../../escape.ts'
import { identityText, needsNames } from '../../words/quota.ts'
import { savingText } from '../../words/quota-savings.ts'
import {
  capacityTexts,
  countedText,
  forecastText,
  forecastWaitTexts,
  isPartial,
  noSpendersText,
  outlookText,
  pullsText,
  workloadText,
  worseLoginText,
} from '../../words/quota-usage.ts'
import { reasonsText, type UsageReport } from './usage-screen.ts'

const SHOWN = 30

/** Paragraphs. */
export function usageMarkdown({ usage, gaps }: UsageReport): string[] {
  const partial = isPartial(gaps)
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
    rows.length === 0
      ? markdownText(noSpendersText(partial))
      : ['| Workload | Pulls | Why |', '| --- | --- | --- |', ...rows].join('\n'),
    list(
      lasting.map(
        outlook => `${identityText(outlook.quota, named)}: ${outlookText(outlook, window, partial)}`,
      ),
    ),
    rows.length === 0 ? '' : list(capacityTexts(usage, partial).map(pair => pair.join(': '))),
    worse === null ? '' : markdownText(worse),
    ...(forecast === null
      ? []
      : [
          markdownText(forecastText(forecast, partial)),
          list(forecastWaitTexts(forecast).map(pair => pair.join(': '))),
        ]),
    list(savings.map(savingText)),
    markdownText(countedText(usage)),
  ].filter(paragraph => paragraph !== '')
}

function list(texts: readonly string[]): string {
  return texts.map(text => `- ${markdownText(text)}`).join('\n')
}
