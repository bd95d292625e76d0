import { useSignal } from '@preact/signals'
import { ApiError, remove } from './api'
import { bytes, count, duration, expiry, instant, words } from './format'
import { optionsOf } from './lists'
import { useLive } from './live'
import { linkTo } from './route'
import { ClientTrace } from './trace'
import type { Delivery, SessionDetail } from './types'
import { Action, Badge, Confirm, Facts, Failure, Table, type Column } from './ui'

/** All that there is to know of a session and of its client. */
export const ClientPage = ({ id }: { id: string }) => {
  const target = `?id=${encodeURIComponent(id)}`
  const place = useSignal('')
  const { value, error, again } = useLive<SessionDetail>(
    `sessions${target}${place.value && `&after=${encodeURIComponent(place.value)}`}`)
  const failed = useSignal<ApiError | null>(null)
  const detail = value.value
  return (
    <>
      <div class="bar">
        <h1>
          <a href={linkTo('clients')}>Client</a> <span class="id">{id || '(empty)'}</span>
          {detail && (
            <Badge kind={detail.session.online ? 'good' : 'dim'}>{detail.session.online ? 'online' : 'away'}</Badge>
          )}
        </h1>
        {detail?.session.online && (
          <Action error={failed} run={async () => {
            await remove(`clients${target}`)
            again()
          }}>Disconnect</Action>
        )}
        {detail && (
          <Confirm action="Delete session" question="Delete this session?"
            consequence="Its subscriptions and all that waits for it are gone for good, and its client is disconnected."
            run={async () => {
              await remove(`sessions${target}`)
              location.hash = linkTo('sessions')
            }} />
        )}
      </div>
      <Failure of={failed} />
      <Failure of={error} />
      {detail && <Parts detail={detail} place={place.value} show={(after) => (place.value = after)} />}
      {id !== '' && <ClientTrace id={id} />}
    </>
  )
}

const Parts = ({ detail, place, show }: { detail: SessionDetail; place: string; show: (after: string) => void }) => (
  <>
    <Facts facts={factsOf(detail)} />
    <div class="pair">
      <section class="card">
        <h2>Subscriptions <small>{count(detail.session.subscriptions)}</small></h2>
        <Table label="Subscriptions" rows={detail.subscriptions} keyOf={(one) => one.filter} none="It has subscribed to nothing."
          columns={[
            { head: 'Filter', cell: (one) => <span class="id">{one.filter}</span> },
            { head: 'QoS', num: true, cell: (one) => one.qos },
            { head: 'Options', wide: true, cell: optionsOf },
            { head: 'Id', num: true, wide: true, cell: (one) => one.id ?? '' },
          ]} />
      </section>
      <section class="card">
        <h2>Dropped</h2>
        <Table label="Dropped" rows={Object.entries(detail.drops)} keyOf={([cause]) => cause} none="It has lost no message."
          columns={[
            { head: 'Cause', cell: ([cause]) => words(cause) },
            { head: 'Messages', num: true, cell: ([, many]) => count(many) },
          ]} />
      </section>
    </div>
    <section class="card">
      <h2>In flight <small>{count(detail.session.inFlight)}</small></h2>
      <Table label="In flight" rows={detail.inFlight} keyOf={(one) => `${one.packetId}`} columns={deliveryColumns}
        none="All that was sent is acknowledged." />
    </section>
    <section class="card">
      <h2>Waiting <small>{count(detail.session.waiting)}, {bytes(detail.session.waitingBytes)}</small></h2>
      {detail.queue.unavailable && <p class="failure">{detail.queue.unavailable}</p>}
      <Table label="Waiting" rows={detail.queue.items.map((one, at) => ({ ...one, at }))} keyOf={(one) => `${one.at}`}
        columns={deliveryColumns} none="Nothing waits." />
      {(place !== '' || detail.queue.next !== undefined) && (
        <nav class="pages" aria-label="Parts of what waits">
          <button type="button" disabled={place === ''} onClick={() => show('')}>First</button>
          <button type="button" disabled={detail.queue.next === undefined} onClick={() => show(detail.queue.next!)}>Next</button>
        </nav>
      )}
    </section>
  </>
)

const deliveryColumns: Column<Delivery>[] = [
  { head: 'Topic', cell: (one) => (one.topic === undefined ? <i>not kept</i> : <span class="id">{one.topic}</span>) },
  { head: 'State', cell: (one) => one.state },
  { head: 'QoS', num: true, cell: (one) => one.qos },
  { head: 'Retain', wide: true, cell: (one) => (one.retain ? 'yes' : '') },
  { head: 'Bytes', num: true, cell: (one) => count(one.payloadBytes) },
  { head: 'Packet id', num: true, wide: true, cell: (one) => one.packetId ?? '' },
  { head: 'For', num: true, cell: (one) => (one.ageSeconds === undefined ? '' : duration(one.ageSeconds)) },
  { head: 'Expires', wide: true, cell: (one) => (one.expiresAt ? instant(one.expiresAt) : '') },
]

const factsOf = ({ session, client, connection, will }: SessionDetail): Parameters<typeof Facts>[0]['facts'] => [
  ['User', session.userName ?? 'anonymous'],
  ['Session expires', expiry(session.expirySeconds)],
  ['Address', client?.address],
  ['Listener', client?.listener],
  ['MQTT', client?.version],
  ['Connected for', client && duration(client.connectedSeconds)],
  ['Silent for', connection && duration(connection.silentSeconds)],
  ['Takes nothing for', connection?.blockedSeconds !== undefined && duration(connection.blockedSeconds) || undefined],
  ['Keep alive', client && (client.keepAliveSeconds ? `${client.keepAliveSeconds} s` : 'none')],
  ['Clean start', client && (client.cleanStart ? 'yes' : 'no')],
  ['Encryption', connection && (connection.encryption ?? (connection.tls ? 'TLS' : 'none'))],
  ['Certificate of', connection?.certificateUserName],
  ['In flight at most', connection && count(connection.inFlightMax)],
  ['Largest packet', connection?.packetBytesMax && bytes(connection.packetBytesMax)],
  ['Topic aliases', connection?.topicAliases || undefined],
  ['Bridge', connection?.isBridge ? 'yes' : undefined],
  ['Will', will && `${will.topic}, QoS ${will.qos}${will.retain ? ', retained' : ''}, ${bytes(will.payloadBytes)}`
    + (will.delaySeconds ? `, after ${duration(will.delaySeconds)}` : '')],
]
