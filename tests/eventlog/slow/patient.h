// Opens a log for changes that no version of ours would make. Threads: the caller's.
#pragma once

#include <rocksdb/db.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eventlog/database.h"
#include "eventlog/encoding.h"
#include "eventlog/index/segment_files.h"
#include "eventlog/log_meta.h"

namespace courtside::story {

using Random = std::mt19937_64;
using Entries = std::vector<std::pair<std::string, std::string>>;

inline std::string key_text(Offset offset) { return std::string(encode(offset).view()); }
inline std::string name_of(Offset offset) { return "offset " + std::to_string(offset.value()); }

template <typename Items>
const auto& any_of(const Items& items, Random& random) {
  return items[random() % items.size()];
}

// Opens a log for changes that no version of ours would make.
class Patient {
 public:
  explicit Patient(const std::string& folder)
      : database_(Database::open({.path = folder}).value()),
        place_(read_meta(*database_).value().place),
        low_water_(low_water(*database_).value()) {}

  const FoldPlace& place() const { return place_; }
  Offset low_water_offset() const { return low_water_; }
  bool has_indexed() const { return place_.first_held < low_water_; }
  bool is_indexed(Offset offset) const {
    return place_.first_held <= offset && offset < low_water_;
  }
  // Any offset that the index on the disk covers. REQUIRES: has_indexed().
  Offset any_indexed(Random& random) const {
    return Offset(place_.first_held.value() +
                  random() % (low_water_.value() - place_.first_held.value()));
  }
  // Any needed record. REQUIRES: there is one.
  Offset any_record(Random& random) const {
    const Offset begin = std::min(place_.first_held, low_water_);
    return Offset(begin.value() + random() % (place_.next.value() - begin.value()));
  }
  bool has_records() const { return std::min(place_.first_held, low_water_) < place_.next; }

  std::string get(Family family, const std::string& key) const {
    return database_->get(family, key).value().value();
  }
  void put(Family family, const std::string& key, const std::string& value) {
    must(database_->rocks().Put(rocksdb::WriteOptions(), database_->family(family), key, value));
  }
  void remove(Family family, const std::string& key) {
    must(database_->rocks().Delete(rocksdb::WriteOptions(), database_->family(family), key));
  }
  Entries entries(Family family) const {
    Entries out;
    const std::unique_ptr<rocksdb::Iterator> it(
        database_->rocks().NewIterator(rocksdb::ReadOptions(), database_->family(family)));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      out.emplace_back(it->key().ToString(), it->value().ToString());
    }
    return out;
  }

 private:
  static void must(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }

  std::unique_ptr<Database> database_;
  FoldPlace place_;
  Offset low_water_;
};

}  // namespace courtside::story
