#include "cli/commands/event_row.h"

namespace courtside {

void append_event_row(std::string& out, const std::string& position, const ServerWords& event) {
  const std::string texts[] = {
      event.text("sequence"),    event.text("recordedtime"), event.text("id"),
      event.text("source"),      event.text("type"),         event.text("subject"),
      event.text("time"),        event.text("actorid"),      event.text("correlationid"),
      event.text("causationid"), event.text("actortype"),    event.text("actorrole"),
      event.text("data_base64")};
  append_event_row(out, {.sequence = texts[0],
                         .recordedtime = texts[1],
                         .id = texts[2],
                         .source = texts[3],
                         .type = texts[4],
                         .subject = texts[5],
                         .subjectversion = event.member("subjectversion").raw,
                         .time = texts[6],
                         .actorid = texts[7],
                         .correlationid = texts[8],
                         .causationid = texts[9],
                         .actortype = texts[10],
                         .actorrole = texts[11],
                         .position = position,
                         .data = texts[12].empty() ? event.member("data").raw : texts[12]});
}

}  // namespace courtside
