"""Paho for Python against one listener.

Usage: client.py SCENARIO URL PROTOCOL-VERSION CA-FILE ID. Prints a line per step; the last one is "done". The scenarios are the
same for each client: see RealClients/Scenario.cs.
"""

import os
import queue
import sys
import threading
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SCENARIO, URL, VERSION, CA_FILE, ID = sys.argv[1:]
IS_FIVE = VERSION == "5"
PATIENCE_SECONDS = 50
PROTOCOLS = {"3": mqtt.MQTTv31, "4": mqtt.MQTTv311, "5": mqtt.MQTTv5}


def say(text):
    print(text, flush=True)


def fail(text):
    print(text, file=sys.stderr, flush=True)
    os._exit(1)


def check(is_true, text):
    if not is_true:
        fail(text)


class Client:
    """A client whose messages wait in a queue until somebody takes them."""

    def __init__(self, client_id, is_kept=False, reconnects=False, will=None):
        self.id = client_id
        self.messages = queue.Queue()
        self.connects = []
        self.connected = threading.Event()
        self.subscribed = threading.Event()
        self.published = lambda: None
        self.is_leaving = reconnects
        url = urlsplit(URL)
        transport = "websockets" if url.scheme.startswith("ws") else "tcp"
        self.mqtt = mqtt.Client(
            client_id, clean_session=None if IS_FIVE else not is_kept, protocol=PROTOCOLS[VERSION], transport=transport,
            reconnect_on_failure=reconnects)
        if url.scheme in ("mqtts", "wss"):
            self.mqtt.tls_set(CA_FILE)
        if transport == "websockets":
            self.mqtt.ws_set_options("/mqtt")
        if will:
            self.mqtt.will_set(will, "gone", qos=1)
        self.mqtt.reconnect_delay_set(1, 1)
        self.mqtt.on_connect = self.on_connect
        self.mqtt.on_disconnect = self.on_disconnect
        self.mqtt.on_subscribe = lambda *_: self.subscribed.set()
        self.mqtt.on_publish = lambda *_: self.published()
        self.mqtt.on_message = lambda _client, _user, message: self.messages.put(message)
        more = {}
        if IS_FIVE:
            properties = Properties(PacketTypes.CONNECT)
            if is_kept:
                properties.SessionExpiryInterval = 3600
            more = {"clean_start": not is_kept, "properties": properties}
        self.mqtt.connect(url.hostname, url.port, **more)
        self.mqtt.loop_start()
        check(self.connected.wait(PATIENCE_SECONDS), f"{client_id}: no CONNACK")

    def on_connect(self, _client, _user, flags, reason, _properties=None):
        check(reason == 0, f"{self.id}: refused, {reason}")
        self.connects.append(bool(flags["session present"]))
        self.connected.set()

    def on_disconnect(self, _client, _user, reason, _properties=None):
        check(self.is_leaving, f"{self.id}: the broker closed the connection, {reason}")

    def subscribe(self, topic, qos):
        self.subscribed.clear()
        self.mqtt.subscribe(topic, qos)
        check(self.subscribed.wait(PATIENCE_SECONDS), f"{topic}: no SUBACK")

    def publish(self, topic, payload, qos=0, retain=False, properties=None):
        """Publishes and waits until it is acknowledged as its QoS asks."""
        info = self.mqtt.publish(topic, payload, qos, retain, **({"properties": properties} if IS_FIVE else {}))
        info.wait_for_publish(PATIENCE_SECONDS)
        check(info.is_published(), f"{topic}: not acknowledged")

    def next(self):
        try:
            return self.messages.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            fail(f"{self.id}: no message")

    def end(self):
        self.is_leaving = True
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


def flows():
    client = Client(ID)
    say("connected")
    echoes(client)
    retained(client)
    if IS_FIVE:
        properties(client)
    session(client)
    client.end()


def echoes(client):
    client.subscribe(f"{ID}/echo/#", 2)
    for count in (0, 5, 70_000, 1_048_576):
        for qos in (0, 1, 2):
            topic = f"{ID}/echo/{count}/{qos}"
            sent = os.urandom(count)
            client.publish(topic, sent, qos)
            message = client.next()
            check((message.topic, message.qos, message.retain) == (topic, qos, False),
                  f"{topic}: came as {message.topic} with QoS {message.qos}")
            check(message.payload == sent, f"{topic}: {len(message.payload)} bytes that differ from the {count} sent")
            say(f"echo {count} {qos}")


def retained(client):
    topic = f"{ID}/kept"
    client.publish(topic, "kept", 1, retain=True)
    client.subscribe(topic, 1)
    message = client.next()
    check(message.retain and message.payload == b"kept", "the retained message came without its flag")
    client.mqtt.unsubscribe(topic)
    client.publish(topic, "", 1, retain=True)
    say("retained")


def properties(client):
    client.subscribe(f"{ID}/ask", 1)
    client.subscribe(f"{ID}/answer", 1)
    asked = Properties(PacketTypes.PUBLISH)
    asked.ContentType = "text/plain"
    asked.UserProperty = ("colour", "red")
    asked.ResponseTopic = f"{ID}/answer"
    asked.CorrelationData = b"\x00\x01\xff"
    client.publish(f"{ID}/ask", "?", 1, properties=asked)
    question = client.next().properties
    check(question.ContentType == "text/plain", "the content type is gone")
    check(question.UserProperty == [("colour", "red")], "the user property is gone")
    answered = Properties(PacketTypes.PUBLISH)
    answered.CorrelationData = question.CorrelationData
    client.publish(question.ResponseTopic, "!", properties=answered)
    answer = client.next()
    check(answer.topic == f"{ID}/answer", f"the answer came as {answer.topic}")
    check(answer.properties.CorrelationData == b"\x00\x01\xff", "the correlation data is not what it was")
    say("properties")


def session(client):
    topic = f"{ID}/queue"
    before = Client(f"{ID}-s", is_kept=True)
    before.subscribe(topic, 2)
    before.end()
    for i in range(20):
        client.publish(topic, f"{i}", i % 2 + 1)
    after = Client(f"{ID}-s", is_kept=True)
    # MQTT 3.1 has no word for it in CONNACK.
    check(after.connects[0] or VERSION == "3", "the session is gone")
    # A message of QoS 2 is handed out when PUBREL comes, which one of QoS 1 behind it may overtake: each QoS is in order.
    expected = {1: 0, 2: 1}
    for _ in range(20):
        message = after.next()
        check(message.payload == b"%d" % expected[message.qos],
              f"{message.payload} with QoS {message.qos}, not {expected[message.qos]}")
        expected[message.qos] += 2
    after.end()
    say("session")


def will():
    client = Client(ID, will=f"{ID}/will")
    say("connected")
    client.next()


def restart():
    topic = f"{ID}/numbers"
    reader = Client(f"{ID}-r", is_kept=True, reconnects=True)
    reader.subscribe(topic, 2)
    writer = Client(f"{ID}-w", is_kept=True, reconnects=True)
    room = threading.Semaphore(10)
    counts = {"acknowledged": 0, "since": 0}

    def on_published():
        counts["acknowledged"] += 1
        if counts["acknowledged"] == 100:
            say("under way")
        if len(reader.connects) > 1 and len(writer.connects) > 1:
            counts["since"] += 1
        room.release()

    writer.published = on_published
    last = 0
    while counts["since"] < 100:
        check(room.acquire(timeout=PATIENCE_SECONDS), "nothing is acknowledged")
        last += 1
        writer.mqtt.publish(topic, f"{last}", last % 2 + 1)
    for _ in range(10):
        check(room.acquire(timeout=PATIENCE_SECONDS), "the last ones are not acknowledged")

    # When two attempts to reconnect fail one after the other, Paho 1.6.1 forgets which messages have had their PUBREC, and publishes
    # those again: they are new messages then. A delivery that comes twice has its packet id twice.
    seen = {}
    while len(seen) < last:
        message = reader.next()
        number = int(message.payload)
        check(number % 2 == 0 or seen.get(number) != message.mid,
              f"{number} of QoS 2 came twice with packet id {message.mid}")
        seen[number] = message.mid
    say("received all")
    writer.end()
    reader.end()


{"flows": flows, "will": will, "restart": restart}[SCENARIO]()
say("done")
