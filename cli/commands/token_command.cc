#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/commands/commands.h"
#include "engine/access/token_maker.h"
#include "engine/config/nearest.h"

namespace courtside {

int run_token(const TokenCommand& command) {
  const Result<std::string> token = make_token({.user = command.user,
                                                .type = command.type,
                                                .role = command.role,
                                                .permissions = command.permissions,
                                                .venue = command.venue,
                                                .channels = command.channels,
                                                .issuer = command.issuer,
                                                .audience = command.audience,
                                                .issued_s = command.issued_s,
                                                .expires_s = command.expires_s},
                                               command.secret);
  if (!token) return report(token.error());
  const std::vector<std::string>& known = command.known_roles;
  if (!command.role.empty() && std::find(known.begin(), known.end(), command.role) == known.end()) {
    say("warning: no rule asks for the role `" + command.role + "`" +
        suggestion(command.role, known));
  }
  std::printf("%s\n", token->c_str());
  return 0;
}

}  // namespace courtside
