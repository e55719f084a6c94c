# A bare Debian 12 that boots its systemd in namespaces of its own, for the scripts of this folder.
# It has no network but loopback. Source it; it needs root, and debootstrap for the first machine.
#
#   machine_make FOLDER          a new machine in FOLDER, over the base that all of them share
#   machine_chroot FOLDER ...    runs a command in it before it boots, with this host's network
#   machine_boot FOLDER          boots it, and waits until it has started
#   machine_run FOLDER ...       runs a command in it
#   machine_stop FOLDER          ends and removes it

machine_cache=${COURTSIDE_TEST_CACHE:-$root/build/deploy}

# Prints why no machine can be made here, and fails.
machine_is_possible() {
  [ "$(id -u)" = 0 ] || { echo "this needs root"; return 1; }
  command -v debootstrap >/dev/null || { echo "debootstrap is not installed"; return 1; }
  unshare --mount --pid --fork --uts --ipc --net --cgroup true 2>/dev/null ||
    { echo "this host allows no namespaces"; return 1; }
  [ -e /sys/fs/cgroup/cgroup.procs ] || [ -e /sys/fs/cgroup/unified/cgroup.procs ] ||
    { echo "this host has no cgroup2"; return 1; }
}

machine_make() {
  local base=$machine_cache/base
  if [ ! -e "$base.complete" ]; then
    rm -rf "$base"
    mkdir -p "$machine_cache"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,curl,procps bookworm "$base" >&2
    touch "$base.complete"
  fi
  rm -rf "$1"
  mkdir -p "$1"/{root,upper,work}
  mount -t overlay -o "lowerdir=$base,upperdir=$1/upper,workdir=$1/work" machine "$1/root"
}

machine_chroot() {
  local folder=$1
  shift
  unshare --mount --propagation private bash -c '
    mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec chroot "$0" "$@"' \
    "$folder/root" "$@"
}

machine_boot() {
  local group=/sys/fs/cgroup
  [ -e $group/cgroup.procs ] || group+=/unified
  group+=/courtside-test-$BASHPID
  mkdir -p "$group"
  echo "$group" >"$1/group"
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec unshare --mount --pid --fork --uts --ipc --net --cgroup --propagation private \
      bash -euo pipefail -c '
      cd "$0"
      mount -t tmpfs tmpfs run
      mount -t tmpfs tmpfs tmp
      mount -t proc proc proc
      mount -t sysfs -o ro sysfs sys
      mount -t cgroup2 cgroup2 sys/fs/cgroup
      mount -t tmpfs -o mode=755 tmpfs dev
      for node in null zero full random urandom tty; do
        touch dev/$node && mount --bind /dev/$node dev/$node
      done
      mkdir dev/shm dev/pts
      ln -s pts/ptmx dev/ptmx
      ln -s /proc/self/fd dev/fd
      mount -t tmpfs tmpfs dev/shm
      mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
      mkdir -p host
      pivot_root . host
      umount -l /host
      exec env -i container=courtside PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd' "$1/root"
  ) </dev/null >"$1/console" 2>&1 &
  echo $! >"$1/parent"
  for _ in $(seq 600); do
    pgrep -P "$(cat "$1/parent")" >"$1/init" || true
    case $(machine_run "$1" systemctl is-system-running 2>/dev/null) in
      running | degraded) return 0 ;;
    esac
    sleep 0.1
  done
  echo "the machine has not started:" >&2
  cat "$1/console" >&2
  return 1
}

machine_run() {
  local folder=$1
  shift
  nsenter -t "$(cat "$folder/init")" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

machine_stop() {
  if [ -s "$1/init" ]; then
    kill -9 "$(cat "$1/init")" 2>/dev/null || true
    wait "$(cat "$1/parent")" 2>/dev/null || true
  fi
  umount -l "$1/root" 2>/dev/null || true
  [ ! -e "$1/group" ] || rmdir "$(cat "$1/group")"/* "$(cat "$1/group")" 2>/dev/null || true
  rm -rf "$1"
}
