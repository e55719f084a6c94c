#include "cli/arguments/number_option.h"

#include "base/format.h"
#include "engine/config/values.h"

namespace courtside {

CLI::Option* add_number(CLI::App& command, const std::string& name, std::uint64_t& value,
                        std::uint64_t min, std::uint64_t max, const std::string& doc) {
  const auto read = [name, &value, min, max](const std::string& text) {
    const Result<std::uint64_t> number = parse_quantity(text, Unit::kCount);
    if (!number) throw CLI::ValidationError(name, number.error().message);
    if (*number < min || *number > max) {
      throw CLI::ValidationError(name, format("`{}` is not within {} ... {}", text, min, max));
    }
    value = *number;
  };
  return command.add_option_function<std::string>(name, read, doc)->type_name("N");
}

}  // namespace courtside
