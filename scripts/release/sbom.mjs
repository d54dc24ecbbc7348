// Generates the software bill of materials: the packages from `npm sbom` that are bundled, and no others.

/**
 * @param listed the parsed output of `npm sbom --sbom-format cyclonedx`
 * @param bundled name@version of each package in the bundle
 */
export function shippedSbom(listed, bundled, { name }) {
  const own = listed.metadata.component
  const refs = new Set([own['bom-ref'], ...bundled])
  const components = listed.components
    .filter(component => refs.has(component['bom-ref']))
    // npm marks them all as development packages, because the package has no dependencies.
    .map(({ properties: _development, ...component }) => component)
  const missing = bundled.filter(ref => !components.some(component => component['bom-ref'] === ref))
  if (missing.length > 0) throw new Error(`The bill of materials lacks ${missing.join(', ')}.`)
  return {
    ...listed,
    // npm would use the folder's name.
    metadata: { ...listed.metadata, component: { ...own, name } },
    components,
    dependencies: listed.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(other => refs.has(other)) })),
  }
}

/** Returns name@version of each package in dist/THIRD-PARTY-LICENSES.txt. */
export function bundledPackages(licenses) {
  const [, ...parts] = licenses.split(`\n${'-'.repeat(80)}\n`)
  return parts.map(part => part.trim().replace(/^(\S+) (\S+) [\s\S]*$/, '$1@$2'))
}
