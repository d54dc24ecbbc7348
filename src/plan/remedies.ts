/** Which remedies fit the findings, and which registries they need a credential for. */

import type { Finding, Remedy } from '../diagnosis/finding.ts'

/** Most helpful first: a credential ends the limit for good, the rest spare pulls or go elsewhere. */
const HELPFULNESS: Remedy[] = ['authenticate', 'recreate', 'pull-policy', 'pin', 'replace-registry']

/** The remedies that at least one finding has, with how many findings have it; most helpful first. */
export function fittingRemedies(findings: Finding[]): { remedy: Remedy; findings: number }[] {
  return HELPFULNESS.map(remedy => ({
    remedy,
    findings: findings.filter(({ remedies }) => remedies.includes(remedy)).length,
  })).filter(({ findings: count }) => count > 0)
}

/** Registries whose findings a credential would mend, each once, in the order of the findings. */
export function registriesToAuthenticate(findings: Finding[]): string[] {
  const registries = findings
    .filter(({ remedies }) => remedies.includes('authenticate'))
    .flatMap(({ registry }) => registry ?? [])
  return [...new Set(registries)]
}

/** `--affected`: the namespaces with findings, sorted. */
export function affectedNamespaces(findings: Finding[]): string[] {
  return [...new Set(findings.map(({ namespace }) => namespace))].sort()
}
