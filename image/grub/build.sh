#!/bin/sh
# Makes what a BIOS starts of GRUB, from the package grub-pc-bin and grub-mkimage:
#
#   image/grub/build.sh FOLDER
#
#   FOLDER/boot.img         first sector of a disk
#   FOLDER/core.img         GRUB with all modules that the menus of slipway need
#   FOLDER/cdboot.img       what El Torito loads of a CD
#   FOLDER/boot_hybrid.img  first sector of a CD that may also be a disk
#
# core.img looks for grub/grub.cfg on the drive that it was started from: on the drive itself (ISO 9660), then on
# its first partitions. It finds nothing on other drives, for another slipway system may be there. Where there is
# no BIOS, the folder stays empty.
set -eu

folder=$1
here=$(dirname "$0")
modules=/usr/lib/grub/i386-pc

mkdir -p "$folder"
[ -d $modules ] || exit 0
grub-mkimage -O i386-pc -d $modules -c "$here/core.cfg" -p /grub -o "$folder/core.img" \
	biosdisk part_gpt fat iso9660 normal eval test echo linux loadenv serial terminal configfile \
	reboot halt ls cat sleep
cp $modules/boot.img $modules/cdboot.img $modules/boot_hybrid.img "$folder/"
