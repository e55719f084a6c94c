// Events and records for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/event.h"
#include "schema/record.h"

namespace courtside {

// Every attribute is set; two extensions; JSON data.
inline EventFields full_fields() {
  return {.id = "0192-a",
          .source = "/web",
          .type = "demo.happened",
          .subject = "booking:b_1",
          .time = "2026-11-01T10:00:00Z",
          .datacontenttype = "application/json; charset=utf-8",
          .dataschema = "https://example.org/schema",
          .correlationid = "corr-1",
          .causationid = "cause-1",
          .actorid = "42",
          .actortype = "USER",
          .actorrole = "VENUE_OWNER",
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          .extensions = {{.name = "aggregateversion", .value = "17"},
                         {.name = "tenant", .value = R"("n\u00fcrnberg")"}},
          .data_kind = DataKind::kJson,
          .data = R"({ "accountId":"a_1","price": {"minor":45000,"currency":"INR"} })"};
}

// 2026-11-01T10:00:00.123456Z
constexpr Timestamp kRecorded{1'793'527'200'123'456};

inline std::string make_record(std::string_view event, std::uint64_t offset = 104'218,
                               const std::vector<std::string>& channels = {"booking:b_1"}) {
  std::string record;
  append_record(record,
                {.offset = Offset(offset),
                 .recorded = kRecorded,
                 .subject_version = 18,
                 .bytes_before = 1000},
                channels, event);
  return record;
}

}  // namespace courtside
