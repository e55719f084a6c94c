// node flatbuffers.js <port>: a client of the binary protocol, with the code that flatc generates
// from schema/protocol.fbs.
import * as flatbuffers from "flatbuffers";

import { Event } from "./generated/courtside/fbs/event";
import { EventMessage } from "./generated/courtside/fbs/event-message";
import { ClientBody } from "./generated/courtside/fbs/client-body";
import { ClientMessage } from "./generated/courtside/fbs/client-message";
import { FromKind } from "./generated/courtside/fbs/from-kind";
import { Gap } from "./generated/courtside/fbs/gap";
import { Hello } from "./generated/courtside/fbs/hello";
import { Live } from "./generated/courtside/fbs/live";
import { Progress } from "./generated/courtside/fbs/progress";
import { ServerBody } from "./generated/courtside/fbs/server-body";
import { ServerMessage } from "./generated/courtside/fbs/server-message";
import { Subscribe } from "./generated/courtside/fbs/subscribe";
import { Subscribed } from "./generated/courtside/fbs/subscribed";
import { Welcome } from "./generated/courtside/fbs/welcome";

const [port] = process.argv.slice(2);
let position: string | null = null;

function message(type: ClientBody, write: (builder: flatbuffers.Builder) => number): Uint8Array {
  const builder = new flatbuffers.Builder();
  const body = write(builder);
  ClientMessage.startClientMessage(builder);
  ClientMessage.addBodyType(builder, type);
  ClientMessage.addBody(builder, body);
  builder.finish(ClientMessage.endClientMessage(builder), "CSCM");
  return builder.asUint8Array();
}

const hello = () =>
  message(ClientBody.Hello, (builder) => {
    Hello.startHello(builder);
    return Hello.endHello(builder);
  });

const subscribe = () =>
  message(ClientBody.Subscribe, (builder) => {
    const channels = Subscribe.createChannelsVector(builder, [builder.createString("user:42")]);
    const after = position === null ? 0 : builder.createString(position);
    Subscribe.startSubscribe(builder);
    Subscribe.addId(builder, 1);
    Subscribe.addSub(builder, 1);
    Subscribe.addChannels(builder, channels);
    if (position !== null) {
      Subscribe.addFrom(builder, FromKind.After);
      Subscribe.addAfter(builder, after);
    }
    return Subscribe.endSubscribe(builder);
  });

function connect() {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, "courtside.v1.flatbuffers");
  socket.binaryType = "arraybuffer";
  let heartbeat = 25_000;
  let live = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const lost = () => {
    clearTimeout(silence);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    setTimeout(connect, 1000 * Math.random());
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(lost, 2 * heartbeat);
  };
  const take = (server: ServerMessage) => {
    const is = <Body>(body: Body): Body => server.body(body as never) as Body;
    switch (server.bodyType()) {
      case ServerBody.Welcome:
        heartbeat = is(new Welcome()).heartbeat();
        return socket.send(subscribe());
      case ServerBody.Subscribed:
        position = is(new Subscribed()).after();
        return;
      case ServerBody.EventMessage: {
        const told = is(new EventMessage());
        const event = Event.getRootAsEvent(new flatbuffers.ByteBuffer(told.eventArray()!));
        console.log("event", event.id());
        position = told.position();
        return;
      }
      case ServerBody.Live:
        live = true;
        position = is(new Live()).position();
        console.log("live");
        return;
      case ServerBody.Behind:
        live = false;
        return;
      case ServerBody.Gap:
        position = is(new Gap()).to();
        console.log("gap", is(new Gap()).from(), position);
        return;
      case ServerBody.Progress:
        if (live) position = is(new Progress()).position();
    }
  };
  socket.onopen = () => socket.send(hello());
  socket.onmessage = ({ data }) => {
    take(ServerMessage.getRootAsServerMessage(new flatbuffers.ByteBuffer(new Uint8Array(data))));
    heard();
  };
  socket.onclose = lost;
  heard();
}
connect();
