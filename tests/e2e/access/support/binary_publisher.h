// An account that publishes drafts over courtside.v1.flatbuffers. Threads: one.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "protocol_generated.h"
#include "tests/e2e/access/support/access_test.h"

namespace courtside::e2e {

// A member of the event in JSON; empty when it is missing.
inline std::string member_of(const Json& members, const char* name) {
  return members.has(name) ? members[name].text() : std::string();
}

inline std::string binary_event(const Draft& draft) {
  flatbuffers::FlatBufferBuilder builder;
  const Json members =
      Json::parse("{" + (draft.more.empty() ? std::string() : draft.more.substr(1)) + "}");
  std::vector<flatbuffers::Offset<fbs::Extension>> extensions;
  if (members.has("aggregateversion")) {
    const std::string value(members["aggregateversion"].raw());
    extensions.push_back(fbs::CreateExtensionDirect(builder, "aggregateversion", value.c_str()));
  }
  const std::string time = member_of(members, "time");
  const std::string correlation = member_of(members, "correlationid");
  const std::string causation = member_of(members, "causationid");
  const std::vector<std::uint8_t> data(draft.data.begin(), draft.data.end());
  const auto text = [](const std::string& value) {
    return value.empty() ? nullptr : value.c_str();
  };
  builder.Finish(
      fbs::CreateEventDirect(builder, draft.id.c_str(), draft.source.c_str(), draft.type.c_str(),
                             draft.subject.c_str(), text(time), "application/json", nullptr,
                             text(correlation), text(causation), nullptr, nullptr, nullptr, nullptr,
                             &extensions, fbs::DataKind::Json, &data),
      "CSEV");
  return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
}

// A session of the binary subprotocol that publishes one event at a time.
class BinaryPublisher {
 public:
  BinaryPublisher(std::uint16_t port, const std::string& token)
      : ws_(port, {.subprotocols = {"courtside.v1.flatbuffers"}, .headers = bearer(token)}) {
    flatbuffers::FlatBufferBuilder builder;
    say(builder, fbs::ClientBody::Hello, fbs::CreateHello(builder).Union());
    next();
  }

  // The position, or code and details of the refusal.
  std::pair<std::string, std::string> publish(const Draft& draft) {
    const std::string event = binary_event(draft);
    const std::vector<std::uint8_t> bytes(event.begin(), event.end());
    flatbuffers::FlatBufferBuilder builder;
    say(builder, fbs::ClientBody::Publish,
        fbs::CreatePublishDirect(builder, ++last_, &bytes).Union());
    const fbs::ServerMessage& answer = next();
    if (const auto* ok = answer.body_as_Ok()) return {ok->position()->str(), {}};
    const auto* refused = answer.body_as_ErrorReply();
    if (refused == nullptr) give_up("neither ok nor an error");
    return {{}, refused->code()->str() + (refused->details() ? refused->details()->str() : "")};
  }

 private:
  void say(flatbuffers::FlatBufferBuilder& builder, fbs::ClientBody kind,
           flatbuffers::Offset<void> body) {
    builder.Finish(fbs::CreateClientMessage(builder, kind, body), "CSCM");
    ws_.send_binary({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
  }

  const fbs::ServerMessage& next() {
    for (;;) {
      const Incoming incoming = ws_.receive();
      if (incoming.kind == Incoming::Kind::kPing) continue;
      if (incoming.kind != Incoming::Kind::kBinary) give_up("not a binary message");
      bytes_ = incoming.payload;
      const auto& message = *flatbuffers::GetRoot<fbs::ServerMessage>(bytes_.data());
      if (message.body_type() != fbs::ServerBody::Progress) return message;
    }
  }

  WsClient ws_;
  std::string bytes_;
  std::uint32_t last_ = 0;
};

}  // namespace courtside::e2e
