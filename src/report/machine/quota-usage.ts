/** Who spends a cluster's Docker Hub pulls, as fields of the quota's document. */

import type { Forecast, Outlook, Saving, Spender } from '../../quota/spending.ts'
import type { Invocation } from '../invocation.ts'
import type { UsageReport } from '../views/quota/usage-screen.ts'
import { savingCommand, savingText } from '../words/quota-savings.ts'

/** The fields; `payer` and `outlooks` follow the order of the document's quotas. */
export function usageFields(
  { usage, podCount, restartsUnread, namespace }: UsageReport,
  invocation: Invocation,
): object {
  const { window, workloads, images, spenders, outlooks, savings, capacities, forecast, rolloutCosts } = usage
  return {
    ...{ windowSeconds: window, workloads, images, pods: podCount, podsNotRead: restartsUnread },
    spenders: spenders.map(spenderFields),
    outlooks: outlooks.map(outlookFields),
    savings: savings.map(saving => savingFields(saving, invocation, namespace)),
    capacities,
    forecast: forecast === null ? null : forecastFields(forecast),
    rolloutCosts: rolloutCosts.map(({ workload, pulls }) => ({ ...workload, pulls })),
  }
}

function spenderFields({ workload, images, payer, spends, pulls, atMost }: Spender): object {
  return {
    ...workload,
    ...{ images, payer, pulls, atMost },
    reasons: spends.map(({ reason: { code, ...facts }, pulls, atMost }) => ({
      ...{ reason: code, pulls: Math.ceil(pulls), atMost },
      ...facts,
    })),
  }
}

/** JSON has no infinity: an identity without a limit has null left and fits. */
function outlookFields({ pulls, now, atMost, left, fits, runsOutAfter, course }: Outlook): object {
  const remaining = left === null || Number.isFinite(left) ? left : null
  return { ...{ pulls, now, atMost, remaining, fits }, runsOutAfterSeconds: runsOutAfter, course }
}

function forecastFields({ waits, ...rest }: Forecast): object {
  return { ...rest, waits: waits.map(({ how, seconds }) => ({ how, atMostSeconds: seconds })) }
}

function savingFields(saving: Saving, invocation: Invocation, namespace: string | null): object {
  const { code, workload, pulls } = saving
  return {
    ...{ change: code, pulls, workload, text: savingText(saving) },
    command: savingCommand(saving, invocation, namespace),
  }
}
