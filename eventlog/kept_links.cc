#include "eventlog/kept_links.h"

namespace courtside {

void KeptLinks::begin_ingestion() {
  const std::lock_guard lock(mutex_);
  is_ingesting_ = true;
}

void KeptLinks::end_ingestion() {
  const std::lock_guard lock(mutex_);
  is_ingesting_ = false;
  kept_.clear();
}

rocksdb::IOStatus KeptLinks::LinkFile(const std::string& from, const std::string& to,
                                      const rocksdb::IOOptions& options,
                                      rocksdb::IODebugContext* context) {
  {
    const std::lock_guard lock(mutex_);
    if (is_ingesting_ && to.starts_with(folder_ + "/")) kept_.insert(to);
  }
  return target()->LinkFile(from, to, options, context);
}

rocksdb::IOStatus KeptLinks::DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                        rocksdb::IODebugContext* context) {
  {
    const std::lock_guard lock(mutex_);
    if (kept_.contains(name)) return rocksdb::IOStatus::OK();
  }
  return target()->DeleteFile(name, options, context);
}

}  // namespace courtside
