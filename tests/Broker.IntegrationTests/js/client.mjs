// One MQTT.js client against one listener: subscribes, publishes to itself in every QoS, small and large, and checks each
// byte that comes back. Usage: node client.mjs URL PROTOCOL-VERSION [CA-FILE]. Prints a line per step; the last one is "done".
import { readFileSync } from "node:fs";
import { randomBytes, randomUUID } from "node:crypto";
import mqtt from "mqtt";

const [url, version, caFile] = process.argv.slice(2);
const patienceMilliseconds = 20_000;

const options = {
  protocolVersion: Number(version),
  protocolId: version === "3" ? "MQIsdp" : "MQTT",
  clientId: `js-${randomUUID().slice(0, 8)}`,
  reconnectPeriod: 0,
  connectTimeout: patienceMilliseconds,
  ca: caFile ? readFileSync(caFile) : undefined,
};

function fail(text) {
  console.error(text);
  process.exit(1);
}

const tooLate = setTimeout(() => fail("nothing more happened"), patienceMilliseconds);
const client = await mqtt.connectAsync(url, options);
console.log(`connected ${client.options.protocolId} ${client.options.protocolVersion} ${client.stream.socket?.protocol ?? ""}`);

const waiting = new Map();
client.on("message", (topic, payload, packet) => {
  const take = waiting.get(topic);
  if (!take) fail(`unexpected message on ${topic}`);
  waiting.delete(topic);
  take({ payload, packet });
});
client.on("error", (error) => fail(`error: ${error.message}`));
client.on("close", () => {
  if (!client.disconnecting) fail("the broker closed the connection");
});

const root = `js/${options.clientId}`;
await client.subscribeAsync(`${root}/#`, { qos: 2 });

// 300 KB is more than one WebSocket frame of the client and more than one read of the broker.
for (const bytes of [0, 5, 70_000, 300_000]) {
  for (const qos of [0, 1, 2]) {
    const topic = `${root}/${bytes}/${qos}`;
    const sent = randomBytes(bytes);
    const received = new Promise((resolve) => waiting.set(topic, resolve));
    const properties = { userProperties: { colour: "red" }, contentType: "application/octet-stream" };
    await client.publishAsync(topic, sent, { qos, ...(version === "5" ? { properties } : {}) });
    const { payload, packet } = await received;
    if (!payload.equals(sent)) fail(`${topic}: ${payload.length} bytes that differ from the ${bytes} sent`);
    if (packet.qos !== qos) fail(`${topic}: came with QoS ${packet.qos}`);
    if (version === "5" && packet.properties?.userProperties?.colour !== "red") fail(`${topic}: the user property is gone`);
    console.log(`echo ${bytes} ${qos}`);
  }
}

const retainedTopic = `retained/${options.clientId}`;
await client.publishAsync(retainedTopic, "kept", { qos: 1, retain: true });
const kept = new Promise((resolve) => waiting.set(retainedTopic, resolve));
await client.subscribeAsync(retainedTopic, { qos: 1 });
if ((await kept).packet.retain !== true) fail("the retained message came without its flag");
client.removeAllListeners("message");
await client.publishAsync(retainedTopic, "", { qos: 1, retain: true });
console.log("retained");

await client.endAsync();
clearTimeout(tooLate);
console.log("done");
