import { remove } from './api'
import { bytes, decode, hex, instant, pretty } from './format'
import { useLive } from './live'
import { linkTo } from './route'
import type { Properties, RetainedDetail } from './types'
import { Confirm, Facts, Failure } from './ui'
import type { ComponentChildren } from 'preact'

/** The properties of MQTT 5.0 that a message has. */
export const propertyFacts = (properties?: Properties): [string, ComponentChildren][] => properties ? [
  ['Payload is text', properties.payloadIsText ? 'yes' : undefined],
  ['Content type', properties.contentType],
  ['Response topic', properties.responseTopic],
  ['Correlation data', properties.correlationData && hex(decode(properties.correlationData), 64)],
  ...properties.userProperties.map((one): [string, string] => [`User property ${one.name}`, one.value]),
] : []

export const Payload = ({ payload, text }: { payload: string; text?: string }) => {
  if (payload === '') return <p class="none">The payload is empty.</p>
  return <pre class="payload" tabIndex={0} aria-label="Payload">{text === undefined ? hex(decode(payload)) : pretty(text)}</pre>
}

export const RetainedMessage = ({ topic }: { topic: string }) => {
  const path = `retained?topic=${encodeURIComponent(topic)}`
  const { value, error } = useLive<RetainedDetail>(path)
  const detail = value.value
  return (
    <>
      <div class="bar">
        <h1><a href={linkTo('retained')}>Retained</a> <span class="id">{topic}</span></h1>
        {detail && !topic.startsWith('$SYS/') && (
          <Confirm action="Delete" question="Delete this retained message?"
            consequence="New subscribers will not get it. Those who have it are not told."
            run={async () => {
              await remove(path)
              location.hash = linkTo('retained')
            }} />
        )}
      </div>
      <Failure of={error} />
      {detail && (
        <>
          <Facts facts={[
            ['QoS', detail.message.qos],
            ['Payload', bytes(detail.message.payloadBytes)],
            ['Published by', detail.message.publisherId
              ? <a href={linkTo('client', detail.message.publisherId)}>{detail.message.publisherId}</a> : 'the broker'],
            ['Expires', detail.message.expiresAt && instant(detail.message.expiresAt)],
            ...propertyFacts(detail.properties),
          ]} />
          <Payload payload={detail.payload} text={detail.text} />
        </>
      )}
    </>
  )
}
