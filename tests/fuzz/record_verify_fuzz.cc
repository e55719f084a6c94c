// Any bytes as a record: refused, or every part of it lies within them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "schema/cloudevent.h"
#include "schema/record.h"

using namespace courtside;

namespace {

void check_within(std::string_view part, std::string_view whole) {
  if (part.empty()) return;
  COURTSIDE_CHECK(part.data() >= whole.data());
  COURTSIDE_CHECK(part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto record = verify_record(bytes);
  if (!record) return 0;
  for (const std::string_view channel : record->channels()) {
    check_within(channel, bytes);
    COURTSIDE_CHECK(record->has_channel(channel));
  }
  const EventFields fields = record->event().fields();
  check_within(fields.id, bytes);
  check_within(fields.traceparent, bytes);
  check_within(fields.data, bytes);
  for (const Extension& extension : fields.extensions) {
    check_within(extension.name, bytes);
    check_within(extension.value, bytes);
  }
  // Writing it reads the rest, under the sanitizers' eyes.
  std::string json;
  append_cloudevent(json, *record, {});
  return 0;
}
