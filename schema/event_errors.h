// All faults of an event or a batch, collected into one error. Threads: a value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace courtside {

constexpr std::size_t kEventErrorsMax = 16;  // in one error; further faults are left out

class EventErrors {
 public:
  // Pointers added after this begin with the event's index in its batch: "/1".
  void enter_batch_item(std::size_t index);

  // `pointer` is a JSON pointer (RFC 6901) into the event, `detail` the rest of a sentence that
  // begins with the pointer: "is missing". Only the first detail for a pointer is kept.
  void add(std::string_view pointer, std::string_view detail);

  // The same for the top-level member `name`, which may be any text, or for a field below a member.
  void add_member(std::string_view name, std::string_view detail);
  void add_field(std::string_view member, std::string_view field, std::string_view detail);

  bool empty() const { return entries_.empty(); }

  // invalid_event; the message names the first fault, the details list all of them. REQUIRES:
  // !empty().
  Error error() const;

 private:
  struct Entry {
    std::string pointer;
    std::string detail;
  };

  std::string prefix_;
  std::vector<Entry> entries_;
};

}  // namespace courtside
