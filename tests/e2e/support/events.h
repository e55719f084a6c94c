// Events to publish, and the log as the paged HTTP API tells it. Threads: values; any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/canaries.h"
#include "tests/e2e/support/http_client.h"
#include "tests/e2e/support/json.h"
#include "tests/e2e/support/session.h"

namespace courtside::e2e {

constexpr std::string_view kOneEvent = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";

// A CloudEvent of the generic kind.
struct Draft {
  std::string id = {};
  std::string type = "test.happened";
  std::string subject = "thing:t_1";
  std::string data = kCanaryData;  // JSON
  std::string source = "/e2e";
  std::vector<std::string> channels = {};  // explicit ones
  std::string more = {};                   // further members, each with a comma in front

  std::string json() const;
};

// `[a,b,...]`
std::string batch_json(const std::vector<Draft>& drafts);

// POSTs a batch, expects 200, and answers its `results`.
std::vector<Json> append(HttpClient& http, const std::vector<Draft>& drafts);

// Appends and answers the position of the last.
std::string append_one(HttpClient& http, const Draft& draft);

// One event of the log.
struct Logged {
  std::uint64_t offset = 0;
  std::string id;
  Json event;
};

Logged logged(const Json& event);

// Walks GET /v1/events with these filters ("channel=a:b&type=c") from page to page, to the end.
// Failure where a page breaks the rules: order, `next` null exactly when complete.
std::vector<Logged> read_log(HttpClient& http, const std::string& filters = "", int limit = 1000);

// The head as the server tells it. `filters` ("channel=a:b&"): where all may not be read.
Place read_head_place(HttpClient& http, const std::string& filters = "");

// The value of a metric without labels, or the sum over its labels. Empty when there is none.
std::optional<double> metric(HttpClient& http, std::string_view name);

}  // namespace courtside::e2e
