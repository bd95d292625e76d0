// MQTT.js against one listener. Usage: node client.mjs SCENARIO URL PROTOCOL-VERSION CA-FILE ID. Prints a line per step; the
// last one is "done". The scenarios are the same for each client: see RealClients/Scenario.cs.
import { readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import mqtt from "mqtt";

const [scenario, url, version, caFile, id] = process.argv.slice(2);
const isFive = version === "5";
const patienceMilliseconds = 50_000;
const packetIdentifierNotFound = 0x92;

function fail(text) {
  console.error(text);
  process.exit(1);
}

function check(isTrue, text) {
  if (!isTrue) fail(text);
}

/** A client whose messages wait in a list until somebody takes them. */
class Client {
  messages = [];
  connects = [];
  breaks = 0;
  #taker = null;

  constructor(clientId, more = {}) {
    const { isKept = false, ...options } = more;
    this.mqtt = mqtt.connect(url, {
      protocolVersion: Number(version),
      protocolId: version === "3" ? "MQIsdp" : "MQTT",
      clientId,
      clean: !isKept,
      properties: isFive && isKept ? { sessionExpiryInterval: 3600 } : undefined,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: patienceMilliseconds,
      ca: readFileSync(caFile),
      ...options,
    });
    this.mqtt.on("message", (topic, payload, packet) => {
      this.messages.push({ topic, payload, packet });
      this.#taker?.();
    });
    this.mqtt.on("connect", (packet) => this.connects.push(packet.sessionPresent));
    this.mqtt.on("error", (error) => {
      if (!options.reconnectPeriod) fail(`${clientId}: ${error.message}`);
    });
    this.mqtt.on("close", () => {
      this.breaks++;
      if (!options.reconnectPeriod && !this.mqtt.disconnecting) fail(`${clientId}: the broker closed the connection`);
    });
  }

  async connected() {
    if (this.connects.length === 0) await once(this.mqtt, "connect");
    return this;
  }

  async next() {
    while (this.messages.length === 0) await new Promise((resolve) => (this.#taker = resolve));
    return this.messages.shift();
  }
}

async function flows() {
  const client = await new Client(id).connected();
  console.log("connected");
  await echoes(client);
  await retained(client);
  if (isFive) await properties(client);
  await session(client);
  await client.mqtt.endAsync();
}

async function echoes(client) {
  await client.mqtt.subscribeAsync(`${id}/echo/#`, { qos: 2 });
  // 1 MiB is more than one WebSocket frame of the client and more than one read of the broker.
  for (const bytes of [0, 5, 70_000, 1_048_576]) {
    for (const qos of [0, 1, 2]) {
      const topic = `${id}/echo/${bytes}/${qos}`;
      const sent = randomBytes(bytes);
      await client.mqtt.publishAsync(topic, sent, { qos });
      const { topic: from, payload, packet } = await client.next();
      check(from === topic && packet.qos === qos && !packet.retain, `${topic}: came as ${from} with QoS ${packet.qos}`);
      check(payload.equals(sent), `${topic}: ${payload.length} bytes that differ from the ${bytes} sent`);
      console.log(`echo ${bytes} ${qos}`);
    }
  }
}

async function retained(client) {
  const topic = `${id}/kept`;
  await client.mqtt.publishAsync(topic, "kept", { qos: 1, retain: true });
  await client.mqtt.subscribeAsync(topic, { qos: 1 });
  const { payload, packet } = await client.next();
  check(packet.retain && `${payload}` === "kept", "the retained message came without its flag");
  await client.mqtt.unsubscribeAsync(topic);
  await client.mqtt.publishAsync(topic, "", { qos: 1, retain: true });
  console.log("retained");
}

async function properties(client) {
  await client.mqtt.subscribeAsync(`${id}/ask`, { qos: 1 });
  await client.mqtt.subscribeAsync(`${id}/answer`, { qos: 1 });
  await client.mqtt.publishAsync(`${id}/ask`, "?", {
    qos: 1,
    properties: {
      contentType: "text/plain",
      userProperties: { colour: "red" },
      responseTopic: `${id}/answer`,
      correlationData: Buffer.from([0, 1, 255]),
    },
  });
  const { properties: asked } = (await client.next()).packet;
  check(asked.contentType === "text/plain", `content type ${asked.contentType}`);
  check(asked.userProperties.colour === "red", "the user property is gone");
  await client.mqtt.publishAsync(asked.responseTopic, "!", { properties: { correlationData: asked.correlationData } });
  const answer = await client.next();
  check(answer.topic === `${id}/answer`, `the answer came as ${answer.topic}`);
  check(answer.packet.properties.correlationData.equals(Buffer.from([0, 1, 255])), "the correlation data is not what it was");
  console.log("properties");
}

async function session(client) {
  const topic = `${id}/queue`;
  const before = await new Client(`${id}-s`, { isKept: true }).connected();
  await before.mqtt.subscribeAsync(topic, { qos: 2 });
  await before.mqtt.endAsync();
  for (let i = 0; i < 20; i++) await client.mqtt.publishAsync(topic, `${i}`, { qos: (i % 2) + 1 });
  const after = await new Client(`${id}-s`, { isKept: true }).connected();
  // MQTT 3.1 has no word for it in CONNACK.
  check(after.connects[0] === true || version === "3", "the session is gone");
  // A message of QoS 2 is handed out when PUBREL comes, which one of QoS 1 behind it may overtake: each QoS is in order.
  const expected = { 1: 0, 2: 1 };
  for (let i = 0; i < 20; i++) {
    const { payload, packet } = await after.next();
    check(`${payload}` === `${expected[packet.qos]}`, `${payload} with QoS ${packet.qos}, not ${expected[packet.qos]}`);
    expected[packet.qos] += 2;
  }
  await after.mqtt.endAsync();
  console.log("session");
}

async function will() {
  await new Client(id, { will: { topic: `${id}/will`, payload: Buffer.from("gone"), qos: 1 } }).connected();
  console.log("connected");
  await new Promise(() => {});
}

async function restart() {
  const topic = `${id}/numbers`;
  const reader = await new Client(`${id}-r`, { isKept: true, reconnectPeriod: 200 }).connected();
  await reader.mqtt.subscribeAsync(topic, { qos: 2 });
  const writer = await new Client(`${id}-w`, { isKept: true, reconnectPeriod: 200 }).connected();
  let last = 0;
  let acknowledged = 0;
  let acknowledgedSince = 0;
  const lane = async () => {
    while (acknowledgedSince < 100) {
      const number = ++last;
      await writer.mqtt.publishAsync(topic, `${number}`, { qos: (number % 2) + 1 }).catch((error) => {
        // PUBREL again, after a PUBCOMP that the kill had taken with it: no error while recovering (MQTT 5.0 section 3.7.2.1).
        check(error.code === packetIdentifierNotFound && writer.breaks > 0, `${number}: ${error.message}`);
      });
      if (++acknowledged === 100) console.log("under way");
      if (reader.connects.length > 1 && writer.connects.length > 1) acknowledgedSince++;
    }
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  await allReceived(reader, last);
  await writer.mqtt.endAsync();
  await reader.mqtt.endAsync();
}

/** Each number has to come, those of QoS 2 (the odd ones) once. */
async function allReceived(reader, last) {
  const seen = new Map();
  while (seen.size < last) {
    const { payload, packet } = await reader.next();
    const number = Number(payload);
    const ids = `${seen.get(number)} and ${packet.messageId}`;
    check(!seen.has(number) || number % 2 === 0, `${number} of QoS 2 came twice, with packet ids ${ids}`);
    seen.set(number, packet.messageId);
  }
  console.log("received all");
}

setTimeout(() => fail("nothing more happened"), patienceMilliseconds).unref();
await { flows, will, restart }[scenario]();
console.log("done");
process.exit(0);
