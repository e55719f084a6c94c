// Who makes a request and what it may, before anything is done for it. Threads: a shard's.
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

// What the client offers as subprotocols; a token may travel among them.
std::vector<std::string_view> subprotocol_offers(const HttpRequest& request);

// The credential that the request carries, maybe none. unauthorized where it carries something
// else, an empty one, or two.
Result<std::optional<std::string>> credential_of(const HttpRequest& request);

// The ticket that its query carries, maybe none. bad_request where it is empty, there twice, or
// beside a credential.
Result<std::optional<std::string>> ticket_of(const HttpRequest& request);

// What no query of ours may have: a token, which proxies and browsers would write into their logs,
// and a ticket where none is taken.
Result<void> check_query(const HttpRequest& request);

// Answers with the problem, and counts it where it is a denial.
void refuse(Exchange& exchange, const Error& error);
// The same for what was counted as something else.
void tell(Exchange& exchange, const Error& error);

template <typename T>
using Then = std::function<void(Exchange&, const T&)>;

// Each goes on with `then` when the answer is there, now or later; and refuses the request where it
// is an error.
void with_identity(Exchange& exchange, const HttpRequest& request, Then<Identity> then);
void with_read_grant(Exchange& exchange, const Identity& identity,
                     const std::vector<std::string>& channels, ReadMode mode, Then<ReadGrant> then);

// unsupported_media_type where the body is compressed. REQUIRES: a request with a body.
Result<void> check_plain_body(const HttpRequest& request);

// What may not be read answers like what is not there, also to a caller without a token: 401 for
// some positions and 404 for others would tell which of them have something to hide.
template <typename T>
Result<T> hide_refusal(const Result<T>& result, const Error& not_found) {
  if (result) return result;
  const Code code = result.error().code;
  if (code == Code::forbidden || code == Code::unauthorized) return fail(not_found);
  return result;
}

// A filter must not tell what the projection hides.
Result<void> check_filter(const Services& services, const Filter& filter, const ReadGrant& grant);

// Of the log, what may be shown to a reader whose rights are looked at after this.
OffsetRange readable(const Services& services);

}  // namespace courtside
