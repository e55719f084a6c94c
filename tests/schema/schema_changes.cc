#include "schema_changes.h"

#include <flatbuffers/idl.h>
#include <flatbuffers/reflection.h>
#include <flatbuffers/reflection_generated.h>

#include <map>

namespace courtside::schema {
namespace {

flatbuffers::IDLOptions options() {
  flatbuffers::IDLOptions options;
  options.binary_schema_builtins = true;
  options.strict_json = true;
  options.json_nested_legacy_flatbuffers = true;  // events as bytes
  return options;
}

bool parse(flatbuffers::Parser& parser, const std::string& text, const std::string& folder) {
  const char* includes[] = {folder.c_str(), nullptr};
  return parser.Parse(text.c_str(), includes, (folder + "/schema.fbs").c_str());
}

std::string text_of(const flatbuffers::String* text) { return text ? text->str() : ""; }

class Comparison {
 public:
  Comparison(const reflection::Schema& before, const reflection::Schema& after)
      : before_(before), after_(after) {}

  std::vector<std::string> run() {
    expect_same("the file identifier", text_of(before_.file_ident()), text_of(after_.file_ident()));
    expect_same("the root type", name_of(before_.root_table()), name_of(after_.root_table()));
    for (const auto* object : *before_.objects()) {
      const std::string name = object->name()->str();
      const auto* now = after_.objects()->LookupByKey(name.c_str());
      if (now == nullptr) {
        report(name + " is gone");
      } else {
        compare(name, *object, *now);
      }
    }
    // New fields must not be required.
    for (const auto* object : *after_.objects()) {
      const auto* was = before_.objects()->LookupByKey(object->name()->c_str());
      if (was != nullptr) compare_new_fields(*was, *object);
    }
    for (const auto* each : *before_.enums()) {
      const std::string name = each->name()->str();
      const auto* now = after_.enums()->LookupByKey(name.c_str());
      if (now == nullptr) {
        report(name + " is gone");
      } else {
        compare(name, *each, *now);
      }
    }
    return found_;
  }

 private:
  void report(const std::string& what) { found_.push_back(what); }

  template <typename T>
  void expect_same(const std::string& what, const T& before, const T& after) {
    if (!(before == after)) report(what + " changed");
  }

  static std::string name_of(const reflection::Object* object) {
    return object ? object->name()->str() : "";
  }

  // "Obj courtside.fbs.Event", "Vector of UByte", with the name of the type that it refers to.
  static std::string type_text(const reflection::Schema& schema, const reflection::Type* type) {
    if (type == nullptr) return "";
    std::string text = reflection::EnumNameBaseType(type->base_type());
    text += std::string(" of ") + reflection::EnumNameBaseType(type->element());
    text += "[" + std::to_string(type->fixed_length()) + "]";
    if (type->index() < 0) return text;
    const auto index = static_cast<flatbuffers::uoffset_t>(type->index());
    const bool is_object =
        type->base_type() == reflection::Obj || type->element() == reflection::Obj;
    return text + " " +
           (is_object ? schema.objects()->Get(index)->name() : schema.enums()->Get(index)->name())
               ->str();
  }

  static std::string attribute(const reflection::Field& field, const char* name) {
    if (field.attributes() == nullptr) return "";
    const auto* found = field.attributes()->LookupByKey(name);
    return found && found->value() ? found->value()->str() : "";
  }

  static const reflection::Field* field_with_id(const reflection::Object& object,
                                                std::uint16_t id) {
    for (const auto* field : *object.fields()) {
      if (field->id() == id) return field;
    }
    return nullptr;
  }

  void compare(const std::string& name, const reflection::Object& before,
               const reflection::Object& after) {
    expect_same(name + ": whether it is a struct", before.is_struct(), after.is_struct());
    if (before.is_struct()) {
      expect_same(name + ": its size", before.bytesize(), after.bytesize());
      expect_same(name + ": its alignment", before.minalign(), after.minalign());
      expect_same(name + ": its fields", before.fields()->size(), after.fields()->size());
    }
    for (const auto* field : *before.fields()) {
      const std::string path = name + "." + field->name()->str();
      const auto* now = field_with_id(after, field->id());
      if (now == nullptr) {
        report(path + " is gone");
      } else {
        compare(path, *field, *now);
      }
    }
  }

  void compare(const std::string& path, const reflection::Field& before,
               const reflection::Field& after) {
    expect_same(path + ": its name", before.name()->str(), after.name()->str());
    expect_same(path + ": its type", type_text(before_, before.type()),
                type_text(after_, after.type()));
    expect_same(path + ": its place", before.offset(), after.offset());
    expect_same(path + ": its default", before.default_integer(), after.default_integer());
    expect_same(path + ": its default", std::to_string(before.default_real()),
                std::to_string(after.default_real()));
    expect_same(path + ": whether it is required", before.required(), after.required());
    expect_same(path + ": whether it is optional", before.optional(), after.optional());
    expect_same(path + ": whether it is a key", before.key(), after.key());
    expect_same(path + ": whether it is deprecated", before.deprecated(), after.deprecated());
    expect_same(path + ": what is nested in it", attribute(before, "nested_flatbuffer"),
                attribute(after, "nested_flatbuffer"));
  }

  void compare_new_fields(const reflection::Object& before, const reflection::Object& after) {
    for (const auto* field : *after.fields()) {
      if (field_with_id(before, field->id()) != nullptr) continue;
      if (field->required()) {
        report(after.name()->str() + "." + field->name()->str() + " is new and required");
      }
    }
  }

  void compare(const std::string& name, const reflection::Enum& before,
               const reflection::Enum& after) {
    expect_same(name + ": whether it is a union", before.is_union(), after.is_union());
    expect_same(name + ": its type", type_text(before_, before.underlying_type()),
                type_text(after_, after.underlying_type()));
    std::map<std::int64_t, const reflection::EnumVal*> now;
    for (const auto* value : *after.values()) now[value->value()] = value;
    for (const auto* value : *before.values()) {
      const std::string path = name + "." + value->name()->str();
      const auto found = now.find(value->value());
      if (found == now.end()) {
        report(path + " is gone");
        continue;
      }
      expect_same(path + ": its name", value->name()->str(), found->second->name()->str());
      expect_same(path + ": its member", type_text(before_, value->union_type()),
                  type_text(after_, found->second->union_type()));
    }
  }

  const reflection::Schema& before_;
  const reflection::Schema& after_;
  std::vector<std::string> found_;
};

std::string json_of(flatbuffers::Parser& parser, const void* buffer) {
  std::string text;
  return flatbuffers::GenerateText(parser, buffer, &text) ? text : "cannot be written as JSON";
}

}  // namespace

std::vector<std::string> breakages(const std::string& released, const std::string& released_folder,
                                   const std::string& current, const std::string& current_folder) {
  flatbuffers::Parser before(options());
  flatbuffers::Parser after(options());
  if (!parse(before, released, released_folder)) return {before.error_};
  if (!parse(after, current, current_folder)) return {after.error_};
  before.Serialize();
  after.Serialize();
  return Comparison(*reflection::GetSchema(before.builder_.GetBufferPointer()),
                    *reflection::GetSchema(after.builder_.GetBufferPointer()))
      .run();
}

std::string as_json(const std::string& schema, const std::string& folder,
                    const std::string& buffer) {
  flatbuffers::Parser parser(options());
  if (!parse(parser, schema, folder)) return parser.error_;
  parser.Serialize();
  const auto& reflected = *reflection::GetSchema(parser.builder_.GetBufferPointer());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(buffer.data());
  if (!flatbuffers::Verify(reflected, *reflected.root_table(), bytes, buffer.size())) {
    return "the buffer is not one of this schema";
  }
  if (!flatbuffers::BufferHasIdentifier(bytes, parser.file_identifier_.c_str())) {
    return "the buffer has another identifier";
  }
  return json_of(parser, bytes);
}

std::string normal_json(const std::string& schema, const std::string& folder,
                        const std::string& json) {
  flatbuffers::Parser parser(options());
  if (!parse(parser, schema, folder)) return parser.error_;
  if (!parser.ParseJson(json.c_str())) return parser.error_;
  return json_of(parser, parser.builder_.GetBufferPointer());
}

}  // namespace courtside::schema
