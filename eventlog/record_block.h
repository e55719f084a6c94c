// Records that were read together, in one allocation. Threads: a value.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "eventlog/batch.h"
#include "schema/position.h"

namespace courtside {

class RecordBlock {
 public:
  RecordBlock() = default;
  // `bytes_expected` is an estimate of the total size.
  explicit RecordBlock(std::size_t bytes_expected) {
    bytes_.reserve(bytes_expected + bytes_expected / 16);
  }

  // REQUIRES: not finished.
  void add(Offset offset, std::string_view bytes) {
    items_.push_back({offset, bytes_.size(), bytes.size()});
    bytes_.append(bytes);
  }

  // Ends adding; records can then be taken.
  void finish() { shared_ = std::make_shared<const std::string>(std::move(bytes_)); }

  std::size_t count() const { return items_.size(); }
  std::size_t size_bytes() const { return bytes_.size(); }

  // The record, after a check of its offset and its structure: data_corrupt when it fails.
  // REQUIRES: finished, index < count().
  Result<Record> at(std::size_t index) const;

 private:
  struct Item {
    Offset offset;
    std::size_t begin;
    std::size_t size_bytes;
  };
  std::string bytes_;
  std::shared_ptr<const std::string> shared_;
  std::vector<Item> items_;
};

}  // namespace courtside
