// --url, --token, --token-file and --ca-file, which every command has that talks to a server.
#include <CLI/CLI.hpp>

#include "cli/arguments/subcommand.h"

namespace courtside {
namespace {

// An empty text is the sign of a command substitution that failed: who meant to be somebody must
// not be taken for nobody.
CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& value,
                      const std::string& doc, const std::string& type) {
  return command.add_option(name, value, doc)->type_name(type)->check([](const std::string& text) {
    return text.empty() ? "is empty" : "";
  });
}

}  // namespace

std::string variable(const Surroundings& surroundings, const std::string& name) {
  const auto found = surroundings.environment.find(name);
  return found == surroundings.environment.end() ? std::string() : found->second;
}

ServerOptions::ServerOptions(CLI::App& command) {
  add_text(command, "--url", given_.url,
           "The server's address; behind a proxy it may be https and have a path "
           "[COURTSIDE_URL, or http://127.0.0.1:8080]",
           "URL");
  CLI::Option* const token =
      add_text(command, "--token", given_.token,
               "A token, or the key of a service [COURTSIDE_TOKEN]", "TOKEN");
  add_text(command, "--token-file", given_.token_file,
           "A file that holds the token or key [COURTSIDE_TOKEN_FILE]", "FILE")
      ->excludes(token);
  add_text(command, "--ca-file", given_.ca_file,
           "PEM file of the authorities to trust instead of the system's [COURTSIDE_CA_FILE]",
           "FILE");
}

ServerAddress ServerOptions::address(const Surroundings& surroundings) const {
  ServerAddress address = given_;
  if (address.url.empty()) address.url = variable(surroundings, "COURTSIDE_URL");
  if (address.url.empty()) address.url = "http://127.0.0.1:8080";
  if (address.ca_file.empty()) address.ca_file = variable(surroundings, "COURTSIDE_CA_FILE");
  const bool names_credential = !address.token.empty() || !address.token_file.empty();
  if (!names_credential) address.token = variable(surroundings, "COURTSIDE_TOKEN");
  if (!names_credential && address.token.empty()) {
    address.token_file = variable(surroundings, "COURTSIDE_TOKEN_FILE");
  }
  return address;
}

}  // namespace courtside
