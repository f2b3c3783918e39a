#!/usr/bin/env bash
# usage: boot.sh FOLDER HOB
#
# Becomes systemd, in namespaces of its own that script/operators-test makes: it is process 1, and all
# that it writes goes to memory. It has one service to start, check.sh, whose report is left in FOLDER.
# Exits with 77 if this system does not let it.
set -euo pipefail
folder=$1 hob=$2
units=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../packaging/systemd")
check=$(realpath "$(dirname "${BASH_SOURCE[0]}")/check.sh")
new=$folder/root

make_root() {
  mount --make-rprivate / &&
    mkdir "$new" "$folder/memory" "$folder/share" &&
    mount -t tmpfs memory "$folder/memory" &&
    mkdir "$folder"/memory/{upper,work} &&
    mount -t overlay -o "lowerdir=/,upperdir=$folder/memory/upper,workdir=$folder/memory/work" \
      root "$new" &&
    mount -t proc proc "$new/proc" &&
    mount --bind -o ro "$new/proc/sys" "$new/proc/sys" && # its settings are everybody's
    mount -t sysfs -o ro sys "$new/sys" &&
    mount -t cgroup2 cgroup "$new/sys/fs/cgroup" &&
    mount -t tmpfs run "$new/run" &&
    mount -t tmpfs tmp "$new/tmp" &&
    mount --rbind /dev "$new/dev" &&
    mount --bind "$folder/share" "$new/mnt"
}

make_root || exit 77
rm -rf "$new"/{etc,lib}/systemd/system/sysinit.target.wants # nothing of the machine is set up
cp "$hob" "$new/usr/bin/hob"
cp "$units"/hob.{service,socket} "$new/etc/systemd/system"
cp "$units/only-sockets.conf" "$check" "$new/mnt"
rm -f "$new/etc/machine-id" && tr -d - </proc/sys/kernel/random/uuid >"$new/etc/machine-id"
cat >"$new/etc/systemd/system/check.service" <<'END'
[Unit]
Requires=systemd-journald.service
After=basic.target systemd-journald.service

[Service]
Type=oneshot
ExecStart=/bin/bash /mnt/check.sh
StandardOutput=file:/mnt/report
StandardError=inherit
END

# Not chroot(8): it would forbid the user namespaces of PrivateUsers=.
mkdir -p "$new/mnt/old"
cd "$new"
pivot_root . mnt/old
umount --lazy /mnt/old
exec env --ignore-environment container=other PATH="$PATH" \
  /lib/systemd/systemd --unit=check.service --log-target=null --show-status=no
