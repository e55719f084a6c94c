#include "eventlog/tail_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/durable_file.h"
#include "base/format.h"
#include "base/hash.h"
#include "base/log.h"
#include "eventlog/encoding.h"

namespace courtside {
namespace {

constexpr std::string_view kMagic = "CSTAIL01";
constexpr std::size_t kEpochBytes = 16;
constexpr std::size_t kBodyBytes = kMagic.size() + kEpochBytes + 3 * 8;
constexpr std::size_t kSlotBytes = kBodyBytes + 8;
constexpr off_t kSlotDistance = 4096;  // so that no page holds both slots
constexpr std::chrono::seconds kSyncEach{1};

struct Slot {
  std::string epoch;
  Offset end;
  std::uint64_t turn = 0;
  std::uint64_t born = 0;
};

std::string encode_slot(const Slot& slot) {
  std::string bytes(kMagic);
  bytes.append(slot.epoch).resize(kMagic.size() + kEpochBytes, '\0');
  bytes.append(Numbers<3>({slot.end.value(), slot.turn, slot.born}).view());
  bytes.append(Numbers<1>({hash128("tail", bytes).high}).view());
  return bytes;
}

std::optional<Slot> decode_slot(std::string_view bytes) {
  if (bytes.size() != kSlotBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  const std::string_view body = bytes.substr(0, kBodyBytes);
  if (number_at(bytes.substr(kBodyBytes)) != hash128("tail", body).high) return std::nullopt;
  const std::string_view epoch = body.substr(kMagic.size(), kEpochBytes);
  const std::string_view numbers = body.substr(kMagic.size() + kEpochBytes);
  return Slot{.epoch = std::string(epoch.substr(0, epoch.find('\0'))),
              .end = Offset(number_at(numbers)),
              .turn = number_at(numbers.substr(8)),
              .born = number_at(numbers.substr(16))};
}

// The file's creation time in nanoseconds since 1970; 0 when the file system does not have it.
std::uint64_t born_of(int fd) {
  struct statx found = {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &found) != 0) return 0;
  if ((found.stx_mask & STATX_BTIME) == 0) return 0;
  return static_cast<std::uint64_t>(found.stx_btime.tv_sec) * 1'000'000'000 +
         found.stx_btime.tv_nsec;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

tl::unexpected<Error> failed(const std::string& path) {
  return fail(Code::write_failed, path + ": " + std::strerror(errno));
}

tl::unexpected<Error> unreadable(const std::string& path) {
  return fail(Code::no_input, format("file {} cannot be read: {}", path, std::strerror(errno)));
}

}  // namespace

Result<std::optional<TailNote>> TailFile::read(const std::string& folder) {
  const std::string path = folder + "/" + kName;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return unreadable(path);
  }
  std::optional<Slot> newest;
  for (const off_t at : {off_t{0}, kSlotDistance}) {
    std::array<char, kSlotBytes> bytes{};
    const ssize_t count = pread(file.get(), bytes.data(), bytes.size(), at);
    if (count < 0) return unreadable(path);
    if (count != static_cast<ssize_t>(bytes.size())) continue;
    const auto slot = decode_slot({bytes.data(), bytes.size()});
    if (slot && (!newest || slot->turn > newest->turn)) newest = slot;
  }
  if (!newest) return fail(Code::data_corrupt, format("file {} is damaged", path));
  const std::uint64_t born = born_of(file.get());
  return TailNote{.epoch = newest->epoch,
                  .end = newest->end,
                  .is_copy = born != 0 && newest->born != 0 && born != newest->born};
}

Result<std::unique_ptr<TailFile>> TailFile::make(const std::string& folder,
                                                 const std::string& epoch, Offset end) {
  COURTSIDE_CHECK(epoch.size() <= kEpochBytes);
  const std::string partial = folder + "/" + kPartialName;
  // Always a new file, also when a crash left one: `born` must be the creation time of this file.
  unlink(partial.c_str());
  Descriptor file(open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return failed(partial);
  if (const int error = posix_fallocate(file.get(), 0, kSlotDistance + kSlotBytes); error != 0) {
    errno = error;
    return failed(partial);
  }
  const std::uint64_t born = born_of(file.get());
  std::unique_ptr<TailFile> tail(new TailFile(file.release(), epoch, born));
  if (!tail->write_slot(end) || fdatasync(tail->fd_) != 0) return failed(partial);
  if (auto renamed = rename_synced(partial, folder + "/" + kName); !renamed) {
    return fail(renamed.error());
  }
  tail->thread_ = std::thread([owner = tail.get()] { owner->keep_synced(); });
  return tail;
}

TailFile::TailFile(int fd, std::string epoch, std::uint64_t born)
    : fd_(fd), epoch_(std::move(epoch)), born_(born) {}

TailFile::~TailFile() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  close(fd_);
}

bool TailFile::write_slot(Offset end) {
  const off_t at = (++turn_ % 2) == 0 ? kSlotDistance : 0;
  const std::string bytes =
      encode_slot({.epoch = epoch_, .end = end, .turn = turn_, .born = born_});
  return pwrite(fd_, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size());
}

void TailFile::advance(Offset end) {
  if (!write_slot(end)) {
    if (!std::exchange(has_failed_, true)) {
      log_warning("eventlog", std::string("file tail cannot be written: ") + std::strerror(errno));
    }
    return;
  }
  bool was_dirty = false;
  {
    const std::lock_guard lock(mutex_);
    was_dirty = std::exchange(is_dirty_, true);
  }
  if (!was_dirty) changed_.notify_all();
}

// Not part of the commit: a second sync there would take a third longer, up to twice as long.
void TailFile::keep_synced() {
  pthread_setname_np(pthread_self(), "tail");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_dirty_ || stopping_; });
    if (is_dirty_) {
      is_dirty_ = false;
      lock.unlock();
      // An error of the disk will show up in the log's own sync.
      static_cast<void>(fdatasync(fd_));
      lock.lock();
    }
    if (stopping_ && !is_dirty_) return;
    changed_.wait_for(lock, kSyncEach, [this] { return stopping_; });
  }
}

}  // namespace courtside
