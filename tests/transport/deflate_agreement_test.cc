// Goal: of a client's offers of permessage-deflate, the first one that can be kept is accepted, and
// answered as RFC 7692 section 7.1 says.
#include "transport/deflate_agreement.h"

#include <gtest/gtest.h>

#include <vector>

namespace courtside {
namespace {

// The parameters of the answer to these headers; "none" when no offer was accepted.
std::string agreed_offers(const std::vector<std::string>& offers) {
  HttpHeaders headers = {{"host", "a"}};
  for (const std::string& offer : offers) headers.emplace_back("sec-websocket-extensions", offer);
  const auto agreement = agree_on_deflate(headers);
  if (!agreement) return "none";
  const std::string text = deflate_answer(*agreement);
  const std::string always =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  EXPECT_EQ(text.substr(0, always.size()), always);
  return text.substr(always.size());
}
std::string agreed_parameters(const std::string& parameters) {
  return agreed_offers({"permessage-deflate" + parameters});
}

TEST(DeflateAgreement, EachParameterMayBeOffered) {
  EXPECT_EQ(agreed_parameters(""), "");
  EXPECT_EQ(agreed_parameters("; server_no_context_takeover"), "");
  EXPECT_EQ(agreed_parameters("; client_no_context_takeover"), "");
  EXPECT_EQ(agreed_parameters("; client_max_window_bits"), "");
  for (const char* bits : {"8", "9", "10", "15", "\"12\""}) {
    EXPECT_EQ(agreed_parameters(std::string("; client_max_window_bits=") + bits), "") << bits;
  }
  EXPECT_EQ(agreed_parameters("; client_max_window_bits; client_no_context_takeover; "
                              "server_no_context_takeover; server_max_window_bits=10"),
            "; server_max_window_bits=10");
}

// The answer names the limit if the client did; it may be smaller.
TEST(DeflateAgreement, TheServersWindowIsAsTheClientAsks) {
  EXPECT_EQ(agreed_parameters("; server_max_window_bits=15"), "; server_max_window_bits=12");
  EXPECT_EQ(agreed_parameters("; server_max_window_bits=12"), "; server_max_window_bits=12");
  EXPECT_EQ(agreed_parameters("; server_max_window_bits=\"11\""), "; server_max_window_bits=11");
  EXPECT_EQ(agreed_parameters("; server_max_window_bits=9"), "; server_max_window_bits=9");
  // zlib has no such window.
  EXPECT_EQ(agreed_parameters("; server_max_window_bits=8"), "none");
  EXPECT_EQ(agree_on_deflate({{"sec-websocket-extensions", "permessage-deflate"}})->window_bits,
            12u);
}

TEST(DeflateAgreement, AnOfferWithAMistakeIsDeclined) {
  for (const char* parameters :
       {"; unknown", "; unknown=1", "; server_no_context_takeover=true",
        "; client_no_context_takeover=1", "; server_max_window_bits", "; server_max_window_bits=7",
        "; server_max_window_bits=16", "; server_max_window_bits=010",
        "; server_max_window_bits=+9", "; server_max_window_bits=ten", "; client_max_window_bits=7",
        "; client_max_window_bits=16", "; client_max_window_bits=09", "; client_max_window_bits=-1",
        "; server_no_context_takeover; server_no_context_takeover",
        "; client_max_window_bits; client_max_window_bits=10",
        "; server_max_window_bits=10; server_max_window_bits=10", "; Server_No_Context_Takeover"}) {
    EXPECT_EQ(agreed_parameters(parameters), "none") << parameters;
  }
}

TEST(DeflateAgreement, TheFirstGoodOfferIsAccepted) {
  EXPECT_EQ(agreed_offers({"permessage-deflate; server_max_window_bits=8, permessage-deflate; "
                           "server_max_window_bits=10, permessage-deflate"}),
            "; server_max_window_bits=10");
  EXPECT_EQ(agreed_offers({"permessage-deflate; unknown",
                           "x-webkit-deflate-frame, permessage-deflate; "
                           "server_max_window_bits=9"}),
            "; server_max_window_bits=9");
  EXPECT_EQ(agreed_offers({"permessage-deflate, permessage-deflate; server_max_window_bits=9"}),
            "");
}

TEST(DeflateAgreement, NothingIsAgreedWithoutAnOffer) {
  EXPECT_EQ(agreed_offers({}), "none");
  EXPECT_EQ(agreed_offers({"x-webkit-deflate-frame", ""}), "none");
  EXPECT_EQ(agreed_offers({"Permessage-Deflate"}), "none");
  EXPECT_EQ(agreed_offers({"permessage-bzip2"}), "none");
}

}  // namespace
}  // namespace courtside
