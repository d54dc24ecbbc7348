// The software bill of materials of what is shipped: of everything that `npm sbom` lists, the packages whose code the bundle holds.

/**
 * @param listed what `npm sbom --sbom-format cyclonedx` prints, read
 * @param bundled name@version of each package in the bundle
 */
export function shippedSbom(listed, bundled, { name }) {
  const own = listed.metadata.component
  const refs = new Set([own['bom-ref'], ...bundled])
  const components = listed.components
    .filter(component => refs.has(component['bom-ref']))
    // For npm all of them are for development, as the package has no dependencies.
    .map(({ properties: _development, ...component }) => component)
  const missing = bundled.filter(ref => !components.some(component => component['bom-ref'] === ref))
  if (missing.length > 0) throw new Error(`The bill of materials lacks ${missing.join(', ')}.`)
  return {
    ...listed,
    // npm calls it by its folder.
    metadata: { ...listed.metadata, component: { ...own, name } },
    components,
    dependencies: listed.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(other => refs.has(other)) })),
  }
}

/** name@version of each package that dist/THIRD-PARTY-LICENSES.txt has. */
export function bundledPackages(licenses) {
  const [, ...parts] = licenses.split(`\n${'-'.repeat(80)}\n`)
  return parts.map(part => part.trim().replace(/^(\S+) (\S+) [\s\S]*$/, '$1@$2'))
}
