#!/bin/sh
# Makes the base of the reference image where no container registry can be reached:
#
#   image/base.sh FILE.tar && podman import FILE.tar slipway-base:trixie
#
# A minimal Debian 13 by mmdebstrap, without what it takes over from the host that it runs on.
set -eu

exec mmdebstrap --quiet --variant=minbase --include=ca-certificates \
	--customize-hook='rm -f "$1/etc/hostname" "$1/etc/resolv.conf"' \
	trixie "$1"
