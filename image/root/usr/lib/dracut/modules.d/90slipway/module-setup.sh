#!/bin/bash
# dracut module: boots a slipway deployment, or a live system of the image. What it does is in
# /usr/lib/slipway/slipway-root, which soft reboots use too, and in slipway-live.

check() {
	require_binaries cp cut findmnt fsverity mv readlink rm sha256sum stat sync udevadm || return 1
	# Only in an initramfs that is asked for it: the image's dracut.conf.d says add_dracutmodules.
	return 255
}

depends() {
	echo systemd-initrd
}

installkernel() {
	# File systems of the physical root, the root image and the stores of common virtual machines.
	hostonly='' instmods erofs overlay loop ext4 btrfs xfs virtio_blk virtio_scsi virtio_pci nvme sd_mod \
		ahci isofs sr_mod cdrom usb_storage uas dmi-sysfs qemu_fw_cfg
}

install() {
	inst_multiple findmnt fsverity stat udevadm mount umount mkdir ln sleep cat systemctl cp cut mv rm sync tr
	inst_multiple modprobe readlink sha256sum
	inst_multiple base64 blkid dd
	# By which the root of a disk image is encrypted; what they need besides is in dracut's own modules for that.
	inst_multiple -o cryptsetup systemd-cryptenroll systemd-creds
	inst_rules 64-btrfs.rules
	inst_script /usr/lib/slipway/slipway-root
	inst_simple /usr/lib/slipway/slipway-etc
	inst_simple /usr/lib/slipway/slipway-accounts
	inst_simple /usr/lib/slipway/slipway-encrypt
	inst_simple /usr/lib/slipway/slipway-var
	inst_simple "$moddir/slipway-encrypt.service" "$systemdsystemunitdir/slipway-encrypt.service"
	inst_simple "$moddir/slipway-root-device.service" "$systemdsystemunitdir/slipway-root-device.service"
	inst_script /usr/lib/slipway/slipway-live
	inst_simple "$moddir/slipway-live.service" "$systemdsystemunitdir/slipway-live.service"
	inst_simple "$moddir/slipway-root.service" "$systemdsystemunitdir/slipway-root.service"
	# systemd's emergency mode, and the shell that dracut's own scripts start.
	for unit in emergency dracut-emergency; do
		inst_simple "$moddir/emergency.conf" "$systemdsystemunitdir/$unit.service.d/50-slipway.conf"
	done
	install_keymaps
	$SYSTEMCTL -q --root "$initdir" add-wants initrd-root-device.target slipway-root-device.service
	$SYSTEMCTL -q --root "$initdir" add-wants sysinit.target slipway-encrypt.service
	$SYSTEMCTL -q --root "$initdir" add-requires initrd-root-fs.target slipway-root.service slipway-live.service
}

# Where the image has keymaps, and no systemd-vconsole-setup that would load them.
install_keymaps() {
	local keymap
	[[ -x $systemdutildir/systemd-vconsole-setup ]] && return
	[[ -d /usr/share/keymaps ]] && type -P loadkeys > /dev/null || return 0
	inst_multiple loadkeys gzip
	while read -r keymap; do inst_simple "$keymap"; done < <(find /usr/share/keymaps -type f -o -type l)
	inst_script /usr/lib/slipway/slipway-keymap
	inst_simple "$moddir/slipway-keymap.service" "$systemdsystemunitdir/slipway-keymap.service"
	$SYSTEMCTL -q --root "$initdir" add-wants sysinit.target slipway-keymap.service
}
