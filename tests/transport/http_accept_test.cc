// Goal: Accept headers are read as RFC 9110 defines them, and long responses are compressed only
// for clients that ask for it.
#include "transport/http_accept.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

std::string read(const std::string& header) {
  std::string out;
  for (const Accepted& entry : accepted({{"accept", header}}, "accept")) {
    out += (out.empty() ? "" : " ") + entry.name + "=" + std::to_string(entry.quality);
  }
  return out;
}

TEST(HttpAccept, EntriesHaveNamesAndQualities) {
  EXPECT_EQ(read("text/csv"), "text/csv=1000");
  EXPECT_EQ(read("Text/CSV;Q=0.5 , */*; q=0.001,a/b;level=1;q=1.000"),
            "text/csv=500 */*=1 a/b=1000");
  EXPECT_EQ(read("gzip;q=0, br"), "gzip=0 br=1000");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(" , ,;q=1"), "");
}

TEST(HttpAccept, WhatIsMalformedIsLeftOut) {
  EXPECT_EQ(read("a;q=2, b;q=-1, c;q=0.1234, d;q=, e;q=1.001, f;q=01, g;q=x, h;q=0.5"), "h=500");
}

TEST(HttpAccept, SeveralHeadersAreOneList) {
  const HttpHeaders headers = {{"accept", "a"}, {"other", "b"}, {"accept", "c"}};
  EXPECT_EQ(accepted(headers, "accept").size(), 2u);
}

std::string coding(const std::string& header) {
  return std::string(
      name_of(choose_coding(accepted({{"accept-encoding", header}}, "accept-encoding"))));
}

TEST(HttpAccept, TheBestKnownCodingIsChosen) {
  EXPECT_EQ(coding(""), "identity");
  EXPECT_EQ(coding("br, deflate"), "identity");
  EXPECT_EQ(coding("gzip, deflate, br, zstd"), "zstd");  // a browser
  EXPECT_EQ(coding("gzip"), "gzip");
  EXPECT_EQ(coding("gzip;q=1.0, zstd;q=0.5"), "gzip");
  EXPECT_EQ(coding("gzip;q=0.5"), "gzip");
  EXPECT_EQ(coding("identity, gzip;q=0.5"), "identity");
  EXPECT_EQ(coding("gzip;q=0"), "identity");
  EXPECT_EQ(coding("*"), "identity");
}

TEST(HttpAccept, PlainBytesMayBeRefused) {
  EXPECT_EQ(coding("identity;q=0, gzip;q=0.1"), "gzip");
  EXPECT_EQ(coding("identity;q=0, *"), "zstd");
  EXPECT_EQ(coding("*;q=0, gzip"), "gzip");
  EXPECT_EQ(coding("identity;q=0, *, zstd;q=0"), "gzip");
}

TEST(HttpAccept, WhoTakesNothingThatWeKnowGetsPlainBytes) {
  EXPECT_EQ(coding("identity;q=0"), "identity");
  EXPECT_EQ(coding("*;q=0"), "identity");
  EXPECT_EQ(coding("identity;q=0, br"), "identity");
  EXPECT_EQ(coding("identity;q=0, gzip;q=0, zstd;q=0"), "identity");
}

}  // namespace
}  // namespace courtside
