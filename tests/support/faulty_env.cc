#include "tests/support/faulty_env.h"

#include <utility>

namespace courtside::story {
namespace {

// A file whose writes and syncs are counted, and fail when their turn has come.
class FaultyFile : public rocksdb::WritableFileWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::WritableFile> file, FaultyEnv& env)
      : rocksdb::WritableFileWrapper(file.get()), file_(std::move(file)), env_(env) {}

  rocksdb::Status Append(const rocksdb::Slice& data) override {
    const rocksdb::Status counted = env_.count();
    return counted.ok() ? file_->Append(data) : counted;
  }
  rocksdb::Status Append(const rocksdb::Slice& data,
                         const rocksdb::DataVerificationInfo& info) override {
    const rocksdb::Status counted = env_.count();
    return counted.ok() ? file_->Append(data, info) : counted;
  }
  rocksdb::Status Sync() override {
    const rocksdb::Status counted = env_.count();
    return counted.ok() ? file_->Sync() : counted;
  }
  rocksdb::Status Fsync() override {
    const rocksdb::Status counted = env_.count();
    return counted.ok() ? file_->Fsync() : counted;
  }

 private:
  const std::unique_ptr<rocksdb::WritableFile> file_;
  FaultyEnv& env_;
};

class FaultyDirectory : public rocksdb::Directory {
 public:
  FaultyDirectory(std::unique_ptr<rocksdb::Directory> directory, FaultyEnv& env)
      : directory_(std::move(directory)), env_(env) {}

  rocksdb::Status Fsync() override {
    const rocksdb::Status counted = env_.count();
    return counted.ok() ? directory_->Fsync() : counted;
  }

 private:
  const std::unique_ptr<rocksdb::Directory> directory_;
  FaultyEnv& env_;
};

}  // namespace

rocksdb::Status FaultyEnv::count() {
  const std::uint64_t number = ++calls_;
  const std::uint64_t first = first_;
  if (first == 0 || number < first || number > last_) return rocksdb::Status::OK();
  has_failed_ = true;
  return rocksdb::Status::IOError("the test's disk fails");
}

rocksdb::Status FaultyEnv::NewWritableFile(const std::string& name,
                                           std::unique_ptr<rocksdb::WritableFile>* file,
                                           const rocksdb::EnvOptions& options) {
  rocksdb::Status status = count();
  if (status.ok()) status = target()->NewWritableFile(name, file, options);
  if (status.ok()) *file = std::make_unique<FaultyFile>(std::move(*file), *this);
  return status;
}

rocksdb::Status FaultyEnv::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                             std::unique_ptr<rocksdb::WritableFile>* file,
                                             const rocksdb::EnvOptions& options) {
  rocksdb::Status status = count();
  if (status.ok()) status = target()->ReuseWritableFile(name, old_name, file, options);
  if (status.ok()) *file = std::make_unique<FaultyFile>(std::move(*file), *this);
  return status;
}

rocksdb::Status FaultyEnv::NewDirectory(const std::string& name,
                                        std::unique_ptr<rocksdb::Directory>* directory) {
  const rocksdb::Status status = target()->NewDirectory(name, directory);
  if (status.ok()) *directory = std::make_unique<FaultyDirectory>(std::move(*directory), *this);
  return status;
}

rocksdb::Status FaultyEnv::RenameFile(const std::string& from, const std::string& to) {
  const rocksdb::Status counted = count();
  return counted.ok() ? target()->RenameFile(from, to) : counted;
}

rocksdb::Status FaultyEnv::LinkFile(const std::string& from, const std::string& to) {
  const rocksdb::Status counted = count();
  return counted.ok() ? target()->LinkFile(from, to) : counted;
}

rocksdb::Status FaultyEnv::DeleteFile(const std::string& name) {
  const rocksdb::Status counted = count();
  return counted.ok() ? target()->DeleteFile(name) : counted;
}

}  // namespace courtside::story
