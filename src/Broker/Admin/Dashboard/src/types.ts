// What the API answers; the members are described in /api/openapi.json. What is null there is left out.

export interface Page<T> { items: T[]; next?: string }

export interface Client {
  clientId: string; userName?: string; address: string; listener: string; version: string; connectedSeconds: number
  keepAliveSeconds: number; cleanStart: boolean; sessionExpirySeconds?: number; waiting: number; inFlight: number
}

export interface Session {
  clientId: string; userName?: string; online: boolean; expirySeconds?: number; subscriptions: number; waiting: number
  waitingBytes: number; inFlight: number
}

export interface Subscription {
  clientId: string; filter: string; qos: number; noLocal: boolean; retainAsPublished: boolean; id?: number
}

export interface Delivery {
  state: string; topic?: string; qos: number; retain: boolean; payloadBytes: number; packetId?: number; ageSeconds?: number
  expiresAt?: string
}

export interface SessionDetail {
  session: Session
  client?: Client
  connection?: {
    protocol: string; encryption?: string; tls: boolean; certificateUserName?: string; silentSeconds: number
    blockedSeconds?: number; inFlightMax: number; packetBytesMax?: number; topicAliases: number; isBridge: boolean
  }
  willTopic?: string
  will?: { topic: string; qos: number; retain: boolean; payloadBytes: number; delaySeconds: number }
  subscriptions: Subscription[]
  inFlight: Delivery[]
  queue: { items: Delivery[]; next?: string; unavailable?: string }
  drops: Record<string, number>
}

export interface Retained { topic: string; qos: number; payloadBytes: number; expiresAt?: string; publisherId?: string }

export interface Ban {
  as: 'clientid' | 'username' | 'peerhost' | 'peerhost_net'; who: string; by: string; reason?: string; at: string
  until?: string; remainingSeconds?: number
}

export interface Banned { ban: Ban; replaced: boolean; disconnected: number; sessionsDeleted: number }

export interface Properties {
  payloadIsText?: boolean; contentType?: string; responseTopic?: string; correlationData?: string
  userProperties: { name: string; value: string }[]
}

export interface RetainedDetail { message: Retained; payload: string; text?: string; properties: Properties }

export interface Message {
  topic: string; payload: string; text?: string; qos: number; retain: boolean; publisherId?: string; properties?: Properties
}

export interface TraceEvent {
  time: string; word: string; clientId?: string; address?: string; topic?: string; publisherId?: string; qos?: number
  packetId?: number; bytes?: number; count?: number; dup?: boolean; cause?: string
}

export interface Listener {
  name: string; protocol: string; port: number; address?: string; unixSocket?: string; tls: boolean; allowAnonymous: boolean
  connections: number; connectionsMax?: number
}

export interface Version { version: string; startedAt: string; uptimeSeconds: number }

export interface Figures {
  at: string; uptimeSeconds: number; messagesReceived: number; messagesSent: number; packetsReceived: number
  packetsSent: number; bytesReceived: number; bytesSent: number; payloadBytesReceived: number; payloadBytesSent: number
  matched: number; delivered: number; connections: number; connectionsAccepted: number; sessionsOnline: number
  sessionsAway: number; subscriptions: number; sharedSubscriptions: number; retained: number; retainedBytes: number
  waiting: number; waitingBytes: number; longestQueue: number; inFlight: number
  dropped: Record<string, number>; refused: Record<string, number>
  store: {
    up: boolean; pendingBytes: number; commits: number; commitSeconds: number; commitP50Seconds?: number
    commitP99Seconds?: number; commitRows: number
  }
  cpuSeconds: number; residentBytes: number; heapBytes: number
}

export interface Slow {
  clientId: string; userName?: string; address: string; waitSeconds: number; queuedSeconds?: number
  unacknowledgedSeconds?: number; blockedSeconds?: number; waiting: number; waitingBytes: number; inFlight: number
}

export interface Option { name: string; value: string; file?: string; line?: number }

export interface Configuration {
  file?: string; at: string; needsRestart: string[]; sections: { name: string; openedBy?: string; options: Option[] }[]
}

export interface Finding {
  rule: string; severity: 'error' | 'warning' | 'note'; file: string; line: number; column: number; text: string
  mosquitto?: string
}

export interface Reloaded {
  changed: { section: string; name: string; before?: string; after?: string }[]; needsRestart: string[]; warnings: string[]
}
