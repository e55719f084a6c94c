#include "schema/field_selection.h"

#include <algorithm>

#include "schema/event_rules.h"

namespace courtside {

bool is_field_name(std::string_view name) { return is_attribute_name(name); }

FieldSelection::FieldSelection(const std::vector<std::string>& names)
    : is_all_(false),
      has_specversion_(false),
      has_sequence_(false),
      has_recordedtime_(false),
      has_subjectversion_(false),
      has_data_(false),
      texts_(0) {
  for (const std::string& name : names) {
    const Attribute attribute = find_attribute(name);
    if (attribute.kind == AttributeKind::kText) texts_ |= attribute.bit;
    if (attribute.kind == AttributeKind::kExtension) extensions_.push_back(name);
    has_specversion_ = has_specversion_ || attribute.kind == AttributeKind::kSpecVersion;
    has_data_ = has_data_ || attribute.kind == AttributeKind::kData;
    has_sequence_ = has_sequence_ || name == "sequence";
    has_recordedtime_ = has_recordedtime_ || name == "recordedtime";
    has_subjectversion_ = has_subjectversion_ || name == "subjectversion";
  }
  std::sort(extensions_.begin(), extensions_.end());
  extensions_.erase(std::unique(extensions_.begin(), extensions_.end()), extensions_.end());
}

bool FieldSelection::has_text(std::string_view name) const {
  return (texts_ & find_attribute(name).bit) != 0;
}

void FieldSelection::apply(EventFields& fields) const {
  if (is_all_) return;
  std::uint32_t bit = 1;
  for (const TextAttribute& attribute : text_attributes()) {
    if ((texts_ & bit) == 0) fields.*attribute.field = {};
    bit <<= 1;
  }
  std::erase_if(fields.extensions, [this](const Extension& extension) {
    return !std::binary_search(extensions_.begin(), extensions_.end(), extension.name);
  });
  if (has_data_) return;
  fields.data_kind = DataKind::kNone;
  fields.data = {};
}

std::string FieldSelection::key() const {
  if (is_all_) return "*";
  std::string key = std::to_string(texts_);
  for (const bool has :
       {has_specversion_, has_sequence_, has_recordedtime_, has_subjectversion_, has_data_}) {
    key.push_back(has ? '+' : '-');
  }
  // A name has no comma.
  for (const std::string& name : extensions_) key.append(",").append(name);
  return key;
}

}  // namespace courtside
