/*
 * Paho for C against one listener. Usage: client SCENARIO URL PROTOCOL-VERSION CA-FILE ID. Prints a line per step; the last one
 * is "done". The scenarios are the same for each client: see RealClients/Scenario.cs.
 */
#include <MQTTAsync.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 50, NAME_BYTES = 128, WINDOW = 10 };

struct message {
  struct message *next;
  char topic[NAME_BYTES];
  char *payload;
  int bytes;
  int qos;
  int packet_id;
  bool is_retained;
  char content_type[NAME_BYTES];
  char response_topic[NAME_BYTES];
  char correlation[NAME_BYTES];
  int correlation_bytes;
  char colour[NAME_BYTES];
};

/* A client whose messages wait in a list until somebody takes them. Everything is under the one lock. */
struct client {
  MQTTAsync handle;
  char id[NAME_BYTES];
  int connects;
  bool is_present;
  int done; /* answers to what was asked for */
  int acknowledged;
  int acknowledged_since;
  struct client *reader;
  struct message *first, **last;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char url[NAME_BYTES];
static int version;
static const char *ca_file;
static const char *id;

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  _exit(1);
}

static void say(const char *text) {
  puts(text);
  fflush(stdout);
}

static void check(bool is_true, const char *text) {
  if (!is_true) fail("%s", text);
}

static void accept(int result, const char *what) {
  if (result != MQTTASYNC_SUCCESS) fail("%s: %s", what, MQTTAsync_strerror(result));
}

static void join(char *to, const char *first, const char *second) {
  snprintf(to, NAME_BYTES, "%s%s", first, second);
}

/* Waits for a change of anything, under the lock. */
static void await_change(const char *what) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += PATIENCE_SECONDS;
  if (pthread_cond_timedwait(&changed, &lock, &until) != 0) fail("%s: nothing more happened", what);
}

static void count(int *number) {
  pthread_mutex_lock(&lock);
  ++*number;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void await_count(int *number, int wanted, const char *what) {
  pthread_mutex_lock(&lock);
  while (*number < wanted) await_change(what);
  pthread_mutex_unlock(&lock);
}

static void on_done(void *context, MQTTAsync_successData *data) {
  (void)data;
  count(&((struct client *)context)->done);
}

static void on_done5(void *context, MQTTAsync_successData5 *data) {
  (void)data;
  count(&((struct client *)context)->done);
}

static void on_failure(void *context, MQTTAsync_failureData *data) {
  fail("%s: %d %s", ((struct client *)context)->id, data ? data->code : 0, data && data->message ? data->message : "failed");
}

static void on_failure5(void *context, MQTTAsync_failureData5 *data) {
  fail("%s: reason %d %s", ((struct client *)context)->id, data ? data->reasonCode : 0,
       data && data->message ? data->message : "failed");
}

static void on_connected(void *context, char *cause) {
  (void)cause;
  count(&((struct client *)context)->connects);
}

static void on_first_connect(void *context, MQTTAsync_successData *data) {
  ((struct client *)context)->is_present = data->alt.connect.sessionPresent != 0;
  on_done(context, data);
}

static void on_first_connect5(void *context, MQTTAsync_successData5 *data) {
  ((struct client *)context)->is_present = data->alt.connect.sessionPresent != 0;
  on_done5(context, data);
}

static void copy(char *to, MQTTProperties *from, enum MQTTPropertyCodes code) {
  MQTTProperty *property = MQTTProperties_getProperty(from, code);
  if (property == NULL || property->value.data.len >= NAME_BYTES) return;
  memcpy(to, property->value.data.data, (size_t)property->value.data.len);
}

static void take_properties(struct message *message, MQTTProperties *from) {
  copy(message->content_type, from, MQTTPROPERTY_CODE_CONTENT_TYPE);
  copy(message->response_topic, from, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
  copy(message->correlation, from, MQTTPROPERTY_CODE_CORRELATION_DATA);
  MQTTProperty *correlation = MQTTProperties_getProperty(from, MQTTPROPERTY_CODE_CORRELATION_DATA);
  if (correlation != NULL) message->correlation_bytes = correlation->value.data.len;
  MQTTProperty *user = MQTTProperties_getProperty(from, MQTTPROPERTY_CODE_USER_PROPERTY);
  if (user == NULL || user->value.data.len != 6 || memcmp(user->value.data.data, "colour", 6) != 0) return;
  if (user->value.value.len < NAME_BYTES) memcpy(message->colour, user->value.value.data, (size_t)user->value.value.len);
}

static int on_message(void *context, char *topic, int topic_bytes, MQTTAsync_message *received) {
  struct client *client = context;
  struct message *message = calloc(1, sizeof *message);
  message->payload = malloc((size_t)received->payloadlen + 1);
  if (received->payloadlen > 0) memcpy(message->payload, received->payload, (size_t)received->payloadlen);
  message->payload[received->payloadlen] = '\0';
  message->bytes = received->payloadlen;
  message->qos = received->qos;
  message->packet_id = received->msgid;
  message->is_retained = received->retained != 0;
  snprintf(message->topic, NAME_BYTES, "%.*s", topic_bytes > 0 ? topic_bytes : NAME_BYTES - 1, topic);
  if (version == MQTTVERSION_5) take_properties(message, &received->properties);
  MQTTAsync_freeMessage(&received);
  MQTTAsync_free(topic);
  pthread_mutex_lock(&lock);
  *client->last = message;
  client->last = &message->next;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  return 1;
}

static struct message *next(struct client *client) {
  pthread_mutex_lock(&lock);
  while (client->first == NULL) await_change(client->id);
  struct message *message = client->first;
  client->first = message->next;
  if (client->first == NULL) client->last = &client->first;
  pthread_mutex_unlock(&lock);
  return message;
}

static void release(struct message *message) {
  free(message->payload);
  free(message);
}

static MQTTAsync_responseOptions answer_to(struct client *client) {
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  options.context = client;
  if (version == MQTTVERSION_5) {
    options.onSuccess5 = on_done5;
    options.onFailure5 = on_failure5;
  } else {
    options.onSuccess = on_done;
    options.onFailure = on_failure;
  }
  return options;
}

static void connect_kept(struct client *client, bool is_kept, bool reconnects, MQTTAsync_willOptions *will) {
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
  MQTTAsync_connectOptions options5 = MQTTAsync_connectOptions_initializer5;
  MQTTProperties properties = MQTTProperties_initializer;
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  tls.trustStore = ca_file;
  tls.verify = 1;
  if (version == MQTTVERSION_5) {
    options = options5;
    options.cleanstart = !is_kept;
    MQTTProperty expiry = {.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, .value.integer4 = is_kept ? 3600 : 0};
    MQTTProperties_add(&properties, &expiry);
    options.connectProperties = &properties;
    options.onSuccess5 = on_first_connect5;
    options.onFailure5 = on_failure5;
  } else {
    options.MQTTVersion = version;
    options.cleansession = !is_kept;
    options.onSuccess = on_first_connect;
    options.onFailure = on_failure;
  }
  options.context = client;
  options.will = will;
  options.ssl = &tls;
  options.automaticReconnect = reconnects;
  options.minRetryInterval = 1;
  options.maxRetryInterval = 1;
  int before = client->done;
  accept(MQTTAsync_connect(client->handle, &options), "connect");
  await_count(&client->done, before + 1, "CONNACK");
  MQTTProperties_free(&properties);
}

static struct client *make(const char *client_id) {
  struct client *client = calloc(1, sizeof *client);
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
  options.MQTTVersion = version;
  options.sendWhileDisconnected = 1;
  client->last = &client->first;
  snprintf(client->id, NAME_BYTES, "%s", client_id);
  accept(MQTTAsync_createWithOptions(&client->handle, url, client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL, &options), "create");
  accept(MQTTAsync_setCallbacks(client->handle, client, NULL, on_message, NULL), "callbacks");
  accept(MQTTAsync_setConnected(client->handle, client, on_connected), "callbacks");
  return client;
}

static struct client *connect_as(const char *client_id, bool is_kept, bool reconnects) {
  struct client *client = make(client_id);
  connect_kept(client, is_kept, reconnects, NULL);
  return client;
}

static void subscribe(struct client *client, const char *topic, int qos) {
  MQTTAsync_responseOptions options = answer_to(client);
  int before = client->done;
  accept(MQTTAsync_subscribe(client->handle, topic, qos, &options), "subscribe");
  await_count(&client->done, before + 1, "SUBACK");
}

static void unsubscribe(struct client *client, const char *topic) {
  MQTTAsync_responseOptions options = answer_to(client);
  int before = client->done;
  accept(MQTTAsync_unsubscribe(client->handle, topic, &options), "unsubscribe");
  await_count(&client->done, before + 1, "UNSUBACK");
}

/* Publishes and waits until it is acknowledged as its QoS asks. */
static void publish(struct client *client, const char *topic, const void *payload, int bytes, int qos, bool is_retained,
                    MQTTProperties *properties) {
  MQTTAsync_message message = MQTTAsync_message_initializer;
  MQTTAsync_responseOptions options = answer_to(client);
  message.payload = (void *)payload;
  message.payloadlen = bytes;
  message.qos = qos;
  message.retained = is_retained;
  if (properties != NULL) message.properties = *properties;
  int before = client->done;
  accept(MQTTAsync_sendMessage(client->handle, topic, &message, &options), "publish");
  await_count(&client->done, before + 1, topic);
}

static void end(struct client *client) {
  MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
  MQTTAsync_disconnectOptions options5 = MQTTAsync_disconnectOptions_initializer5;
  if (version == MQTTVERSION_5) {
    options = options5;
    options.onSuccess5 = on_done5;
  } else {
    options.onSuccess = on_done;
  }
  options.context = client;
  options.timeout = PATIENCE_SECONDS * 1000;
  int before = client->done;
  accept(MQTTAsync_disconnect(client->handle, &options), "disconnect");
  await_count(&client->done, before + 1, "disconnect");
  MQTTAsync_destroy(&client->handle);
}

static void echoes(struct client *client) {
  static const int sizes[] = {0, 5, 70000, 1048576};
  char topic[NAME_BYTES], line[NAME_BYTES];
  join(topic, id, "/echo/#");
  subscribe(client, topic, 2);
  for (int i = 0; i < 4; i++) {
    for (int qos = 0; qos < 3; qos++) {
      char *sent = malloc((size_t)sizes[i] + 1);
      for (int at = 0; at < sizes[i]; at++) sent[at] = (char)(rand() >> 7);
      snprintf(topic, NAME_BYTES, "%s/echo/%d/%d", id, sizes[i], qos);
      publish(client, topic, sent, sizes[i], qos, false, NULL);
      struct message *message = next(client);
      if (strcmp(message->topic, topic) != 0 || message->qos != qos || message->is_retained)
        fail("%s: came as %s with QoS %d", topic, message->topic, message->qos);
      if (message->bytes != sizes[i] || memcmp(message->payload, sent, (size_t)sizes[i]) != 0)
        fail("%s: %d bytes that differ from the %d sent", topic, message->bytes, sizes[i]);
      free(sent);
      release(message);
      snprintf(line, NAME_BYTES, "echo %d %d", sizes[i], qos);
      say(line);
    }
  }
}

static void retained(struct client *client) {
  char topic[NAME_BYTES];
  join(topic, id, "/kept");
  publish(client, topic, "kept", 4, 1, true, NULL);
  subscribe(client, topic, 1);
  struct message *message = next(client);
  check(message->is_retained && strcmp(message->payload, "kept") == 0, "the retained message came without its flag");
  release(message);
  unsubscribe(client, topic);
  publish(client, topic, "", 0, 1, true, NULL);
  say("retained");
}

static void add(MQTTProperties *to, enum MQTTPropertyCodes code, const char *data, int bytes) {
  MQTTProperty property = {.identifier = code};
  property.value.data.data = (char *)data;
  property.value.data.len = bytes;
  check(MQTTProperties_add(to, &property) == 0, "a property cannot be added");
}

static void properties(struct client *client) {
  char ask[NAME_BYTES], answer[NAME_BYTES];
  join(ask, id, "/ask");
  join(answer, id, "/answer");
  subscribe(client, ask, 1);
  subscribe(client, answer, 1);
  MQTTProperties asked = MQTTProperties_initializer;
  add(&asked, MQTTPROPERTY_CODE_CONTENT_TYPE, "text/plain", 10);
  add(&asked, MQTTPROPERTY_CODE_RESPONSE_TOPIC, answer, (int)strlen(answer));
  add(&asked, MQTTPROPERTY_CODE_CORRELATION_DATA, "\0\1\377", 3);
  MQTTProperty user = {.identifier = MQTTPROPERTY_CODE_USER_PROPERTY};
  user.value.data = (MQTTLenString){6, "colour"};
  user.value.value = (MQTTLenString){3, "red"};
  check(MQTTProperties_add(&asked, &user) == 0, "a property cannot be added");
  publish(client, ask, "?", 1, 1, false, &asked);
  struct message *question = next(client);
  check(strcmp(question->content_type, "text/plain") == 0, "the content type is gone");
  check(strcmp(question->colour, "red") == 0, "the user property is gone");
  MQTTProperties answered = MQTTProperties_initializer;
  add(&answered, MQTTPROPERTY_CODE_CORRELATION_DATA, question->correlation, question->correlation_bytes);
  publish(client, question->response_topic, "!", 1, 0, false, &answered);
  struct message *reply = next(client);
  check(strcmp(reply->topic, answer) == 0, "the answer came elsewhere");
  check(reply->correlation_bytes == 3 && memcmp(reply->correlation, "\0\1\377", 3) == 0,
        "the correlation data is not what it was");
  release(question);
  release(reply);
  MQTTProperties_free(&asked);
  MQTTProperties_free(&answered);
  say("properties");
}

static void session(struct client *client) {
  char topic[NAME_BYTES], kept[NAME_BYTES], text[NAME_BYTES];
  join(topic, id, "/queue");
  join(kept, id, "-s");
  struct client *before = connect_as(kept, true, false);
  subscribe(before, topic, 2);
  end(before);
  for (int i = 0; i < 20; i++) {
    int bytes = snprintf(text, NAME_BYTES, "%d", i);
    publish(client, topic, text, bytes, i % 2 + 1, false, NULL);
  }
  struct client *after = connect_as(kept, true, false);
  /* MQTT 3.1 has no word for it in CONNACK. */
  check(after->is_present || version == MQTTVERSION_3_1, "the session is gone");
  /* A message of QoS 2 is handed out when PUBREL comes, which one of QoS 1 behind it may overtake: each QoS is in order. */
  int expected[] = {0, 0, 1};
  for (int i = 0; i < 20; i++) {
    struct message *message = next(after);
    if (message->qos == 0 || atoi(message->payload) != expected[message->qos])
      fail("%s with QoS %d, not %d", message->payload, message->qos, expected[message->qos]);
    expected[message->qos] += 2;
    release(message);
  }
  end(after);
  say("session");
}

static void flows(void) {
  struct client *client = connect_as(id, false, false);
  say("connected");
  echoes(client);
  retained(client);
  if (version == MQTTVERSION_5) properties(client);
  session(client);
  end(client);
}

static void will(void) {
  char topic[NAME_BYTES];
  join(topic, id, "/will");
  MQTTAsync_willOptions options = MQTTAsync_willOptions_initializer;
  options.topicName = topic;
  options.message = "gone";
  options.qos = 1;
  struct client *client = make(id);
  connect_kept(client, false, false, &options);
  say("connected");
  sleep(PATIENCE_SECONDS);
}

static void on_number(struct client *writer) {
  pthread_mutex_lock(&lock);
  if (++writer->acknowledged == 100) say("under way");
  if (writer->connects > 1 && writer->reader->connects > 1) writer->acknowledged_since++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void on_number_done(void *context, MQTTAsync_successData *data) {
  (void)data;
  on_number(context);
}

static void on_number_done5(void *context, MQTTAsync_successData5 *data) {
  (void)data;
  on_number(context);
}

static void on_number_failure5(void *context, MQTTAsync_failureData5 *data) {
  struct client *writer = context;
  /* PUBREL again, after a PUBCOMP that the kill had taken with it: no error while recovering (MQTT 5.0 section 3.7.2.1). */
  if (data == NULL || data->reasonCode != MQTTREASONCODE_PACKET_IDENTIFIER_NOT_FOUND || writer->connects < 2)
    on_failure5(context, data);
  on_number(writer);
}

/* Publishes numbers, ten at a time, until a hundred were acknowledged after both came back. Returns the last one. */
static int write_numbers(struct client *writer, const char *topic) {
  char text[NAME_BYTES];
  int last = 0;
  for (bool is_over = false; !is_over;) {
    pthread_mutex_lock(&lock);
    while (last - writer->acknowledged >= WINDOW) await_change("PUBACK");
    is_over = writer->acknowledged_since >= 100;
    pthread_mutex_unlock(&lock);
    if (is_over) break;
    MQTTAsync_responseOptions options = answer_to(writer);
    if (version == MQTTVERSION_5) {
      options.onSuccess5 = on_number_done5;
      options.onFailure5 = on_number_failure5;
    } else {
      options.onSuccess = on_number_done;
    }
    int bytes = snprintf(text, NAME_BYTES, "%d", ++last);
    accept(MQTTAsync_send(writer->handle, topic, bytes, text, last % 2 + 1, 0, &options), "publish");
  }
  await_count(&writer->acknowledged, last, "the last PUBACK");
  return last;
}

static void restart(void) {
  char topic[NAME_BYTES], reads[NAME_BYTES], writes[NAME_BYTES];
  join(topic, id, "/numbers");
  join(reads, id, "-r");
  join(writes, id, "-w");
  struct client *reader = connect_as(reads, true, true);
  subscribe(reader, topic, 2);
  struct client *writer = make(writes);
  writer->reader = reader;
  connect_kept(writer, true, true, NULL);
  int last = write_numbers(writer, topic);
  int *seen = calloc((size_t)last + 1, sizeof *seen);
  for (int missing = last; missing > 0;) {
    struct message *message = next(reader);
    int number = atoi(message->payload);
    check(number >= 1 && number <= last, "a number that was not sent");
    if (seen[number] != 0 && number % 2 == 1)
      fail("%d of QoS 2 came twice, with packet ids %d and %d", number, seen[number], message->packet_id);
    if (seen[number] == 0) missing--;
    seen[number] = message->packet_id;
    release(message);
  }
  free(seen);
  say("received all");
  end(writer);
  end(reader);
}

int main(int count_of_arguments, char **arguments) {
  if (count_of_arguments != 6) fail("usage: client SCENARIO URL PROTOCOL-VERSION CA-FILE ID");
  const char *scenario = arguments[1], *given = arguments[2];
  if (strncmp(given, "mqtts://", 8) == 0) join(url, "ssl://", given + 8);
  else if (strncmp(given, "mqtt://", 7) == 0) join(url, "tcp://", given + 7);
  else join(url, given, "");
  version = atoi(arguments[3]);
  ca_file = arguments[4];
  id = arguments[5];
  MQTTAsync_init_options options = MQTTAsync_init_options_initializer;
  options.do_openssl_init = 1;
  MQTTAsync_global_init(&options);
  if (strcmp(scenario, "flows") == 0) flows();
  else if (strcmp(scenario, "will") == 0) will();
  else if (strcmp(scenario, "restart") == 0) restart();
  else fail("no scenario is called %s", scenario);
  say("done");
  _exit(0);
}
