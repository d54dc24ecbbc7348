/** The words of steps about the image's name and place. */

import { shellWord } from '../../escape.ts'
import { offlineCommand, ownCommand } from '../../invocation.ts'
import { setImages, untagged } from '../edits.ts'
import { registryName } from '../hosts.ts'
import type { Findings, WordsOf } from '../said.ts'

export const names: WordsOf<
  | 'check-name'
  | 'ask-registry'
  | 'use-replacement'
  | 'find-replacement'
  | 'set-image'
  | 'read-name'
  | 'quote-number'
  | 'fill-placeholder'
  | 'inject-sidecar'
  | 'drop-scheme'
  | 'full-name'
  | 'registry-not-site'
> = {
  'check-name': ({ how }, { findings: [{ image, registry }] }) => {
    const name = registryName(registry)
    switch (how) {
      case 'official':
        return {
          say: `Check the name ${image} for a typo or a missing prefix: official images on Docker Hub are public, so there is no such image under this name, and no login changes that`,
        }
      case 'public':
        return {
          say: `Check the name ${image} for a typo: everything at ${name} is public, so no login is needed or helps`,
        }
      case 'hidden':
        return {
          say: `Check the name ${image} for a typo, or a repository that was renamed or removed: ${name} gives the same answer for names that do not exist as for private ones`,
        }
      case 'plain':
        return {
          say: `Check the name and the tag of ${image} for a typo, or whether it was pushed or has been removed`,
        }
    }
  },
  'ask-registry': (_step, { invocation, findings }) => ({
    say: 'Ask the registry itself whether it exists and which login opens it (costs no pulls)',
    command: ownCommand(invocation, `diagnose ${scopeOf(findings)} --check-images`),
  }),
  'use-replacement': ({ to, moved }, { invocation, findings: [first, ...others] }) => {
    const edits = [first, ...others].flatMap(finding =>
      finding.moved?.to == null ? [] : [{ ...finding, known: finding.moved.to, open: '' }],
    )
    const [edit, ...more] = edits
    const { say, command } = edit === undefined ? { say: '' } : setImages(invocation, [edit, ...more])
    const job = first.workload?.kind === 'Job' ? `. ${say}` : ''
    return {
      say: `Use ${to} instead${moved.frozen ? ' (a frozen copy: it gets no more updates)' : ''}; check first that your tag is there: \`${offlineCommand(invocation, `image ${shellWord(to)} --check-images`)}\`${job}`,
      ...(command === undefined ? {} : { command }),
    }
  },
  'find-replacement': ({ moved }) => ({
    say: `Ask the image's publisher where it lives now (${moved.source}), or use a copy in your own registry`,
  }),
  'set-image': ({ known }, { invocation, findings: [first, ...others] }) => {
    const edit = (finding: Findings[number]) =>
      known === 'repository'
        ? { ...finding, known: untagged(finding.image), open: '<tag>' }
        : { ...finding, known: '', open: '<image>' }
    return setImages(invocation, [edit(first), ...others.map(edit)])
  },
  'read-name': ({ image }, { invocation }) => ({
    say: 'See what is wrong with the name',
    command: offlineCommand(invocation, `image ${shellWord(image)}`),
  }),
  'quote-number': ({ image }) => ({
    say: `Quote the number in the chart's values or in the YAML, where ${image} is composed: without quotes it was read as a float and written in scientific notation (e+)`,
  }),
  'fill-placeholder': ({ image }) => ({
    say: `Fill in the placeholder in ${image}: a variable or template value was not set when this was rendered`,
  }),
  'inject-sidecar': (_step, { findings: [{ namespace }] }) => ({
    say: `Let Istio inject the pod: "auto" is a placeholder that sidecar injection replaces. Label the namespace ${namespace} (istio-injection=enabled, or istio.io/rev=…), check that istiod's webhook is reachable, then recreate the pod`,
  }),
  'drop-scheme': ({ image }) => ({
    say: `Remove the scheme: image names start with the host, as in ${image.replace(/^[a-z][a-z0-9+.-]*:\/+/i, '')}`,
  }),
  'full-name': ({ image }) => ({
    say: `Write the full name with its registry, such as docker.io/${image.includes('/') ? image : `library/${image}`}, or add an alias or unqualified-search-registries on the nodes (/etc/containers/registries.conf)`,
  }),
  'registry-not-site': () => ({
    say: 'Write docker.io instead of hub.docker.com: that is the web site, not the registry',
  }),
}

function scopeOf(findings: readonly { namespace: string }[]): string {
  const [first = '', ...others] = new Set(findings.map(({ namespace }) => namespace))
  return others.length === 0 ? `-n ${shellWord(first)}` : '-A'
}
