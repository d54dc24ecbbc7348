/**
 * Docker Hub's official images by name. All are public, so a refusal of one did not come from Docker Hub; other names may be typos of
 * them.
 */

/** The official images of hub.docker.com, deprecated ones included, as of 2026-11. */
export const OFFICIAL_IMAGES: readonly string[] =
  `adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash bonita
  buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clickhouse clojure composer couchbase
  couchdb crate dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang fedora
  flink fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd
  hylang ibmjava influxdb irssi jenkins jetty joomla jruby julia kapacitor kibana kong lightstreamer liquibase logstash
  mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j
  neurodebian nextcloud nginx node notary odoo open-liberty openjdk opensuse oraclelinux orientdb percona perl photon php
  php-zendserver phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry
  rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa silverpeas sl solr sonarqube spark
  spiped storm swift swipl telegraf tomcat tomee traefik ubuntu unit varnish vault websphere-liberty wordpress xwiki yourls
  znc zookeeper`
    .split(/\s+/)
    .filter(name => name !== '')

/** The name of an image in Docker Hub's library, whether or not an official image has it; null for any other image. @param reference the full name */
export function libraryName(reference: string | null): string | null {
  return /^docker\.io\/library\/([^:@]+)/.exec(reference ?? '')?.[1] ?? null
}

/** Whether the image is in Docker Hub's library, whose images other registries have, too. @param reference the full name */
export function isInLibrary(reference: string | null): boolean {
  return libraryName(reference) !== null
}

/** Whether the full name is that of an official image, which anyone can pull. */
export function isOfficial(reference: string | null): boolean {
  return OFFICIAL_IMAGES.includes(libraryName(reference) ?? '')
}

/** What K3s and RKE2 start by themselves or with Rancher: their packaged components, and Rancher's copies of others (docs.k3s.io/packaged-components, docs.rke2.io). */
const OF_RANCHER =
  /^docker\.io\/rancher\/(?:mirrored-[a-z0-9-]+|hardened-[a-z0-9-]+|klipper-(?:helm|lb)|local-path-provisioner|rke2-(?:cloud-provider|runtime|upgrade)|k3s-upgrade|system-upgrade-controller|nginx-ingress-controller)[:@]/

/** Whether the full name is that of an image which comes with K3s or RKE2, and which anyone can pull. */
export function isPackagedByRancher(reference: string | null): boolean {
  return OF_RANCHER.test(reference ?? '')
}
