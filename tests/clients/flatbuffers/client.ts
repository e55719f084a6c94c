// A TypeScript client of courtside.v1.flatbuffers, with nothing but the code that flatc makes: it says
// "this subject must not exist yet" in both ways that the schema has, and prints what came back.
//
//   node client.js URL
import * as flatbuffers from 'flatbuffers';
import WebSocket from 'ws';
import { Event } from './generated/event_generated';
import {
  ClientBody, ClientMessage, ErrorReply, Hello, Ok, Publish, ServerBody, ServerMessage,
} from './generated/protocol_generated';

function message(kind: ClientBody, make: (builder: flatbuffers.Builder) => number): Uint8Array {
  const builder = new flatbuffers.Builder();
  const body = make(builder);
  ClientMessage.startClientMessage(builder);
  ClientMessage.addBodyType(builder, kind);
  ClientMessage.addBody(builder, body);
  ClientMessage.finishClientMessageBuffer(builder, ClientMessage.endClientMessage(builder));
  return builder.asUint8Array();
}

function event(id: string, subject: string): Uint8Array {
  const builder = new flatbuffers.Builder();
  const [idText, source, type, about] =
    [id, '/ts', 'note.added', subject].map((text) => builder.createString(text));
  Event.startEvent(builder);
  Event.addId(builder, idText);
  Event.addSource(builder, source);
  Event.addType(builder, type);
  Event.addSubject(builder, about);
  Event.finishEventBuffer(builder, Event.endEvent(builder));
  return builder.asUint8Array();
}

type Condition = 'none' | 'mustnotexist' | 'expectedversion 0' | 'expectedversion 1';

function publish(id: number, subject: string, condition: Condition): Uint8Array {
  return message(ClientBody.Publish, (builder) => {
    const bytes = Publish.createEventVector(builder, event(`e${id}`, subject));
    Publish.startPublish(builder);
    Publish.addId(builder, id);
    Publish.addEvent(builder, bytes);
    if (condition === 'mustnotexist') Publish.addMustnotexist(builder, true);
    if (condition === 'expectedversion 0') Publish.addExpectedversion(builder, BigInt(0));
    if (condition === 'expectedversion 1') Publish.addExpectedversion(builder, BigInt(1));
    return Publish.endPublish(builder);
  });
}

const wanted: [string, Condition][] = [
  ['note:a', 'mustnotexist'], ['note:a', 'mustnotexist'], ['note:b', 'none'],
  ['note:b', 'mustnotexist'], ['note:b', 'expectedversion 1'],
];

function answer(bytes: Buffer): string | undefined {
  const buffer = new flatbuffers.ByteBuffer(new Uint8Array(bytes));
  const got = ServerMessage.getRootAsServerMessage(buffer);
  if (got.bodyType() === ServerBody.Ok) {
    const ok = got.body(new Ok()) as Ok;
    return `${ok.id()} version ${ok.subjectversion()}`;
  }
  if (got.bodyType() === ServerBody.ErrorReply) {
    const error = got.body(new ErrorReply()) as ErrorReply;
    return `${error.id()} ${error.code()}`;
  }
  return undefined;
}

const socket = new WebSocket(process.argv[2], 'courtside.v1.flatbuffers');
socket.on('open', () => {
  socket.send(message(ClientBody.Hello, (builder) => Hello.createHello(builder, 0, 0)));
  wanted.forEach(([subject, condition], index) => {
    socket.send(publish(index + 1, subject, condition));
  });
});
let answers = 0;
socket.on('message', (bytes: Buffer) => {
  const text = answer(bytes);
  if (text === undefined) return;
  console.log(text);
  if (++answers === wanted.length) socket.close();
});
