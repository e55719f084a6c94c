#!/usr/bin/env bash
# RocksDB 7.8.3 (Debian 12, librocksdb-dev and librocksdb7.8 7.8.3-2): one sync of the manifest that
# fails during IngestExternalFile() makes the whole database unusable. The call reports the error and
# removes the file from the database's folder. The record that names the file is in the manifest all
# the same, so the next open fails, although every other write was good. Resume() does not help: it
# answers with the same error.
#
#   ingest: IO error: the disk fails once
#   resume: IO error: the disk fails once
#   open:   Corruption: Corruption: IO error: No such file or directory: While open a file for random
#           read: data/000008.ldb: No such file or directory in file data/MANIFEST-000005
#
# When a flush or a compaction meets the same error, RocksDB keeps the files. eventlog/kept_links.h
# does that for ingestions. Seen on 2026-11-30. This script exits with a status other than 0 when the
# database opens again. It needs g++.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -qq -o APT::Sandbox::User=root librocksdb-dev=7.8.3-2 librocksdb7.8=7.8.3-2
for package in *.deb; do dpkg -x "$package" package; done
libraries=$(dirname "$(find "$scratch/package" -name 'librocksdb.so.7*' | head -n 1)")

cat >ingest.cc <<'CODE'
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/sst_file_writer.h>

#include <iostream>
#include <memory>

// One sync of a manifest fails: the one that `syncs_left` counts down to.
struct FailingEnv : rocksdb::EnvWrapper {
  struct File : rocksdb::WritableFileWrapper {
    File(std::unique_ptr<rocksdb::WritableFile> file, FailingEnv& env)
        : rocksdb::WritableFileWrapper(file.get()), kept(std::move(file)), env(env) {}
    rocksdb::Status Sync() override {
      if (env.syncs_left != 0 && --env.syncs_left == 0) {
        return rocksdb::Status::IOError("the disk fails once");
      }
      return kept->Sync();
    }
    std::unique_ptr<rocksdb::WritableFile> kept;
    FailingEnv& env;
  };
  FailingEnv() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}
  const char* Name() const override { return "FailingEnv"; }
  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override {
    const rocksdb::Status status = target()->NewWritableFile(name, file, options);
    const bool is_manifest = name.find("MANIFEST") != std::string::npos;
    if (status.ok() && is_manifest) *file = std::make_unique<File>(std::move(*file), *this);
    return status;
  }
  int syncs_left = 0;
};

int main() {
  FailingEnv env;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.env = &env;
  rocksdb::DB* db = nullptr;
  if (!rocksdb::DB::Open(options, "data", &db).ok()) return 2;
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  if (!writer.Open("new.sst").ok() || !writer.Put("key", "value").ok()) return 2;
  if (!writer.Finish().ok()) return 2;

  env.syncs_left = 2;  // the first sync reserves the number of the file, the second adds the file
  rocksdb::IngestExternalFileOptions how;
  how.move_files = true;
  how.write_global_seqno = false;
  std::cout << "ingest: " << db->IngestExternalFile({"new.sst"}, how).ToString() << "\n";
  std::cout << "resume: " << db->Resume().ToString() << "\n";
  delete db;
  const rocksdb::Status again = rocksdb::DB::Open(options, "data", &db);
  std::cout << "open: " << again.ToString() << "\n";
  if (!again.ok()) return 0;
  delete db;
  return 1;
}
CODE
g++ -std=c++17 -w -I package/usr/include ingest.cc -L "$libraries" -lrocksdb \
  -Wl,-rpath,"$libraries" -o ingest
if ! ./ingest | tee output; then echo "the database opens again" >&2; exit 1; fi
grep -q '^open: Corruption' output
