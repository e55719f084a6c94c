// The variables by which an orchestrator tells a process about the services beside it. Kubernetes
// puts them into every pod of a namespace for each of its Services, Docker into every container
// that is linked to another one. For a service called `courtside`, or `courtside-something`, their
// names begin as ours do. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

// Whether name and value are of such a shape. The value counts too:
// COURTSIDE_PORT=tcp://10.0.0.7:80 comes from an orchestrator, COURTSIDE_PORT=8080 from a person
// who takes it for a setting.
bool is_service_variable(const std::string& name, const std::string& value);

}  // namespace courtside
