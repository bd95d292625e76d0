import { signal, useSignal } from '@preact/signals'
import type { IClientOptions, IClientPublishOptions, IClientSubscribeOptions } from 'mqtt'
import { useEffect } from 'preact/hooks'
import { get } from './api'
import { clock, hex, pretty } from './format'
import {
  connect, disconnect, entries, faultOf, filters, publish, say, state, subscribe, unsubscribe, version, type Entry,
} from './mqtt-session'
import type { Listener } from './types'
import { Choice, Text, Tick } from './ui'

const url = signal('')
const clientId = signal(`dashboard-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`)
const userName = signal('')
const password = signal('')
const protocol = signal('5')
const keepAlive = signal('60')
const expiry = signal('0')
const cleanStart = signal(true)

/** undefined: it is left out. */
const number = (text: string) => (text.trim() === '' ? undefined : Number(text))
const orNothing = (text: string) => (text === '' ? undefined : text)

export const TestClient = () => (
  <>
    <div class="bar"><h1>Test client</h1><span class="note">MQTT over WebSocket, from this browser</span></div>
    <Connection />
    <div class="pair">
      <Subscribing />
      <Publishing />
    </div>
    <Log />
  </>
)

const Connection = () => {
  const listeners = useSignal<string[] | null>(null)
  useEffect(() => {
    get<Listener[]>('listeners').then((all) => {
      const places = all.filter((one) => one.protocol === 'websockets' && one.port > 0)
        .map((one) => `${one.tls ? 'wss' : 'ws'}://${location.hostname}:${one.port}/mqtt`)
      listeners.value = places
      url.value ||= places[0] ?? ''
    }, (error: Error) => say(error.message))
  }, [])
  const isAway = state.value === 'away'
  const go = (event: Event) => {
    event.preventDefault()
    if (!isAway) return disconnect()
    const fault = faultOf(url.value)
    if (fault !== null) return say(fault)
    const isV5 = protocol.value === '5'
    const options: IClientOptions = {
      protocolVersion: isV5 ? 5 : 4, clientId: clientId.value, clean: cleanStart.value, keepalive: number(keepAlive.value) ?? 0,
      username: orNothing(userName.value), password: orNothing(password.value), connectTimeout: 10_000,
      properties: isV5 ? { sessionExpiryInterval: number(expiry.value) } : undefined,
    }
    void connect(url.value, options)
  }
  return (
    <form class="card form" aria-label="Connection" onSubmit={go}>
      <Text label="Address" value={url} class="grow" disabled={!isAway} list="listeners" />
      <datalist id="listeners">{listeners.value?.map((one) => <option value={one} key={one} />)}</datalist>
      <Text label="Client id" value={clientId} disabled={!isAway} />
      <Text label="User" value={userName} disabled={!isAway} />
      <Text label="Password" value={password} type="password" disabled={!isAway} />
      <Choice label="Version" value={protocol} disabled={!isAway} of={[['5', 'MQTT 5.0'], ['4', 'MQTT 3.1.1']]} />
      <Text label="Keep alive, s" value={keepAlive} type="number" class="short" min={0} max={65535} disabled={!isAway} />
      {protocol.value === '5' && (
        <Text label="Session expiry, s" value={expiry} type="number" class="short" min={0} max={4294967295} disabled={!isAway} />
      )}
      <Tick label="clean start" value={cleanStart} disabled={!isAway} />
      <button class="main" disabled={state.value === 'connecting' || url.value === ''}>
        {isAway ? 'Connect' : state.value === 'connecting' ? 'Connecting' : 'Disconnect'}
      </button>
      {listeners.value?.length === 0 && (
        <p class="note full">
          No listener of the broker speaks MQTT over WebSocket. One that does: <code>listener 8080</code> and below it{' '}
          <code>protocol websockets</code>.
        </p>
      )}
    </form>
  )
}

const filter = signal('#')
const subscribeQos = signal('1')
const noLocal = signal(false)
const asPublished = signal(false)
const handling = signal('0')
const subscriptionId = signal('')

const qosChoices: [string, string][] = [['0', '0'], ['1', '1'], ['2', '2']]

const Subscribing = () => {
  const isV5 = version.value === 5
  const go = (event: Event) => {
    event.preventDefault()
    const options: IClientSubscribeOptions = { qos: Number(subscribeQos.value) as 0 | 1 | 2 }
    const id = number(subscriptionId.value)
    if (isV5) Object.assign(options, {
      nl: noLocal.value, rap: asPublished.value, rh: Number(handling.value),
      properties: id === undefined ? undefined : { subscriptionIdentifier: id },
    })
    void subscribe(filter.value, options)
  }
  return (
    <form class="card form" aria-label="Subscribe" onSubmit={go}>
      <h2>Subscribe</h2>
      <Text label="Filter" value={filter} class="grow" />
      <Choice label="QoS" value={subscribeQos} of={qosChoices} class="short" />
      {isV5 && (
        <>
          <Choice label="Retained messages" value={handling}
            of={[['0', 'send'], ['1', 'send if new'], ['2', 'do not send']]} />
          <Text label="Subscription id" value={subscriptionId} type="number" class="short" min={1} max={268435455} />
          <Tick label="no local" value={noLocal} />
          <Tick label="retain as published" value={asPublished} />
        </>
      )}
      <button class="main" disabled={state.value !== 'connected'}>Subscribe</button>
      {filters.value.length > 0 && (
        <ul class="chips full" aria-label="Subscriptions">
          {filters.value.map((one) => (
            <li key={one}>
              <span class="id">{one}</span>
              <button type="button" aria-label={`Unsubscribe from ${one}`} onClick={() => unsubscribe(one)}>×</button>
            </li>
          ))}
        </ul>
      )}
    </form>
  )
}

const topic = signal('test/dashboard')
const payload = signal('hello')
const publishQos = signal('1')
const retain = signal(false)
const isText = signal(false)
const messageExpiry = signal('')
const contentType = signal('')
const responseTopic = signal('')
const correlation = signal('')
const alias = signal('')
const users = signal<{ name: string; value: string }[]>([])

const publishProperties = (): IClientPublishOptions['properties'] => {
  const byName: Record<string, string[]> = {}
  for (const one of users.value) (byName[one.name] ??= []).push(one.value)
  const given = {
    payloadFormatIndicator: isText.value || undefined,
    messageExpiryInterval: number(messageExpiry.value),
    contentType: orNothing(contentType.value),
    responseTopic: orNothing(responseTopic.value),
    // MQTT.js takes any bytes, and names Node's type for them.
    correlationData: correlation.value === '' ? undefined : new TextEncoder().encode(correlation.value) as never,
    topicAlias: number(alias.value),
    userProperties: users.value.length === 0 ? undefined : byName,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const Publishing = () => {
  const isV5 = version.value === 5
  const go = (event: Event) => {
    event.preventDefault()
    void publish(topic.value, payload.value, {
      qos: Number(publishQos.value) as 0 | 1 | 2, retain: retain.value, properties: isV5 ? publishProperties() : undefined,
    })
  }
  return (
    <form class="card form" aria-label="Publish" onSubmit={go}>
      <h2>Publish</h2>
      <Text label="Topic" value={topic} class="grow" />
      <Choice label="QoS" value={publishQos} of={qosChoices} class="short" />
      <Tick label="retain" value={retain} />
      <div class="field full">
        <label for="payload">Payload</label>
        <textarea id="payload" rows={3} value={payload.value} spellcheck={false}
          onInput={(event) => (payload.value = event.currentTarget.value)} />
      </div>
      {isV5 && <PropertyFields />}
      <button class="main" disabled={state.value !== 'connected'}>Publish</button>
    </form>
  )
}

const PropertyFields = () => (
  <details class="full">
    <summary>Properties</summary>
    <div class="form">
      <Text label="Expiry, s" value={messageExpiry} type="number" class="short" min={0} max={4294967295} />
      <Text label="Topic alias" value={alias} type="number" class="short" min={1} max={65535} />
      <Text label="Content type" value={contentType} />
      <Text label="Response topic" value={responseTopic} />
      <Text label="Correlation data" value={correlation} />
      <Tick label="payload is text" value={isText} />
      {users.value.map((one, at) => (
        <UserProperty key={at} at={at} name={one.name} value={one.value} />
      ))}
      <button type="button" onClick={() => (users.value = [...users.value, { name: '', value: '' }])}>Add a user property</button>
    </div>
  </details>
)

const UserProperty = ({ at, name, value }: { at: number; name: string; value: string }) => {
  const change = (part: { name?: string; value?: string }) =>
    (users.value = users.value.map((one, index) => (index === at ? { ...one, ...part } : one)))
  return (
    <div class="user full">
      <input aria-label={`Name of user property ${at + 1}`} placeholder="name" value={name}
        onInput={(event) => change({ name: event.currentTarget.value })} />
      <input aria-label={`Value of user property ${at + 1}`} placeholder="value" value={value}
        onInput={(event) => change({ value: event.currentTarget.value })} />
      <button type="button" aria-label={`Remove user property ${at + 1}`}
        onClick={() => (users.value = users.value.filter((_, index) => index !== at))}>×</button>
    </div>
  )
}

const Log = () => (
  <section class="card">
    <div class="bar">
      <h2>Messages</h2>
      <button type="button" disabled={entries.value.length === 0} onClick={() => (entries.value = [])}>Clear</button>
    </div>
    {entries.value.length === 0 && <p class="none">Nothing so far.</p>}
    <div role="log" aria-label="Messages">
      <ol class="log">{entries.value.map((one) => <Line key={one.key} entry={one} />)}</ol>
    </div>
  </section>
)

const utf8 = new TextDecoder('utf-8', { fatal: true })

const bodyOf = (payload: Uint8Array) => {
  try {
    return pretty(utf8.decode(payload))
  } catch {
    return hex(payload, 256) // It is no text.
  }
}

const Line = ({ entry }: { entry: Entry }) => (
  <li class={entry.kind}>
    <time>{clock(entry.at)}</time>
    <span class="sign" aria-label={entry.kind === 'said' ? undefined : entry.kind}>
      {entry.kind === 'received' ? '←' : entry.kind === 'published' ? '→' : ''}
    </span>
    <span class={entry.kind === 'said' ? 'topic' : 'topic id'}>{entry.topic}</span>
    <span class="flags">{entry.flags}</span>
    {entry.properties.length > 0 && (
      <span class="properties">{entry.properties.map(([name, value]) => `${name}: ${value}`).join(' · ')}</span>
    )}
    {entry.payload && entry.payload.length > 0 && <pre>{bodyOf(entry.payload)}</pre>}
  </li>
)
