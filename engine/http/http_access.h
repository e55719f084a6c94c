// Authenticates and authorizes a request before it is handled. Threads: a shard's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/access.h"
#include "engine/http/exchange.h"
#include "transport/http.h"

namespace courtside {

// The subprotocols that the client offers; one of them may contain a credential.
std::vector<std::string_view> subprotocol_offers(const HttpRequest& request);

// The request's credential, if it has one. unauthorized when it is malformed, empty or repeated.
Result<std::optional<std::string>> credential_of(const HttpRequest& request);

// The ticket in the request's query, if it has one. bad_request when it is empty, repeated, or
// comes with a credential.
Result<std::optional<std::string>> ticket_of(const HttpRequest& request);

// bad_request when the query has a token, which proxies and browsers would log, or a ticket on a
// path that accepts none.
Result<void> check_query(const HttpRequest& request);

// Answers with the problem, and counts it if it is a denial.
void refuse(Exchange& exchange, const Error& error);
// The same without counting, for errors that are counted elsewhere or are no denials.
void respond_error(Exchange& exchange, const Error& error);

template <typename T>
using Then = std::function<void(Exchange&, const T&)>;

// Each calls `then` with the result, now or later. On an error it refuses the request.
void with_identity(Exchange& exchange, const HttpRequest& request, Then<Identity> then);
// The request's body; an empty one when it has none. overloaded when there is no room for it.
void with_body(Exchange& exchange, const HttpRequest& request, const Identity& sender,
               Exchange::Received then);
void with_read_grant(Exchange& exchange, const Identity& identity,
                     const std::vector<std::string>& channels, ReadMode mode, Then<ReadGrant> then);

// Calls `handle` when the caller is authenticated, and keeps the request until then.
using Handler = std::function<void(Exchange&, const HttpRequest&, const Identity&)>;
void identified(Exchange& exchange, HttpRequest& request, const Handler& handle);

// Answers 405. `hint`: where else the method may be meant for.
void method_not_allowed(Exchange& exchange, std::string_view allowed, std::string_view hint = {});

// unsupported_media_type when the body is compressed. REQUIRES: a request with a body.
Result<void> check_plain_body(const HttpRequest& request);

// Turns a denial into `not_found`, also for anonymous callers: a 401 for some positions and a 404
// for others would reveal which events exist.
template <typename T>
Result<T> denial_as_not_found(const Result<T>& result, const Error& not_found) {
  if (result) return result;
  const Code code = result.error().code;
  if (code == Code::forbidden || code == Code::unauthorized) return fail(not_found);
  return result;
}

// forbidden when the filter asks for something that the reader's projection hides.
Result<void> check_filter(const Services& services, const Filter& filter, const ReadGrant& grant);

// The range of the log that may be shown to a reader whose rights are checked after this call.
OffsetRange readable(const Services& services);

}  // namespace courtside
