#!/usr/bin/env bash
# OpenJDK 17.0.15 (Debian 12): the WebSocket of java.net.http sometimes never tells that its connection ended.
#
# A server answers the upgrade, sends a text frame, and then closes the connection, all at once. The listener gets the
# frame in onText and asks for more, as it must. Then it should get onClose with 1006. In about one of 1000 connections
# it gets neither onClose nor onError, also not ten seconds later. The same happens when the frame is incomplete.
#
# Seen, ends of 2000 that were not reported: 0, 1 and 4 behind a whole frame, 1 and 3 behind the first byte of one.
#
# A client must have a timer for silence anyway (docs/protocol.md, liveness), and resumes without loss. Before it knows
# the server's heartbeat, that takes 50 s; clients/typescript/life/peers has seen it. It needs Debian's openjdk-17-jdk.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >Ends.java <<'END_OF_PROGRAM'
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;

public class Ends {
  static void serve(ServerSocket server) {
    for (;;) {
      try (Socket socket = server.accept()) {
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
        String key = "";
        for (String line; !(line = in.readLine()).isEmpty();)
          if (line.toLowerCase().startsWith("sec-websocket-key:")) key = line.substring(18).trim();
        byte[] hash = MessageDigest.getInstance("SHA-1")
            .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(hash) + "\r\n\r\n").getBytes());
        out.write(new byte[] {(byte) 0x81, 3, 'o', 'n', 'e'});
        socket.getOutputStream().write(out.toByteArray());
      } catch (Exception gone) {
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(() -> serve(server));
    thread.setDaemon(true);
    thread.start();
    HttpClient http = HttpClient.newHttpClient();
    URI url = URI.create("ws://127.0.0.1:" + server.getLocalPort());
    int missed = 0;
    for (int round = 0; round < 10 && missed == 0; ++round) missed = missed(http, url);
    System.err.println(missed + " ends of 2000 not reported");
    System.out.println(missed == 0 ? "all reported" : "some not reported");
    System.exit(0);
  }

  // How many of 2000 ends are not reported within ten seconds.
  static int missed(HttpClient http, URI url) throws Exception {
    List<WebSocket> sockets = new ArrayList<>();
    Set<Integer> silent = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 2000; ++i) {
      int number = i;
      silent.add(number);
      sockets.add(http.newWebSocketBuilder().buildAsync(url, new WebSocket.Listener() {
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean isLast) {
          socket.request(1);
          return null;
        }
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
          silent.remove(number);
          return null;
        }
        public void onError(WebSocket socket, Throwable error) {
          silent.remove(number);
        }
      }).get());
    }
    for (int i = 0; i < 100 && !silent.isEmpty(); ++i) Thread.sleep(100);
    return silent.size();
  }
}
END_OF_PROGRAM
timeout 300 java Ends.java | tee seen
grep -qx "some not reported" seen
