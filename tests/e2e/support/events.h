// Events to publish, and the log as the paged HTTP API shows it. Threads: values; any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/canaries.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_json.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {

constexpr std::string_view kOneEvent = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";

// A CloudEvent with generic defaults.
struct Draft {
  std::string id = {};
  std::string type = "test.happened";
  std::string subject = "thing:t_1";
  std::string data = kCanaryData;  // JSON
  std::string source = "/e2e";
  std::vector<std::string> channels = {};  // explicit ones
  std::string more = {};                   // further members, each preceded by a comma

  std::string json() const;
};

// `[a,b,...]`
std::string batch_json(const std::vector<Draft>& drafts);

// POSTs a batch, expects 200, and returns its `results`.
std::vector<Json> append(HttpClient& http, const std::vector<Draft>& drafts);

// Appends one event and returns its position.
std::string append_one(HttpClient& http, const Draft& draft);

// An event in the log.
struct Logged {
  std::uint64_t offset = 0;
  std::string id;
  Json event;
};

Logged logged(const Json& event);

// Walks GET /v1/events with these filters ("channel=a:b&type=c") page by page to the end. Failure
// when a page breaks the rules: order, `next` null exactly when complete.
std::vector<Logged> read_log(HttpClient& http, const std::string& filters = "", int limit = 1000);

// The server's head. `filters` ("channel=a:b&"): for callers that may not read everything.
Place read_head_place(HttpClient& http, const std::string& filters = "");

// The value of a metric without labels, or the sum over its labels; empty when it does not exist.
std::optional<double> metric(HttpClient& http, std::string_view name);

}  // namespace courtside::e2e
