#!/bin/sh
# Turns the physical root, mounted at /sysroot, into the root of a slipway deployment.
#
#   slipway-root wait     waits for the disk that root=UUID=… names
#   slipway-root mount    mounts the deployment over /sysroot
#   slipway-root failed   the initramfs gave up: does what slipway.failure says
#
# Kernel arguments:
#   root=UUID=U             the physical root
#   composefs=DIGEST        the image of the root; fs-verity is required of it and of every object
#   composefs=?DIGEST       the same on a file system without fs-verity: the image alone is checked
#   slipway=ID              the deployment: its /etc is state/deploy/ID/etc
#   slipway.wait=SECONDS    how long to wait for the disk (60)
#   slipway.failure=ACTION  reboot (default: boot counting then finds the system that works), stop, shell
#   rd.break                somebody is there and wants dracut's shells
#
# Layout on the physical root: composefs/objects, composefs/images, state/os/default/var, and
# state/deploy/ID/etc, see slipway-etc.
set -u

. /usr/lib/slipway/slipway-accounts
. /usr/lib/slipway/slipway-etc

run=/run/slipway
physical=/sysroot
wait_seconds=60
failure=reboot
init=/usr/lib/systemd/systemd
uuid='' digest='' verity=require id='' breaks=no

for argument in $(cat /proc/cmdline); do
	case $argument in
		root=UUID=*) uuid=${argument#root=UUID=} ;;
		composefs=\?*) digest=${argument#composefs=\?} verity=off ;;
		composefs=*) digest=${argument#composefs=} verity=require ;;
		slipway=*) id=${argument#slipway=} ;;
		slipway.wait=*) wait_seconds=${argument#slipway.wait=} ;;
		slipway.failure=*) failure=${argument#slipway.failure=} ;;
		init=/*) init=${argument#init=} ;;
		rd.break | rd.break=*) breaks=yes ;;
	esac
done

# Says it on every console, so that whoever looks sees it.
say() {
	for console in $(cat /sys/class/tty/console/active); do
		printf 'slipway: %s\r\n' "$@" > "/dev/$console"
	done
}

# fail CAUSE NEXT-STEP: the unit fails, and by it the initramfs; then comes after_failure.
fail() {
	mkdir -p $run
	: > $run/cause-was-said
	say "cannot start deployment ${id:-(none)}: $1" "$2"
	exit 1
}

failed_units() {
	systemctl list-units --failed --plain --no-legend | while read -r unit _; do printf '%s ' "$unit"; done
}

after_failure() {
	# Not a deployment, or nobody's absence to mind: dracut's own emergency mode.
	[ -n "$id" ] && [ $breaks = no ] || exit 0
	[ -e $run/cause-was-said ] ||
		say "cannot start deployment $id: $(failed_units)failed" 'See the messages above; choose another boot entry.'
	case $failure in
		stop)
			say 'stopped here, as slipway.failure=stop says.'
			systemctl --force halt ;;
		shell)
			say 'a shell, as slipway.failure=shell says; leave it to restart.'
			sh -i
			systemctl --force reboot ;;
		*)
			say 'restarting in 10 seconds.'
			sleep 10
			systemctl --force reboot ;;
	esac
	# Until systemd has obeyed.
	sleep infinity
}

wait_for_disk() {
	[ -n "$uuid" ] || fail 'no root=UUID=… among the kernel arguments' 'Choose another boot entry.'
	udevadm wait --timeout="$wait_seconds" "/dev/disk/by-uuid/$uuid" ||
		fail "no disk with file system $uuid appeared within $wait_seconds seconds" \
			'Check that the disk is attached; slipway.wait=SECONDS waits longer.'
}

# Prints the image's fs-verity digest: as the kernel enforces it, or else computed from its bytes.
image_digest() {
	algorithm=sha256
	[ ${#digest} -eq 128 ] && algorithm=sha512
	if [ $verity = require ]; then
		measured=$(fsverity measure "$1") ||
			fail "fs-verity is not enabled on $1" 'The disk is damaged or was changed; reinstall, or restore the file.'
	else
		measured=$(fsverity digest --hash-alg="$algorithm" "$1") ||
			fail "cannot read $1" 'The disk is damaged; reinstall, or restore the file.'
	fi
	measured=${measured%% *}
	echo "${measured#*:}"
}

# mount_root IMAGE MOUNT-OPTIONS: the root at $run/root with the deployment's /etc.
mount_root() {
	mount -t erofs -o "$2" "$1" $run/image || return 1
	mount -t overlay -o "ro,lowerdir=$run/image::$physical/composefs/objects,metacopy=on,redirect_dir=on,verity=$verity" \
		slipway $run/root &&
		prepare_etc "$state" $run/root/etc &&
		mount -t overlay -o "lowerdir=$run/root/etc,upperdir=$state/etc/upper,workdir=$state/etc/work,index=off,metacopy=off,redirect_dir=off,xino=off" \
			slipway-etc $run/root/etc && return 0
	umount $run/root
	umount $run/image
	return 1
}

mount_deployment() {
	[ -n "$digest" ] || fail 'no composefs=DIGEST among the kernel arguments' 'Choose another boot entry.'
	store=$physical/composefs
	state=$physical/state/deploy/$id
	image=$store/images/$digest
	[ -d "$store/objects" ] || fail "file system $uuid has no object store (composefs/objects)" \
		'This is not the disk of a slipway system, or it is damaged; check root=UUID=….'
	[ -f "$image" ] || fail "the object store has no image $digest" 'Choose another boot entry.'
	[ -d "$state/etc/upper" ] || fail "there is no state/deploy/$id" 'Choose another boot entry.'
	actual=$(image_digest "$image") || exit 1
	[ "$actual" = "$digest" ] || fail "image $digest has the wrong digest: $actual" \
		'The disk is damaged or was changed; choose another boot entry, or reinstall.'

	mkdir -p $run/image $run/root
	mount --make-rprivate /
	# Some kernels from 6.13 on count an image mounted from its file as a layer of its own and refuse the
	# overlay over /etc as one too many; through a loop device it is not.
	mount_root "$image" ro 2> /dev/null || mount_root "$image" ro,loop ||
		fail "image $digest cannot be mounted" 'See the messages above; choose another boot entry.'
	umount -l $run/image
	# systemd would take /bin/sh for it, and that waits for somebody to type. Where a link leads is seen from
	# the new root alone.
	[ -x "$run/root$init" ] || [ -L "$run/root$init" ] ||
		fail "image $digest has no $init" 'The image is broken; choose another boot entry.'

	mount --bind "$physical/state/os/default/var" $run/root/var ||
		fail 'state/os/default/var cannot be mounted on /var' 'The disk is damaged; reinstall, or restore the folder.'
	# Tells systemd which disk the system is on, so that it finds the boot partition beside it.
	device=$(findmnt -no SOURCE $physical)
	mkdir -p /run/systemd
	ln -sfn "/dev/block/$(stat -Lc '%Hr:%Lr' "${device%%\[*}")" /run/systemd/volatile-root
	mount --move $physical $run/root/sysroot && mount --move $run/root $physical ||
		fail 'the root cannot be moved into place' 'See the messages above.'
	mount -o remount,bind,ro $physical/sysroot
}

case ${1-} in
	wait) wait_for_disk ;;
	mount) mount_deployment ;;
	failed) after_failure ;;
	*) echo "usage: $0 wait|mount|failed" >&2; exit 2 ;;
esac
