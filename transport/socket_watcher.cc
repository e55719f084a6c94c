#include "transport/socket_watcher.h"

#include <unistd.h>
#include <uv.h>

#include <cerrno>

#include "transport/loop_core.h"

namespace courtside {

struct SocketWatcher::Handle {
  uv_poll_t poll;
  SocketWatcherOwner* owner;
  LoopCore* loop;
  int fd;
  std::uint8_t watched = 0;
  int refusal = 0;  // of libuv's handle, an errno

  static void on_poll(uv_poll_t* poll, int status, int events) {
    auto& handle = *static_cast<Handle*>(poll->data);
    handle.loop->note_activity();
    unsigned found = 0;
    if (status < 0) found |= kSocketFailed;  // libuv has stopped the handle
    if ((events & UV_READABLE) != 0) found |= kSocketReadable;
    if ((events & UV_WRITABLE) != 0) found |= kSocketWritable;
    if ((events & UV_DISCONNECT) != 0) found |= kSocketEnded;
    if ((events & UV_PRIORITIZED) != 0) found |= kSocketErrors;
    handle.owner->on_socket(found);
  }
};

SocketWatcher::SocketWatcher(Loop& loop, int fd, SocketWatcherOwner& owner)
    : handle_(new Handle{{}, &owner, &loop.core(), fd}) {
  handle_->refusal = -uv_poll_init_socket(handle_->loop->uv(), &handle_->poll, fd);
  handle_->poll.data = handle_;
  ++handle_->loop->watcher_count;
}

SocketWatcher::~SocketWatcher() {
  --handle_->loop->watcher_count;
  const int fd = handle_->fd;
  if (handle_->refusal == 0) {
    // uv_close removes the descriptor from epoll now, so it may be closed before libuv's callback.
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
             [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
  } else {
    delete handle_;
  }
  close(fd);
}

int SocketWatcher::fd() const { return handle_->fd; }

bool SocketWatcher::watch(unsigned events) {
  if (handle_->refusal != 0) {
    errno = handle_->refusal;
    return false;
  }
  if (events == handle_->watched) return true;  // each change costs four system calls
  handle_->watched = static_cast<std::uint8_t>(events);
  int wanted = 0;
  if ((events & kSocketReadable) != 0) wanted |= UV_READABLE;
  if ((events & kSocketWritable) != 0) wanted |= UV_WRITABLE;
  if ((events & kSocketEnded) != 0) wanted |= UV_DISCONNECT;
  // epoll always reports errors, but libuv does not accept an empty set of events. So ask for
  // urgent data, which no peer sends.
  if ((events & kSocketErrors) != 0) wanted |= UV_PRIORITIZED;
  int error = wanted == 0 ? -uv_poll_stop(&handle_->poll)
                          : -uv_poll_start(&handle_->poll, wanted, &Handle::on_poll);
  if (error == 0 && wanted != 0) error = handle_->loop->add_to_poll(handle_->fd);
  if (error == 0) return true;
  uv_poll_stop(&handle_->poll);
  handle_->watched = 0;
  errno = error;
  return false;
}

}  // namespace courtside
