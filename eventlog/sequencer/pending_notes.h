// Notes of the log that wait in memory until the disk takes them. Readers see them at once.
//
// Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "eventlog/log_notes.h"

namespace courtside {

class PendingNotes {
 public:
  void add(const std::vector<LogNote>& notes) {
    const std::lock_guard lock(mutex_);
    for (const LogNote& note : notes) notes_.insert_or_assign(note.key, note.value);
  }

  // All that wait; empty: none.
  std::vector<LogNote> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<LogNote> out;
    for (const auto& [key, value] : notes_) out.push_back({.key = key, .value = value});
    return out;
  }
  bool empty() const {
    const std::lock_guard lock(mutex_);
    return notes_.empty();
  }
  // The disk has them. REQUIRES: none was added since all().
  void clear() {
    const std::lock_guard lock(mutex_);
    notes_.clear();
  }

  // `stored`, the disk's notes with this prefix, with those that wait applied.
  std::vector<LogNote> over(const std::vector<LogNote>& stored, std::string_view prefix) const {
    const std::lock_guard lock(mutex_);
    if (notes_.empty()) return stored;
    std::map<std::string, std::string> merged;
    for (const LogNote& note : stored) merged.insert_or_assign(note.key, note.value);
    for (const auto& [key, value] : notes_) {
      if (key.starts_with(prefix)) merged.insert_or_assign(key, value);
    }
    std::vector<LogNote> out;
    for (auto& [key, value] : merged) {
      if (!value.empty()) out.push_back({.key = key, .value = std::move(value)});
    }
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> notes_;  // an empty value removes the note
};

}  // namespace courtside
