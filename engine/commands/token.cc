#include <cstdio>
#include <string>

#include "engine/access/token_maker.h"
#include "engine/commands/commands.h"

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
  std::printf("%s\n", token->c_str());
  return 0;
}

}  // namespace courtside
