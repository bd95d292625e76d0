import { signal } from '@preact/signals'
import type { IClientOptions, IClientPublishOptions, IClientSubscribeOptions, MqttClient } from 'mqtt'

/** What the test client did and what it got; lives as long as the page. */
export interface Entry {
  key: number
  at: Date
  kind: 'received' | 'published' | 'said'
  topic: string
  flags: string
  payload: Uint8Array | null
  properties: [string, string][]
}

const entriesMax = 200

export const state = signal<'away' | 'connecting' | 'connected'>('away')
export const entries = signal<Entry[]>([])
export const filters = signal<string[]>([])
export const version = signal(5)

let client: MqttClient | null = null
let key = 0

const add = (entry: Omit<Entry, 'key' | 'at'>) => {
  entries.value = [{ ...entry, key: ++key, at: new Date() }, ...entries.value.slice(0, entriesMax - 1)]
}

export const say = (text: string) => add({ kind: 'said', topic: text, flags: '', payload: null, properties: [] })

/** The page's rules let it connect to its own host only: that way nobody's script could carry a token away. */
export const faultOf = (url: string) => {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return `'${url}' is not an address such as ws://${location.hostname}:8080/mqtt.`
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:') return 'A browser speaks MQTT by ws: or wss: only.'
  return parsed.hostname === location.hostname || (isLoopback(parsed.hostname) && isLoopback(location.hostname))
    ? null : `This page may connect to ${location.hostname} only, where it comes from.`
}

const isLoopback = (host: string) => host === 'localhost' || host === '127.0.0.1'

/** Loads MQTT.js when it is wanted first. */
export const connect = async (url: string, options: IClientOptions) => {
  disconnect()
  state.value = 'connecting'
  let opened: MqttClient
  try {
    const { default: mqtt } = await import('mqtt')
    // A worker would be made from a blob:, which the page's rules forbid.
    opened = mqtt.connect(url, { ...options, reconnectPeriod: 0, timerVariant: 'native', resubscribe: false })
  } catch (error) {
    state.value = 'away'
    say(error instanceof Error ? error.message : String(error))
    return
  }
  client = opened
  version.value = options.protocolVersion ?? 5
  const isThis = () => client === opened
  opened.on('connect', (packet) => {
    if (!isThis()) return
    state.value = 'connected'
    const assigned = packet.properties?.assignedClientIdentifier
    say(`Connected${packet.sessionPresent ? ', the session goes on' : ''}${assigned ? `, as ${assigned}` : ''}.`)
  })
  opened.on('message', (topic, payload, packet) => {
    if (!isThis()) return
    add({ kind: 'received', topic, flags: flags(packet), payload, properties: shown(packet.properties) })
  })
  opened.on('disconnect', (packet) => isThis()
    && say(`The broker disconnects: reason 0x${(packet.reasonCode ?? 0).toString(16).padStart(2, '0')}.`))
  opened.on('error', (error) => isThis() && say(error.message || 'The connection failed.'))
  opened.on('close', () => {
    if (!isThis()) return
    say(state.value === 'connected' ? 'The connection has ended.' : 'There is no connection.')
    client = null
    state.value = 'away'
    filters.value = []
    opened.end(true)
  })
}

export const disconnect = () => {
  const ended = client
  client = null
  if (ended === null) return
  ended.end()
  say('Disconnected.')
  state.value = 'away'
  filters.value = []
}

export const subscribe = async (filter: string, options: IClientSubscribeOptions) => {
  if (client === null) return
  try {
    const granted = await client.subscribeAsync(filter, options)
    say(`Subscribed to ${filter}, QoS ${granted[0]?.qos ?? options.qos} granted.`)
    if (!filters.value.includes(filter)) filters.value = [...filters.value, filter]
  } catch (error) {
    say(`${filter} was not subscribed to: ${error instanceof Error ? error.message : error}`)
  }
}

export const unsubscribe = async (filter: string) => {
  if (client === null) return
  try {
    await client.unsubscribeAsync(filter)
    filters.value = filters.value.filter((one) => one !== filter)
    say(`Unsubscribed from ${filter}.`)
  } catch (error) {
    say(`${filter} was not unsubscribed from: ${error instanceof Error ? error.message : error}`)
  }
}

export const publish = async (topic: string, payload: string, options: IClientPublishOptions) => {
  if (client === null) return
  try {
    const packet = await client.publishAsync(topic, payload, options)
    const reason = (packet as { reasonCode?: number } | undefined)?.reasonCode
    add({
      kind: 'published', topic,
      flags: flags({ qos: options.qos ?? 0, retain: options.retain ?? false }) + (reason === 16 ? ', no subscribers' : ''),
      payload: new TextEncoder().encode(payload), properties: shown(options.properties),
    })
  } catch (error) {
    say(`Not published to ${topic}: ${error instanceof Error ? error.message : error}`)
  }
}

const flags = (packet: { qos: number; retain: boolean; dup?: boolean }) =>
  [`QoS ${packet.qos}`, packet.retain && 'retain', packet.dup && 'again'].filter(Boolean).join(', ')

const labels: Record<string, string> = {
  payloadFormatIndicator: 'payload is text', messageExpiryInterval: 'expires in', topicAlias: 'topic alias',
  responseTopic: 'response topic', correlationData: 'correlation data', contentType: 'content type',
  subscriptionIdentifier: 'subscription id',
}

const shown = (properties?: object): [string, string][] => Object.entries(properties ?? {}).flatMap(([name, value]) => {
  if (value === undefined) return []
  if (name === 'userProperties')
    return Object.entries(value as Record<string, string | string[]>).flatMap(([user, text]) =>
      [text].flat().map((one): [string, string] => [user, one]))
  return [[labels[name] ?? name, value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)]]
})
