// Where a running server is, and as whom it is asked. Threads: a value.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/arguments/server_address.h"

namespace courtside {

struct Remote {
  std::string base;          // "https://play.example.com/live", without a slash at its end
  std::string authority;     // "play.example.com", with the port where it is not the scheme's own
  std::string path;          // "/live"; empty: none
  bool is_secure = false;    // https
  bool is_loopback = false;  // on this machine: no proxy is between
  std::string token = {};    // or a service's key; empty: none
  std::string ca_file = {};  // certificates of authorities, PEM; empty: those of the system
};

// "https://play.example.com/live", "http://127.0.0.1:8080", "wss://...", or "127.0.0.1:8080".
// Without a scheme it is http, and without a port then 8080. bad_usage otherwise.
Result<Remote> parse_remote(std::string_view url);

// The same with credential and authorities. Reads the token's file, at most 64 KiB of it: no_input
// where it or the file of authorities cannot be read, bad_usage where the token is not one word.
Result<Remote> open_remote(const ServerAddress& address);

// What `remote` says when it answers a request of ours with a redirect: with the URL to use instead
// where there is one. It is not followed: the credential would go along. `location`: of the answer.
Error redirected(const Remote& remote, int status, std::string_view location);

// `unavailable` for good: the certificate is not accepted, or the server is elsewhere. Another try
// would end in the same way.
Error unavailable_for_good(std::string message);

// Another try may succeed: base/codes.def says so of the code, and it is not for good.
bool is_passing(const Error& error);

}  // namespace courtside
