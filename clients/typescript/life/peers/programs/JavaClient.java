// A client on java.net.http: java JavaClient.java <URL of /v1/ws>
//
// Prints each event's sequence and type. The trust store comes from javax.net.ssl.trustStore.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class JavaClient {
  static final String CHANNEL = "user:42";
  static final int REFUSED = 4400; // from this close code on

  static String after; // the position to go on from
  static double waitMs = 500; // the longest pause

  // Whole messages; "" is the end of the connection. It asks for the next message when the last one
  // was handled, so the queue holds one or two.
  static class Messages implements WebSocket.Listener {
    final BlockingQueue<String> queue = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    volatile int closeCode;

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean isLast) {
      text.append(part);
      if (isLast) {
        queue.add(text.toString());
        text.setLength(0);
      } else {
        socket.request(1);
      }
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closeCode = code;
      queue.add("");
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      queue.add("");
    }
  }

  // The JDK has no JSON parser. The server writes its own fields before those of the event, and the
  // fields read here contain no escapes.
  static String field(String message, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(message);
    return found.find() ? found.group(1) : "";
  }

  static void session(HttpClient http, URI url) throws Exception {
    Messages messages = new Messages();
    long heartbeatMs = 25_000;
    WebSocket socket = http.newWebSocketBuilder()
        .subprotocols("courtside.v1.json")
        .connectTimeout(Duration.ofMillis(2 * heartbeatMs))
        .buildAsync(url, messages)
        .get();
    try {
      socket.sendText("{\"type\":\"hello\"}", true).get();
      boolean isLive = false;
      for (;;) {
        String message = messages.queue.poll(2 * heartbeatMs, TimeUnit.MILLISECONDS);
        if (message == null || message.isEmpty()) break; // silent, or ended
        String type = field(message, "type");
        switch (type) {
          case "welcome" -> {
            heartbeatMs = Long.parseLong(field(message, "heartbeat"));
            String from = after == null ? "\"now\"" : "{\"after\":\"" + after + "\"}";
            socket.sendText("{\"type\":\"subscribe\",\"id\":1,\"sub\":1,\"channels\":[\"" + CHANNEL
                + "\"],\"from\":" + from + "}", true).get();
          }
          case "subscribed" -> {
            after = field(message, "after");
            waitMs = 500;
          }
          case "event" -> {
            String event = message.substring(message.indexOf("\"event\":{"));
            System.out.println(field(event, "sequence") + " " + field(event, "type"));
            after = field(message, "position");
          }
          case "live" -> {
            isLive = true;
            System.out.println("live");
            after = field(message, "position");
          }
          case "behind" -> isLive = false;
          case "progress" -> {
            if (isLive) after = field(message, "position");
          }
          case "gap" -> {
            System.out.println("gap " + field(message, "from") + " " + field(message, "to"));
            after = field(message, "to");
          }
          case "error", "unsubscribed" -> {
            System.out.println(message);
            if (field(message, "retryable").equals("true")) return;
          }
          default -> {} // ping, draining
        }
        socket.request(1);
      }
    } finally {
      socket.abort();
    }
    int code = messages.closeCode;
    if (code >= REFUSED && code != 4401 && code != 4408 && code != 4429) {
      System.out.println("refused " + code);
      System.exit(1);
    }
  }

  public static void main(String[] arguments) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    URI url = URI.create(arguments[0]);
    for (;;) {
      try {
        session(http, url);
      } catch (java.util.concurrent.ExecutionException lost) {
        // Refused, reset, or a proxy's 502.
      }
      Thread.sleep((long) (waitMs * Math.random())); // back-off with full jitter
      waitMs = Math.min(2 * waitMs, 30_000);
    }
  }
}
