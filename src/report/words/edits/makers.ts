/** The words of programs that create pods themselves: where such a pod's image is set, and how to get a new pod. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { PodMaker } from '../../../snapshot/pod.ts'

import { objectName } from '../nouns.ts'

export interface MakerWords {
  /** Begins a sentence. */
  name: string
  /** Why the program created the pod, if not for one run; follows "created the pod". */
  purpose?: string
  /** Where the image of this container is set; follows "Set the correct image". */
  image: (container: string) => string
  /** The containers that the program adds by itself, with an image of its own. */
  adds?: RegExp
  /** Where its other settings are. */
  settings: string
  /** Where its pull secrets come from, if it has its own; follows "Set the login". */
  login: string
  /** What makes the program create a new pod from changed settings; follows "then". */
  again: string
  /** What makes it create a new pod from the same settings, if that is something else. */
  renew?: string
}

/** Returns how to get a new pod from the same settings, such as after a login was added; follows "Get a new pod:". */
export function renewal(maker: PodMaker): string {
  const { again, renew } = MAKERS[maker]
  return renew ?? again
}

/** Returns why the program created a pod; follows "created the pod". */
export function purposeOf({ purpose = 'for one run' }: Pick<MakerWords, 'purpose'>): string {
  return purpose
}

/** Returns that the program added the container itself; empty for any other container, and for other pods. */
export function addedBy(finding: Pick<Finding, 'clues' | 'container'>): string {
  const { container } = finding
  const maker = makerOf(finding)
  if (maker === undefined) return ''
  const { name, adds, image } = MAKERS[maker]
  return adds?.test(container) === true
    ? `${name} adds the container ${container} to its pods, with an image of its own unless another one is set ${image(container)}.`
    : ''
}

/** Returns how a pod that a program created gets its image from elsewhere, to follow other ways; empty for other pods. */
export function orCopied(finding: Pick<Finding, 'clues' | 'container' | 'workload'>): string {
  const maker = makerOf(finding)
  const { workload } = finding
  // The operator adds it to the pods of all its kinds (prometheus-operator.dev/docs/platform/operator).
  if (workload?.group === 'monitoring.coreos.com' && /config-reloader$/.test(finding.container))
    return ', or copy the image to a registry that they reach and set it in the flag --prometheus-config-reloader of the Prometheus Operator (prometheusOperator.prometheusConfigReloader.image in the values of kube-prometheus-stack)'
  if (maker === undefined && workload?.group !== undefined)
    return `, or copy the image to a registry that they reach and set it in ${objectName(workload)}, if that has a field for the image of container ${finding.container}`
  // A bundle's image is named by what lists the bundle.
  return maker === undefined || maker === 'olm'
    ? ''
    : `, or copy the image to a registry that they reach and set it ${MAKERS[maker].image(finding.container)}`
}

/** Returns the program that created the pod; undefined for pods of controllers, and bare ones. */
function makerOf({ clues }: Pick<Finding, 'clues'>): PodMaker | undefined {
  return clueOf(clues, 'made-by')?.maker
}

/** A program that copies the pods of a virtual cluster to this one, with the images and pull secrets that they have there. */
const ofVirtualCluster = (name: string, login: string): MakerWords => ({
  name,
  purpose: 'as a copy of one in a virtual cluster',
  image: () => "in the pod's workload inside the virtual cluster",
  settings: "in the pod's workload inside the virtual cluster",
  login,
  again: 'delete the pod there, unless its workload replaces it',
  renew: 'delete the pod inside the virtual cluster, so that its workload there creates another one',
})

export const MAKERS: Record<PodMaker, MakerWords> = {
  'gitlab-runner': {
    name: 'GitLab Runner',
    adds: /^(?:helper|init-permissions)$/,
    image: container =>
      /^(?:helper|init-permissions)$/.test(container)
        ? "as helper_image in the runner's config.toml"
        : /^svc-\d+$/.test(container)
          ? "under services of the job in .gitlab-ci.yml (or in the runner's config.toml)"
          : "as image of the job in .gitlab-ci.yml (or in the runner's config.toml)",
    settings: "in the job in .gitlab-ci.yml, or in the runner's config.toml",
    login:
      "in the job's variable DOCKER_AUTH_CONFIG, or in the secret that image_pull_secrets names in the runner's config.toml",
    again: 'retry the job in GitLab',
  },
  jenkins: {
    name: "Jenkins' Kubernetes plugin",
    // jenkinsci/kubernetes-plugin, README, "Pod template".
    adds: /^jnlp$/,
    image: container =>
      container === 'jnlp'
        ? "in a container named jnlp of Jenkins' pod template (in its chart's values, agent.image)"
        : "in the Jenkinsfile's podTemplate, or the pod template in Jenkins",
    settings: "in the Jenkinsfile's podTemplate, or the pod template in Jenkins",
    login: 'in the secret that imagePullSecrets of the pod template names',
    again: 'run the build in Jenkins again',
  },
  'github-actions': {
    name: 'Actions Runner Controller',
    image: container =>
      /^(?:runner|dind|init-dind-externals)$/.test(container)
        ? "in the values of the runner scale set's chart (template.spec)"
        : 'under container or services of the job in its workflow file',
    settings: "in the values of the runner scale set's chart (template.spec)",
    login:
      "in the secret that template.spec.imagePullSecrets of the runner scale set's chart names, or, for a job's own container, under credentials in its workflow file",
    again: 're-run the job in GitHub, unless it is still waiting for a runner',
    // A runner's pod stays as it is without the image (actions/actions-runner-controller#4654).
    renew:
      "delete the EphemeralRunner that owns the pod (its set creates another one), or re-run the job in GitHub if the pod is that of the job's own container",
  },
  airflow: {
    name: 'Airflow',
    image: () =>
      'in the task (image of its KubernetesPodOperator), or for workers in the pod template and the worker image of Airflow',
    settings: 'in the task, or in the pod template of Airflow',
    login: 'in the secret that image_pull_secrets of the task, or of the pod template, names',
    again: 'clear the task in Airflow',
  },
  jupyterhub: {
    name: 'JupyterHub',
    image: container =>
      container === 'block-cloud-metadata'
        ? "as singleuser.networkTools.image in the values of JupyterHub's chart"
        : "as singleuser.image in the values of JupyterHub's chart (or the image of the user's profile there)",
    settings: "under singleuser in the values of JupyterHub's chart",
    login: "in the values of JupyterHub's chart (imagePullSecret, singleuser.image.pullSecrets)",
    again: 'start the server in JupyterHub again',
  },
  spark: {
    name: 'Spark',
    image: () => 'as spark.kubernetes.container.image (with the Spark operator, in the SparkApplication)',
    settings:
      "in the application's spark.kubernetes settings (with the Spark operator, in the SparkApplication)",
    login:
      'in the secret that spark.kubernetes.container.image.pullSecrets names (with the Spark operator, imagePullSecrets)',
    again: 'submit the application again',
    renew:
      'delete the pod if it is an executor (its driver requests another one); if it is the driver, submit the application again',
  },
  'kubectl-debug': {
    name: 'kubectl debug',
    image: () => 'with --image of `kubectl debug`',
    settings: 'in the command `kubectl debug`',
    login: 'in the secret that the pod names',
    again: 'run `kubectl debug` again',
  },
  // The next reconciliation finds the failed Job otherwise (access.redhat.com/solutions/6459071).
  olm: {
    name: 'Operator Lifecycle Manager',
    purpose: 'to unpack a bundle',
    image: container =>
      container === 'pull'
        ? 'of the bundle in the catalog that lists it (the index image of its CatalogSource), or choose another version of the operator in its Subscription'
        : "in Operator Lifecycle Manager's own Deployment (on OpenShift, by an update of the cluster)",
    settings: 'in the CatalogSource or the Subscription',
    login: 'under spec.secrets of the CatalogSource',
    again: "delete the pod's Job and the ConfigMap of the same name, so that the bundle is unpacked again",
  },
  vcluster: ofVirtualCluster(
    'vCluster',
    'in the pull secret that the pod or its service account names inside the virtual cluster (vCluster copies it to this cluster)',
  ),
  // Only copied on request (rancher/k3k#442).
  k3k: ofVirtualCluster(
    'K3k',
    'in the pull secret that the pod names, in this cluster if K3k does not copy those of the virtual cluster',
  ),
}
