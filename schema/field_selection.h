// The fields of an event that a reader asked for. Threads: immutable; a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/event.h"

namespace courtside {

// The name of an attribute of an event or of an extension, or `data`. `data` stands for data_base64
// too, which is no name here.
bool is_field_name(std::string_view name);

class FieldSelection {
 public:
  // Every field.
  FieldSelection() = default;
  // Only these. The order does not matter, nor does a repeated name. REQUIRES: at least one, and
  // each is_field_name().
  explicit FieldSelection(const std::vector<std::string>& names);

  bool is_all() const { return is_all_; }
  // What is not in EventFields: set by the log, or the same in every event.
  bool has_specversion() const { return has_specversion_; }
  bool has_sequence() const { return has_sequence_; }
  bool has_recordedtime() const { return has_recordedtime_; }
  bool has_subjectversion() const { return has_subjectversion_; }
  // Whether anything of the event's data is shown: itself, or its type.
  bool needs_data() const { return has_data_ || has_text("datacontenttype"); }

  // Empties the fields that are not selected.
  void apply(EventFields& fields) const;

  // Equal selections have equal keys.
  std::string key() const;

  friend bool operator==(const FieldSelection&, const FieldSelection&) = default;

 private:
  bool has_text(std::string_view name) const;

  bool is_all_ = true;
  bool has_specversion_ = true;
  bool has_sequence_ = true;
  bool has_recordedtime_ = true;
  bool has_subjectversion_ = true;
  bool has_data_ = true;
  std::uint32_t texts_ = ~std::uint32_t{0};   // a bit for each of text_attributes(), Attribute::bit
  std::vector<std::string> extensions_ = {};  // sorted; of no meaning when all are selected
};

}  // namespace courtside
