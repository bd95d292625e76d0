import { bytes, count, duration, expiry, instant } from './format'
import { linkTo } from './route'
import type { Client, Retained, Session, Subscription } from './types'
import { Badge, List } from './ui'

export const ClientLink = ({ id }: { id: string }) => <a href={linkTo('client', id)} class="id">{id || '(empty)'}</a>

export const Clients = () => (
  <List<Client> title="Clients" path="clients" parameter="filter" hint="client id, user or address" keyOf={(one) => one.clientId}
    none="No client is connected."
    columns={[
      { head: 'Client id', cell: (one) => <ClientLink id={one.clientId} /> },
      { head: 'User', wide: true, cell: (one) => one.userName ?? <i>anonymous</i> },
      { head: 'Address', cell: (one) => one.address },
      { head: 'Listener', wide: true, cell: (one) => one.listener },
      { head: 'MQTT', wide: true, cell: (one) => one.version },
      { head: 'Connected', num: true, wide: true, cell: (one) => duration(one.connectedSeconds) },
      { head: 'Keep alive', num: true, wide: true, cell: (one) => (one.keepAliveSeconds ? `${one.keepAliveSeconds} s` : 'none') },
      { head: 'Waiting', num: true, cell: (one) => count(one.waiting) },
      { head: 'In flight', num: true, wide: true, cell: (one) => count(one.inFlight) },
    ]} />
)

export const Sessions = () => (
  <List<Session> title="Sessions" path="sessions" parameter="filter" hint="client id, user or address"
    keyOf={(one) => one.clientId} none="There is no session."
    columns={[
      { head: 'Client id', cell: (one) => <ClientLink id={one.clientId} /> },
      { head: 'User', wide: true, cell: (one) => one.userName ?? <i>anonymous</i> },
      { head: 'State', cell: (one) => <Badge kind={one.online ? 'good' : 'dim'}>{one.online ? 'online' : 'away'}</Badge> },
      { head: 'Expires', wide: true, cell: (one) => expiry(one.expirySeconds) },
      { head: 'Subscriptions', num: true, wide: true, cell: (one) => count(one.subscriptions) },
      { head: 'Waiting', num: true, cell: (one) => count(one.waiting) },
      { head: 'Bytes', num: true, wide: true, cell: (one) => bytes(one.waitingBytes) },
      { head: 'In flight', num: true, cell: (one) => count(one.inFlight) },
    ]} />
)

export const Subscriptions = () => (
  <List<Subscription> title="Subscriptions" path="subscriptions" parameter="filter" hint="filter or client id"
    keyOf={(one) => `${one.filter}\n${one.clientId}`} none="There is no subscription."
    columns={[
      { head: 'Filter', cell: (one) => <span class="id">{one.filter}</span> },
      { head: 'Client id', cell: (one) => <ClientLink id={one.clientId} /> },
      { head: 'QoS', num: true, cell: (one) => one.qos },
      { head: 'Options', wide: true, cell: (one) => optionsOf(one) },
      { head: 'Id', num: true, wide: true, cell: (one) => one.id ?? '' },
    ]} />
)

export const optionsOf = (one: Subscription) =>
  [one.noLocal && 'no local', one.retainAsPublished && 'retain as published'].filter(Boolean).join(', ')

export const RetainedList = () => (
  <List<Retained> title="Retained" path="retained" parameter="search" hint="part of a topic" keyOf={(one) => one.topic}
    none="Nothing is retained."
    columns={[
      { head: 'Topic', cell: (one) => <a href={linkTo('retained', one.topic)} class="id">{one.topic}</a> },
      { head: 'QoS', num: true, cell: (one) => one.qos },
      { head: 'Bytes', num: true, cell: (one) => count(one.payloadBytes) },
      { head: 'Publisher', wide: true, cell: (one) => one.publisherId ?? <i>the broker</i> },
      { head: 'Expires', wide: true, cell: (one) => (one.expiresAt ? instant(one.expiresAt) : '') },
    ]} />
)
