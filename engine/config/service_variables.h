// Recognises the environment variables that an orchestrator sets for other services. Kubernetes
// sets them in each pod for every Service of the namespace, Docker in each container for its links.
// For a service called `courtside` or `courtside-something` their names begin like ours. Threads:
// any; no state.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

// Whether name and value have such a form. The value matters: COURTSIDE_PORT=tcp://10.0.0.7:80
// comes from an orchestrator, COURTSIDE_PORT=8080 from a person who thinks that it is a setting.
bool is_service_variable(const std::string& name, const std::string& value);

}  // namespace courtside
