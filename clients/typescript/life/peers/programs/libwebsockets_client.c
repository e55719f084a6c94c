/* A client on libwebsockets: libwebsockets_client ws|wss <host> <port>
 *
 * Prints each event's sequence and type. SSL_CERT_FILE names the certificates of the authorities.
 * Threads: one, the library's loop. */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES_MAX = 512 * 1024, FIELD_BYTES_MAX = 128, REFUSED = 4400 };

static struct lws_context* context;
static struct lws* connection;
static lws_sorted_usec_list_t again, silence; /* timers */
static const char *host, *is_secure;
static int port;

static char after[FIELD_BYTES_MAX]; /* the position to go on from */
static int wait_ms = 500;           /* the longest pause */
static int heartbeat_ms, is_live, close_code;
static char message[MESSAGE_BYTES_MAX + 1]; /* the fragments of a message */
static size_t message_bytes;
static char outgoing[LWS_PRE + 512]; /* at most one message waits to be sent */

static void send_soon(const char* text) {
  snprintf(outgoing + LWS_PRE, sizeof outgoing - LWS_PRE, "%s", text);
  lws_callback_on_writable(connection);
}

/* The server writes its own fields before those of the event, and the fields read here contain no
 * escapes. */
static const char* field(const char* text, const char* name, char* out) {
  char key[FIELD_BYTES_MAX];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char* at = strstr(text, key);
  size_t size = 0;
  if (at != NULL) {
    at += strlen(key);
    if (*at == '"') ++at;
    size = strcspn(at, "\",}");
    if (size >= FIELD_BYTES_MAX) size = FIELD_BYTES_MAX - 1;
    memcpy(out, at, size);
  }
  out[size] = '\0';
  return out;
}

static void handle_event(void) {
  char sequence[FIELD_BYTES_MAX], type[FIELD_BYTES_MAX];
  const char* event = strstr(message, "\"event\":{");
  if (event == NULL) return;
  printf("%s %s\n", field(event, "sequence", sequence), field(event, "type", type));
  field(message, "position", after);
}

/* Returns -1 when the connection is to be closed. */
static int handle(void) {
  char type[FIELD_BYTES_MAX], value[FIELD_BYTES_MAX], text[512];
  field(message, "type", type);
  if (strcmp(type, "welcome") == 0) {
    heartbeat_ms = atoi(field(message, "heartbeat", value));
    const char* form = after[0] == '\0' ? "\"now\"%s" : "{\"after\":\"%s\"}";
    char from[2 * FIELD_BYTES_MAX];
    snprintf(from, sizeof from, form, after);
    snprintf(text, sizeof text,
             "{\"type\":\"subscribe\",\"id\":1,\"sub\":1,\"channels\":[\"user:42\"],\"from\":%s}", from);
    send_soon(text);
  } else if (strcmp(type, "subscribed") == 0) {
    field(message, "after", after);
    wait_ms = 500;
  } else if (strcmp(type, "event") == 0) {
    handle_event();
  } else if (strcmp(type, "live") == 0) {
    is_live = 1;
    puts("live");
    field(message, "position", after);
  } else if (strcmp(type, "behind") == 0) {
    is_live = 0;
  } else if (strcmp(type, "progress") == 0) {
    if (is_live) field(message, "position", after);
  } else if (strcmp(type, "gap") == 0) {
    puts(message);
    field(message, "to", after);
  } else if (strcmp(type, "error") == 0 || strcmp(type, "unsubscribed") == 0) {
    puts(message);
    if (strcmp(field(message, "retryable", value), "true") == 0) return -1;
  }
  return 0;
}

static void on_silence(lws_sorted_usec_list_t* timer) {
  (void)timer;
  if (connection != NULL) lws_set_timeout(connection, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static void heard(void) {
  lws_sul_schedule(context, 0, &silence, on_silence, 2 * heartbeat_ms * LWS_US_PER_MS);
}

static void connect_again(lws_sorted_usec_list_t* timer);

static void lost(void) {
  connection = NULL;
  lws_sul_cancel(&silence);
  if (close_code >= REFUSED && close_code != 4401 && close_code != 4408 && close_code != 4429) {
    printf("refused %d\n", close_code);
    exit(1);
  }
  /* back-off with full jitter */
  lws_sul_schedule(context, 0, &again, connect_again, (lws_usec_t)(wait_ms * drand48() * LWS_US_PER_MS));
  wait_ms = 2 * wait_ms < 30000 ? 2 * wait_ms : 30000;
}

static int take(struct lws* wsi, const char* bytes, size_t size) {
  if (message_bytes + size > MESSAGE_BYTES_MAX) return -1;
  memcpy(message + message_bytes, bytes, size);
  message_bytes += size;
  if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) != 0) return 0;
  message[message_bytes] = '\0';
  message_bytes = 0;
  return handle();
}

static int on_event(struct lws* wsi, enum lws_callback_reasons reason, void* user, void* in, size_t size) {
  (void)user;
  switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      connection = wsi;
      send_soon("{\"type\":\"hello\"}");
      break;
    case LWS_CALLBACK_CLIENT_WRITEABLE: {
      const size_t length = strlen(outgoing + LWS_PRE);
      if (length == 0) break;
      if (lws_write(wsi, (unsigned char*)outgoing + LWS_PRE, length, LWS_WRITE_TEXT) < 0) return -1;
      outgoing[LWS_PRE] = '\0';
      break;
    }
    case LWS_CALLBACK_CLIENT_RECEIVE:
      heard();
      return take(wsi, in, size);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      if (size >= 2) close_code = ((unsigned char*)in)[0] << 8 | ((unsigned char*)in)[1];
      break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLIENT_CLOSED:
      lost();
      break;
    default:
      break;
  }
  return 0;
}

static const struct lws_protocols protocols[] = {{"courtside.v1.json", on_event, 0, 4096, 0, NULL, 0},
                                                 {NULL, NULL, 0, 0, 0, NULL, 0}};

static void connect_again(lws_sorted_usec_list_t* timer) {
  (void)timer;
  struct lws_client_connect_info info;
  memset(&info, 0, sizeof info);
  info.context = context;
  info.address = host;
  info.port = port;
  info.path = "/v1/ws";
  info.host = host;
  info.protocol = protocols[0].name;
  info.ssl_connection = is_secure != NULL ? LCCSCF_USE_SSL : 0;
  info.pwsi = &connection;
  heartbeat_ms = 25000;
  message_bytes = 0;
  is_live = close_code = 0;
  outgoing[LWS_PRE] = '\0';
  heard();
  if (lws_client_connect_via_info(&info) == NULL && again.list.owner == NULL) lost();
}

int main(int count, char** arguments) {
  if (count != 4) return 64;
  setvbuf(stdout, NULL, _IOLBF, 0);
  is_secure = strcmp(arguments[1], "wss") == 0 ? arguments[1] : NULL;
  host = arguments[2];
  port = atoi(arguments[3]);
  srand48(port);
  lws_set_log_level(0, NULL);
  struct lws_context_creation_info info;
  memset(&info, 0, sizeof info);
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = protocols;
  info.client_ssl_ca_filepath = getenv("SSL_CERT_FILE");
  context = lws_create_context(&info);
  if (context == NULL) return 70;
  lws_sul_schedule(context, 0, &again, connect_again, 1);
  while (lws_service(context, 0) >= 0) continue;
  lws_context_destroy(context);
  return 0;
}
