#include "tests/e2e/support/events.h"

#include <cstdlib>
#include <sstream>

namespace courtside::e2e {

std::string Draft::json() const {
  std::string out = R"({"specversion":"1.0","id":)" + json_string(id) + R"(,"source":)" +
                    json_string(source) + R"(,"type":)" + json_string(type) + R"(,"subject":)" +
                    json_string(subject);
  if (!channels.empty()) {
    out += R"(,"channels":)";
    char separator = '[';
    for (const std::string& channel : channels) {
      out += separator + json_string(channel);
      separator = ',';
    }
    out += "]";
  }
  return out + more + R"(,"data":)" + data + "}";
}

std::string batch_json(const std::vector<Draft>& drafts) {
  std::string out;
  for (const Draft& draft : drafts) out += (out.empty() ? "[" : ",") + draft.json();
  return out + "]";
}

std::vector<Json> append(HttpClient& http, const std::vector<Draft>& drafts) {
  const HttpResponse answer = http.post("/v1/events", std::string(kBatch), batch_json(drafts));
  if (answer.status != 200) give_up("append: " + std::to_string(answer.status) + " " + answer.body);
  std::vector<Json> results = answer.json()["results"].items();
  if (results.size() != drafts.size()) give_up("append: not one result an event: " + answer.body);
  return results;
}

std::string append_one(HttpClient& http, const Draft& draft) {
  return append(http, {draft}).front()["position"].text();
}

Logged logged(const Json& event) {
  const std::string sequence = event["sequence"].text();
  if (sequence.size() != 20) give_up("sequence is not 20 digits: " + sequence);
  return {std::strtoull(sequence.c_str(), nullptr, 10), event["id"].text(), event};
}

namespace {

// The query with this parameter set or replaced.
std::string with_parameter(const std::string& query, const std::string& name,
                           const std::string& value) {
  std::istringstream parts(query);
  std::string out = name + "=" + value;
  for (std::string part; std::getline(parts, part, '&');) {
    if (!part.empty() && part.substr(0, name.size() + 1) != name + "=") out += "&" + part;
  }
  return out;
}

}  // namespace

std::vector<Logged> read_log(HttpClient& http, const std::string& filters, int limit) {
  const bool descending = filters.find("order=desc") != std::string::npos;
  std::vector<Logged> log;
  std::string cursor;
  while (true) {
    std::string query = with_parameter(filters, "limit", std::to_string(limit));
    if (!cursor.empty()) {
      query = with_parameter(query, descending ? "before" : "after", percent_encoded(cursor));
    }
    const std::string target = "/v1/events?" + query;
    const HttpResponse answer = http.get(target, "application/json");
    if (answer.status != 200) give_up(target + ": " + std::to_string(answer.status) + answer.body);
    const Json page = answer.json();
    for (const Json& event : page["events"].items()) {
      Logged next = logged(event);
      if (!log.empty() && (log.back().offset < next.offset) == descending) {
        give_up(target + ": out of order at " + std::to_string(next.offset));
      }
      log.push_back(std::move(next));
    }
    if (page["next"].is_null() != page["complete"].boolean()) {
      give_up(target + ": `next` and `complete` disagree");
    }
    if (page["complete"].boolean()) return log;
    const std::string following = page["next"].text();
    if (following == cursor) give_up(target + ": the walk does not move");
    cursor = following;
  }
}

Place read_head_place(HttpClient& http, const std::string& filters) {
  return Place::parse(
      http.get("/v1/events?" + filters + "limit=1", "application/json").json()["head"].text());
}

std::optional<double> metric(HttpClient& http, std::string_view name) {
  std::istringstream lines(http.get("/metrics").body);
  std::optional<double> sum;
  for (std::string line; std::getline(lines, line);) {
    if (line.substr(0, name.size()) != name) continue;
    if (line.size() <= name.size() || (line[name.size()] != ' ' && line[name.size()] != '{'))
      continue;
    sum = sum.value_or(0) + std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

}  // namespace courtside::e2e
